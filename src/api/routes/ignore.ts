// Ignore rules of a folder.
import { topic } from '../route.ts'
import { IgnoreChange, IgnorePreview, IgnoreRules } from '../shapes/ignore.ts'
import { Ok } from '../shapes/shape.ts'
import { DONE, InFolder } from './parts.ts'

const route = topic('ignore rules')
const PREVIEWED = 200

export const IGNORE_ROUTES = [
  route('GET /folders/:folder/ignore', {
    id: 'readIgnoreRules',
    summary: 'The texts of the rules',
    params: InFolder,
    answer: IgnoreRules,
    handle: (service, { params }) => service.ignore.read(params.folder),
  }),
  route('PUT /folders/:folder/ignore', {
    id: 'writeIgnoreRules',
    summary: 'Write one of the texts; refused when it cannot be understood',
    params: InFolder,
    body: IgnoreChange,
    answer: Ok,
    handle: async (service, { params, body }) => {
      await service.ignore.write(params.folder, body)
      return DONE
    },
  }),
  route('POST /folders/:folder/ignore/preview', {
    id: 'previewIgnoreRules',
    summary: 'What the rules would hide that is synced now',
    params: InFolder,
    body: IgnoreChange,
    answer: IgnorePreview,
    handle: (service, { params, body, signal }) => service.ignore.preview(params.folder, body, PREVIEWED, signal),
  }),
]
