// How everything is going.
import * as v from 'valibot'
import { Brake } from './brakes.ts'
import { DeviceCompletion, DeviceStatus } from './devices.ts'
import { Bytes, Count, Done, Fault, Id, Sentence, type Shape, Time } from './shape.ts'
import { MovingFile } from './transfers.ts'

/** What a run came to: see `Counts` of src/sync/summary.ts. */
export const Counts = v.object({
  uploaded: Count,
  downloaded: Count,
  uploadedBytes: Bytes,
  downloadedBytes: Bytes,
  moved: Count,
  deletedHere: Count,
  deletedThere: Count,
  conflicts: Count,
  other: Count,
})

export const Progress = v.object({
  phase: v.picklist(['scanning', 'observing', 'planning', 'applying', 'watching']),
  steps: Done,
  bytes: Done,
  /** Over the last seconds. */
  uploadBytesPerSecond: Bytes,
  downloadBytesPerSecond: Bytes,
  /** Those on their way, the oldest first; at most 10. `GET /transfers` tells of all. */
  files: v.exactOptional(v.array(MovingFile)),
})
export type Progress = Shape<typeof Progress>

/**
 * `unsynced`: idle, but some paths are not equal. `waiting`: the other side is away, and is tried again by itself. `stopped`: nothing
 * goes on before a person did something (password, certificate, another place). `braked`: a plan waits for a yes. The devices of a mesh
 * are `waiting`, without a fault, while none of them is connected.
 */
export const RemoteState = v.picklist([
  'starting',
  'in-sync',
  'unsynced',
  'syncing',
  'waiting',
  'stopped',
  'braked',
  'paused',
])
export type RemoteState = Shape<typeof RemoteState>

export const RemoteStatus = v.object({
  id: Id,
  label: v.string(),
  state: RemoteState,
  /** The state in words: "Up to date", "cloud.example.org does not answer. Tried again at 18:00:00." */
  sentence: Sentence,
  fault: v.exactOptional(Fault),
  /** While it runs. */
  progress: v.exactOptional(Progress),
  lastRun: v.exactOptional(v.object({ endedAt: Time, tookMs: Count, counts: Counts })),
  /** Paths that are not equal on both sides. */
  unsynced: Count,
  brake: v.exactOptional(Brake),
  nextTryAt: v.exactOptional(Time),
  /** Of the mesh: how far each device is that shares the folder. */
  devices: v.exactOptional(v.array(DeviceCompletion)),
  /** Of a folder that only sends: paths that other devices have otherwise. */
  differs: v.exactOptional(Count),
  /** Of a folder that only receives: changes made here, which no device is told of. */
  keptBack: v.exactOptional(Count),
})
export type RemoteStatus = Shape<typeof RemoteStatus>

/** `unavailable`: its directory or disk is gone; nothing is deleted anywhere for that. `stopped`: see the fault. */
export const FolderState = v.picklist(['starting', 'scanning', 'idle', 'syncing', 'paused', 'unavailable', 'stopped'])
export type FolderState = Shape<typeof FolderState>

export const FolderStatus = v.object({
  id: Id,
  label: v.string(),
  state: FolderState,
  sentence: Sentence,
  fault: v.exactOptional(Fault),
  /** Files, directories and links on record. */
  entries: Count,
  sizeBytes: v.exactOptional(Bytes),
  /** While it scans. */
  scan: v.exactOptional(v.object({ filesSeen: Count, hashedBytes: Bytes })),
  lastScanAt: v.exactOptional(Time),
  /** How changes on disk are noticed. `polling`: by looking now and then, as while the system has no watches left; the sentence says why. */
  watching: v.picklist(['events', 'polling', 'off']),
  conflicts: Count,
  /** How much more room the disk needs for files that wait for it; the rest goes on. */
  missingBytes: v.exactOptional(Bytes),
  /** Paths on its disk that cannot be read, with all that is below them. */
  unreadable: v.exactOptional(Count),
  remotes: v.array(RemoteStatus),
})
export type FolderStatus = Shape<typeof FolderStatus>

export const Status = v.object({
  /** The worst of all, for an icon. */
  state: v.picklist(['idle', 'syncing', 'paused', 'attention']),
  sentence: Sentence,
  /** Of the daemon itself: `config`, or `home` when what it keeps of its own cannot be written. */
  fault: v.exactOptional(Fault),
  uploadBytesPerSecond: Bytes,
  downloadBytesPerSecond: Bytes,
  folders: v.array(FolderStatus),
  /** The other devices of the mesh. */
  devices: v.array(DeviceStatus),
  /** Devices and folders that wait for a yes or a no. */
  pending: Count,
  /** The newest event: a stream from here on misses nothing that is not in this answer. */
  lastEventId: Count,
})
export type Status = Shape<typeof Status>
