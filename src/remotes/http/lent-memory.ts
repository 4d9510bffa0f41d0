// A few large pieces of memory that a body arrives in: lent bit by bit, and used again when all bits of a piece are back.

/** Other threads may see it, so that whoever writes the bytes to a disk need not copy them. */
export type LentPiece = Uint8Array<SharedArrayBuffer>

const PIECE_BYTES = 1024 * 1024

interface Memory {
  readonly bytes: LentPiece
  /** Up to here it is lent, up to there it is filled. */
  lentTo: number
  filledTo: number
  /** How many bits are not back yet. */
  out: number
}

export class LentMemory {
  readonly #all = new Map<SharedArrayBuffer, Memory>()
  readonly #free: Memory[] = []
  #current: Memory | undefined

  /** Where the next bytes go: always some room, which stays where it is until `fill` is called. */
  room(): LentPiece {
    this.#current ??= this.#free.pop() ?? this.#more()
    return this.#current.bytes.subarray(this.#current.filledTo)
  }

  /** The first `count` bytes of the room have arrived. The bit that ends its piece, when this was the end of it. */
  fill(count: number): LentPiece | undefined {
    const memory = this.#current
    if (memory === undefined) return undefined
    memory.filledTo += count
    if (memory.filledTo < memory.bytes.length) return undefined
    this.#current = undefined
    return lend(memory)
  }

  /** What has arrived since the last bit, when that is enough. */
  lend(least: number): LentPiece | undefined {
    const memory = this.#current
    return memory === undefined || memory.filledTo - memory.lentTo < least ? undefined : lend(memory)
  }

  isWorthLending(least: number): boolean {
    return this.#current !== undefined && this.#current.filledTo - this.#current.lentTo >= least
  }

  giveBack(bit: LentPiece): void {
    const memory = this.#all.get(bit.buffer)
    if (memory === undefined) return
    memory.out -= 1
    if (memory.out > 0 || memory === this.#current) return
    memory.lentTo = 0
    memory.filledTo = 0
    this.#free.push(memory)
  }

  #more(): Memory {
    const buffer = new SharedArrayBuffer(PIECE_BYTES)
    const memory: Memory = { bytes: new Uint8Array(buffer), lentTo: 0, filledTo: 0, out: 0 }
    this.#all.set(buffer, memory)
    return memory
  }
}

function lend(memory: Memory): LentPiece {
  const bit = memory.bytes.subarray(memory.lentTo, memory.filledTo)
  memory.lentTo = memory.filledTo
  memory.out += 1
  return bit
}
