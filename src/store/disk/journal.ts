// Small blobs one after the other in a file: one flush to the disk for many of them, while the files they are to live in need none.
import type { ContentId } from '../../model/content.ts'
import type { DurableFile } from '../../platform/node/durable-file.ts'
import { HEADER_BYTES, readHeader, writeHeader } from './record.ts'

export interface JournalEntry {
  readonly id: ContentId
  readonly bytes: Uint8Array
}

/** So much is written to a file before the other one's turn. */
const FILE_BYTES = 16 * 1024 * 1024

/**
 * Two files take turns. When one is full, everything that it holds is made durable where it belongs, and it is written anew from
 * its start, under the number of another round: what is left of an older round behind the last record is no record.
 */
export class Journal {
  readonly #files: readonly DurableFile[]
  readonly #settle: () => Promise<void>
  /** Of each file: whether what it holds is durable where it belongs. */
  readonly #settled: Promise<boolean>[] = [Promise.resolve(true), Promise.resolve(true)]
  #round: number
  #current = 0
  #at = 0

  /** `settle` makes durable what was put in its place so far. `round`: none before had this number, or a higher one. */
  constructor(files: readonly DurableFile[], round: number, settle: () => Promise<void>) {
    this.#files = files
    this.#round = round
    this.#settle = settle
  }

  /** It is time for `turn`. */
  get isFull(): boolean {
    return this.#at >= FILE_BYTES
  }

  /** Resolves when the entries are durable. Not called again before that. */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    const pieces = entries.flatMap(({ id, bytes }) => [
      writeHeader({ id, length: bytes.length, round: this.#round }),
      bytes,
    ])
    await (this.#files[this.#current] as DurableFile).write(this.#at, pieces)
    this.#at += pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  /** Goes on in the other file. All that was appended is in its place by now. */
  async turn(): Promise<void> {
    const other = 1 - this.#current
    const settled = this.#settle().then(
      () => true,
      () => false,
    )
    // A file is written anew only when what it holds is durable elsewhere: what settles now settles that, too. Where both fail,
    // this file grows, and the next turn tries again.
    if (!(await this.#settled[other]) && !(await settled)) return
    this.#settled[this.#current] = settled
    this.#current = other
    this.#round += 1
    this.#at = 0
  }

  /** All that was appended is in its place and durable there. */
  async empty(): Promise<void> {
    await Promise.all(this.#settled)
    await this.#settle()
    this.#round += 1
    this.#at = 0
    // A record of this round, of nothing: what was there before is not found any more.
    for (const file of this.#files) await file.write(0, [Buffer.alloc(HEADER_BYTES)])
  }

  async close(): Promise<void> {
    await Promise.all(this.#settled)
    for (const file of this.#files) await file.close()
  }
}

/** The entries of the last round of a file, and its number. The bytes are not yet compared with their id. */
export function* entriesIn(file: DurableFile): Generator<JournalEntry & { readonly round: number }> {
  let first: number | undefined
  for (let at = 0; ; ) {
    const header = readHeader(file.read(at, HEADER_BYTES))
    if (header === undefined) return
    const { id, length, round } = header
    first ??= round
    // A length that was never written must not claim memory.
    if (round !== first || length > FILE_BYTES) return
    const bytes = file.read(at + HEADER_BYTES, length)
    if (bytes.length < length) return
    yield { id, bytes, round }
    at += HEADER_BYTES + length
  }
}
