// Files on their way.
import * as v from 'valibot'
import { Bytes, Id, type Shape, Time } from './shape.ts'

export const Transfer = v.object({
  folder: Id,
  remote: Id,
  path: v.string(),
  direction: v.picklist(['upload', 'download']),
  doneBytes: Bytes,
  sizeBytes: Bytes,
  bytesPerSecond: Bytes,
  startedAt: Time,
})
export type Transfer = Shape<typeof Transfer>

export const Transfers = v.object({
  items: v.array(Transfer),
  uploadBytesPerSecond: Bytes,
  downloadBytesPerSecond: Bytes,
})
export type Transfers = Shape<typeof Transfers>
