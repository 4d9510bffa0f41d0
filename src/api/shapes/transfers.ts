// Files on their way.
import * as v from 'valibot'
import { Bytes, Id, type Shape, Time } from './shape.ts'

/** A file on its way to or from a remote. */
const Moving = {
  path: v.string(),
  direction: v.picklist(['upload', 'download']),
  doneBytes: Bytes,
  sizeBytes: Bytes,
  /** Over the last seconds. */
  bytesPerSecond: Bytes,
  startedAt: Time,
}

export const MovingFile = v.object(Moving)
export type MovingFile = Shape<typeof MovingFile>

export const Transfer = v.object({ folder: Id, remote: Id, ...Moving })
export type Transfer = Shape<typeof Transfer>

const Rates = { uploadBytesPerSecond: Bytes, downloadBytesPerSecond: Bytes }

export const Transfers = v.object({
  /** Those that began first come first; at most 1,000. Many small files go together, and are told as one. */
  items: v.array(Transfer),
  /** Of each remote that moves bytes. */
  remotes: v.array(v.object({ folder: Id, remote: Id, ...Rates })),
  /** Of each device that is connected. */
  devices: v.array(v.object({ device: v.string(), name: v.string(), ...Rates })),
  ...Rates,
})
export type Transfers = Shape<typeof Transfers>
