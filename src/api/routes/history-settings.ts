// How older versions are kept.
import { topic } from '../route.ts'
import { HistoryChange, HistorySettings, HistoryState, Tidied } from '../shapes/history-settings.ts'
import { InFolder } from './parts.ts'

const route = topic('history')

export const HISTORY_SETTINGS_ROUTES = [
  route('GET /folders/:folder/history/settings', {
    id: 'readHistorySettings',
    summary: 'How older versions are kept, and how much is',
    params: InFolder,
    answer: HistoryState,
    handle: (service, { params }) => service.historySettings.read(params.folder),
  }),
  route('PATCH /folders/:folder/history/settings', {
    id: 'changeHistorySettings',
    summary: 'Change how older versions are kept',
    params: InFolder,
    body: HistoryChange,
    answer: HistorySettings,
    handle: (service, { params, body }) => service.historySettings.change(params.folder, body),
  }),
  route('POST /folders/:folder/history/tidy', {
    id: 'tidyHistory',
    summary: 'Remove now, for good, what may go by these settings',
    params: InFolder,
    answer: Tidied,
    handle: (service, { params }) => service.historySettings.tidy(params.folder),
  }),
]
