// Receives one large file: pieces are collected here, and written and hashed by one thread while the next ones arrive.
import { closeSync, fdatasync } from 'node:fs'
import { promisify } from 'node:util'
import { blockSizeOf } from '../../model/content.ts'
import { copyIntoShared } from '../../model/into-shared.ts'
import { LENT_AT_ONCE, type Receiving, type WriteOptions, type Written } from '../tree.ts'
import type { Seat } from './worker-pool.ts'
import { complete, createFile } from './write-file.ts'

const PIECE_BYTES = 1024 * 1024
/** So many pieces are on their way at most. Both threads see their memory, which is used again: handing it over costs more than filling it. */
const PIECES = 4
/** After so much the disk is asked to begin with writing, so that little is left to wait for at the end. */
const WRITE_BACK_BYTES = 64 * 1024 * 1024

const flushLater = promisify(fdatasync)

/** Makes the file `reached`, which will have `size` bytes. `seat` is the thread that stays with it. What is `proven` is not hashed once more. */
export function openReceiving(reached: string, size: number, seat: Seat, proven?: Uint8Array): Receiving {
  return new DiskReceiving(createFile(reached), size, seat, proven)
}

let received = 0

class DiskReceiving implements Receiving {
  readonly #file: number
  readonly #descriptor: number
  readonly #blockSize: number
  readonly #proven: Uint8Array | undefined
  readonly #pieceBytes: number
  readonly #seat: Seat
  readonly #free: Uint8Array<SharedArrayBuffer>[] = []
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #handed: Promise<unknown>[] = []
  /** What the other thread knows by number. */
  readonly #shown = new Map<SharedArrayBuffer, number>()
  #made = 0
  #piece: Uint8Array<SharedArrayBuffer> | undefined
  #filled = 0
  #sent = 0
  #failure: { readonly error: unknown } | undefined
  #writingBack: Promise<unknown> | undefined
  #writtenBack = 0

  constructor(descriptor: number, size: number, seat: Seat, proven: Uint8Array | undefined) {
    received += 1
    this.#proven = proven
    this.#file = received
    this.#descriptor = descriptor
    this.#blockSize = proven === undefined ? blockSizeOf(size) : 0
    this.#pieceBytes = Math.min(PIECE_BYTES, Math.max(1, size))
    this.#seat = seat
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (isShared(bytes)) return this.#writeShared(bytes)
    for (let from = 0; from < bytes.length; ) {
      const piece = this.#piece ?? (await this.#nextPiece())
      const some = bytes.subarray(from, from + piece.length - this.#filled)
      copyIntoShared(some, piece, this.#filled)
      this.#filled += some.length
      from += some.length
      if (this.#filled === piece.length) this.#send()
    }
  }

  /** The other thread sees these as they are, and always has some waiting: on a busy machine it takes long until both have had their turn. */
  async #writeShared(bytes: Uint8Array<SharedArrayBuffer>): Promise<void> {
    this.#send()
    this.#rethrow()
    this.#handed.push(this.#hand(bytes, bytes.length))
    if (this.#handed.length >= LENT_AT_ONCE) await this.#handed.shift()
    this.#rethrow()
  }

  async finish(options: WriteOptions): Promise<Written> {
    try {
      await this.#settle()
      const { blocks } = await this.#seat({ do: 'taken', file: this.#file }, [])
      this.#rethrow()
      return { ...complete(this.#descriptor, options), blocks: this.#proven ?? blocks }
    } finally {
      await this.#close()
    }
  }

  async abandon(): Promise<void> {
    try {
      await this.#settle()
      await this.#seat({ do: 'taken', file: this.#file }, []).catch(() => undefined)
    } finally {
      await this.#close()
    }
  }

  async #nextPiece(): Promise<Uint8Array<SharedArrayBuffer>> {
    while (this.#free.length === 0 && this.#made >= PIECES && this.#failure === undefined)
      await Promise.race(this.#underWay)
    this.#rethrow()
    const free = this.#free.pop()
    if (free === undefined) this.#made += 1
    this.#piece = free ?? new Uint8Array(new SharedArrayBuffer(this.#pieceBytes))
    return this.#piece
  }

  #send(): void {
    const bytes = this.#piece
    if (bytes === undefined || this.#filled === 0) return
    const count = this.#filled
    this.#piece = undefined
    this.#filled = 0
    void this.#hand(bytes, count).then(() => this.#free.push(bytes))
  }

  /** Has the next `count` bytes written and hashed. Resolves when they are not needed any more. */
  #hand(bytes: Uint8Array<SharedArrayBuffer>, count: number): Promise<unknown> {
    const job = { ...this.#place(), ...this.#memoryOf(bytes), from: bytes.byteOffset, count } as const
    this.#sent += count
    const taken = this.#seat({ do: 'take', ...job }, [])
      .then(() => this.#writeBack(job.at + job.count))
      .catch(error => {
        this.#failure ??= { error }
      })
      .finally(() => this.#underWay.delete(taken))
    this.#underWay.add(taken)
    return taken
  }

  #memoryOf({ buffer }: Uint8Array<SharedArrayBuffer>) {
    const known = this.#shown.get(buffer)
    if (known !== undefined) return { memory: known }
    const memory = this.#shown.size
    this.#shown.set(buffer, memory)
    return { memory, shown: new Uint8Array(buffer) }
  }

  #place() {
    return { file: this.#file, descriptor: this.#descriptor, blockSize: this.#blockSize, at: this.#sent }
  }

  #writeBack(written: number): void {
    if (this.#writingBack !== undefined || written - this.#writtenBack < WRITE_BACK_BYTES) return
    this.#writtenBack = written
    this.#writingBack = flushLater(this.#descriptor)
      // The disk tells of a fault once only.
      .catch(error => {
        this.#failure ??= { error }
      })
      .finally(() => {
        this.#writingBack = undefined
      })
  }

  async #settle(): Promise<void> {
    this.#send()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    await this.#writingBack
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** A descriptor must not be closed, and its number given to another file, while anybody uses it. */
  async #close(): Promise<void> {
    await this.#settle()
    closeSync(this.#descriptor)
  }
}

function isShared(bytes: Uint8Array): bytes is Uint8Array<SharedArrayBuffer> {
  return bytes.buffer instanceof SharedArrayBuffer
}
