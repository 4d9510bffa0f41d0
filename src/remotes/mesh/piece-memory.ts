// Memory that blocks of one file arrive in, which all threads see, and which is used again as soon as nobody reads in it any more.
import { LENT_AT_ONCE } from '../../platform/tree.ts'

export type Shared = Uint8Array<SharedArrayBuffer>

/** What is lent at once: whoever writes it need not wait for all of a large block. */
const CHUNK_BYTES = 1024 * 1024
/** Of all files that are on their way. To get memory from the system costs as much as to fill it. */
const MOST_SPARE = 16
const spare: Shared[] = []

export class PieceMemory {
  static #underWay = 0
  readonly #bytes: number
  readonly #isLent: boolean
  #free: Shared[] = []
  /** The oldest first; with the piece that is free when this chunk of it is not needed any more. */
  readonly #lent: (Shared | undefined)[] = []

  /** `bytes` is the size of a piece. Unless pieces are `lent`, each has its memory for itself. */
  constructor(bytes: number, chunks: 'lent' | undefined) {
    this.#bytes = bytes
    this.#isLent = chunks === 'lent'
    PieceMemory.#underWay += 1
  }

  /** Of how many files some is in use. */
  static get underWay(): number {
    return PieceMemory.#underWay
  }

  take(): Shared {
    return this.#free.pop() ?? this.#spare() ?? new Uint8Array(new SharedArrayBuffer(this.#bytes))
  }

  /** What is filled of the piece, from `from` on, as it is handed out. */
  *lend(piece: Shared, from: number, size: number): Generator<Uint8Array> {
    const step = this.#isLent ? CHUNK_BYTES : size
    for (let at = from; at < size; at += step) {
      const end = Math.min(size, at + step)
      this.#lent.push(end === size ? piece : undefined)
      yield piece.subarray(at, end)
      if (!this.#isLent) this.#lent.pop()
      while (this.#lent.length >= LENT_AT_ONCE) {
        const free = this.#lent.shift()
        if (free !== undefined) this.#free.push(free)
      }
    }
  }

  /** All came to its end (`whole`), or something may still be written to, or read from, the pieces. */
  end(how: 'whole' | 'early'): void {
    PieceMemory.#underWay -= 1
    if (how === 'whole' && this.#bytes === CHUNK_BYTES) spare.push(...this.#free.slice(0, MOST_SPARE - spare.length))
    this.#free = []
    // Nothing is kept by one who has nothing to do.
    if (PieceMemory.#underWay === 0) spare.length = 0
  }

  #spare(): Shared | undefined {
    return this.#bytes === CHUNK_BYTES ? spare.pop() : undefined
  }
}
