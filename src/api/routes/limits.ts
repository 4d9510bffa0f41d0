// How fast, and in which hours: of the daemon, of folders, of remotes.
import { topic } from '../route.ts'
import { Limits, LimitsChange } from '../shapes/limits.ts'
import { InFolder, InRemote } from './parts.ts'

const route = topic('limits')

export const LIMIT_ROUTES = [
  route('GET /limits', {
    id: 'readLimits',
    summary: 'How fast bytes may flow to and from all remotes together, and in which hours',
    answer: Limits,
    handle: service => service.limits.read({}),
  }),
  route('PATCH /limits', {
    id: 'changeLimits',
    summary: 'Set how fast all remotes together may be, and in which hours',
    body: LimitsChange,
    answer: Limits,
    handle: (service, { body }) => service.limits.change({}, body),
  }),
  route('GET /folders/:folder/limits', {
    id: 'readLimitsOfFolder',
    summary: 'In which hours a folder is synced',
    params: InFolder,
    answer: Limits,
    handle: (service, { params }) => service.limits.read(params),
  }),
  route('PATCH /folders/:folder/limits', {
    id: 'changeLimitsOfFolder',
    summary: 'Set in which hours a folder is synced',
    params: InFolder,
    body: LimitsChange,
    answer: Limits,
    handle: (service, { params, body }) => service.limits.change(params, body),
  }),
  route('GET /folders/:folder/remotes/:remote/limits', {
    id: 'readLimitsOfRemote',
    summary: 'How fast bytes may flow to and from one remote, and in which hours',
    params: InRemote,
    answer: Limits,
    handle: (service, { params }) => service.limits.read(params),
  }),
  route('PATCH /folders/:folder/remotes/:remote/limits', {
    id: 'changeLimitsOfRemote',
    summary: 'Set how fast one remote may be, and in which hours',
    params: InRemote,
    body: LimitsChange,
    answer: Limits,
    handle: (service, { params, body }) => service.limits.change(params, body),
  }),
]
