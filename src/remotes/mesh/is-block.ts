// Whether bytes are those of a block: what its hash says.
import { hash as hashOnce } from 'node:crypto'
import type { Block } from './announcements.ts'

export function isBlock(bytes: Uint8Array, { hash, size }: Block): boolean {
  return bytes.length === size && Buffer.compare(hashOnce('sha256', bytes, 'buffer'), hash) === 0
}

/** Whether bytes are what was asked for by this hash; not where it was asked for without one. */
export function isHashOf(hash: Uint8Array, bytes: Uint8Array): boolean {
  return Buffer.compare(hashOnce('sha256', bytes, 'buffer'), hash) === 0
}
