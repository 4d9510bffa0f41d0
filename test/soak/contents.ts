// The contents that are written: each there is once, is known again by its first line, and shows when it is not whole.
import { createHash } from 'node:crypto'

export interface Content {
  readonly id: string
  readonly bytes: Buffer
}

export interface Recognised {
  readonly id: string
  /** Nothing is missing of it, and nothing else is in it. */
  readonly isWhole: boolean
}

/** How many bytes show whose content it is. */
export const FIRST_LINE_BYTES = 48
const FIRST_LINE = /^\[soak ([0-9a-f]{16}) (\d+)\]\n/

/** The content number `count` of the run with this seed; `size` is what follows the first line, in bytes. */
export function contentOf(seed: number, count: number, size: number): Content {
  const id = createHash('sha256').update(`${seed}/${count}`).digest('hex').slice(0, 16)
  return { id, bytes: bytesOf(id, size) }
}

/** Whose content begins with these bytes; undefined when it is none of ours. */
export function idOf(start: Buffer): string | undefined {
  return FIRST_LINE.exec(start.toString('latin1', 0, FIRST_LINE_BYTES))?.[1]
}

export function recognise(bytes: Buffer): Recognised | undefined {
  const [, id, size] = FIRST_LINE.exec(bytes.toString('latin1', 0, FIRST_LINE_BYTES)) ?? []
  if (id === undefined) return undefined
  return { id, isWhole: bytes.length < Number(size) + FIRST_LINE_BYTES && bytes.equals(bytesOf(id, Number(size))) }
}

function bytesOf(id: string, size: number): Buffer {
  const line = `${createHash('sha256').update(id).digest('hex')}\n`
  return Buffer.concat([Buffer.from(`[soak ${id} ${size}]\n`), Buffer.alloc(size, line)])
}
