// Names for the parts of answers that pages talk about.
import type { Answer } from './call.ts'

export type Status = Answer<'GET /status'>
export type FolderStatus = Status['folders'][number]
export type RemoteStatus = FolderStatus['remotes'][number]
export type DeviceStatus = Status['devices'][number]
export type DeviceCompletion = NonNullable<RemoteStatus['devices']>[number]
export type Progress = NonNullable<RemoteStatus['progress']>
export type Brake = NonNullable<RemoteStatus['brake']>
export type Folder = Answer<'GET /folders/{folder}'>
export type Remote = Folder['remotes'][number]
export type Pending = Answer<'GET /pending'>
export type NearbyDevice = Answer<'GET /nearby'>['devices'][number]
export type Account = Answer<'GET /accounts'>['accounts'][number]
export type LogLine = Answer<'GET /log'>['lines'][number]

export type Event = Answer<'GET /events'>
