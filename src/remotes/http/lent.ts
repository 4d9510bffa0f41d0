// A large body in a few pieces of memory that are used again and again: new memory for every piece costs more than receiving it.
import type { IncomingMessage } from 'node:http'
import { copyIntoShared } from '../../model/into-shared.ts'
import { LentMemory, type LentPiece } from './lent-memory.ts'
import { type Tap, tapInto } from './receive-buffer.ts'

/** So much is handed over rather than waited for, so that on a slow line, too, it is soon known what has arrived. */
const ENOUGH_BYTES = 256 * 1024
/** With so many full pieces nothing more is read. */
const MOST_FULL = 4

/** What arrives of a body whose length is known. Its connection is used up. */
export class LentPieces implements Tap {
  readonly #message: IncomingMessage
  readonly #memory = new LentMemory()
  readonly #full: LentPiece[] = []
  #left: number
  #isTapped = false
  #wake: (() => void) | undefined
  #end: { readonly error: unknown } | 'complete' | undefined
  /** Bytes so far. */
  arrived = 0

  constructor(message: IncomingMessage, size: number) {
    this.#message = message
    this.#left = size
    message.on('data', (bytes: Uint8Array) => this.#copy(bytes))
    message.once('error', error => this.#endWith({ error }))
    message.once('close', () => this.#endWith({ error: new Error('The connection closed.') }))
    tapInto(message.socket, this)
  }

  /** The next piece, valid until it is given back; undefined after the last one. Throws what went wrong, after what had arrived before. */
  async next(): Promise<LentPiece | undefined> {
    for (;;) {
      const piece = this.#full.shift() ?? this.#memory.lend(this.#end === undefined ? ENOUGH_BYTES : 1)
      if (piece !== undefined) return piece
      if (this.#end === 'complete') return undefined
      if (this.#end !== undefined) throw this.#end.error
      this.#goOn()
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  giveBack(piece: LentPiece): void {
    this.#memory.giveBack(piece)
    if (this.#full.length < MOST_FULL) this.#goOn()
  }

  room(): Uint8Array | undefined {
    return this.#left > 0 && this.#isPastParser() ? this.#memory.room() : undefined
  }

  /** Whatever comes after the body is none of ours. */
  filled(count: number): void {
    const ours = Math.min(count, this.#left)
    this.#keep(ours)
    this.#note(ours)
  }

  take(bytes: Uint8Array): 'taken' | 'not-yet' {
    if (!this.#isPastParser()) return 'not-yet'
    this.#copy(bytes)
    return 'taken'
  }

  /** Once everything has come out of the message that went through the parser. */
  #isPastParser(): boolean {
    this.#isTapped ||= this.#message.readableFlowing === true && this.#message.readableLength === 0
    return this.#isTapped
  }

  #copy(bytes: Uint8Array): void {
    const ours = Math.min(bytes.length, this.#left)
    for (let from = 0; from < ours; ) {
      const room = this.#memory.room()
      const some = bytes.subarray(from, Math.min(ours, from + room.length))
      copyIntoShared(some, room)
      this.#keep(some.length)
      from += some.length
    }
    this.#note(ours)
  }

  #keep(count: number): void {
    const full = this.#memory.fill(count)
    if (full !== undefined) this.#full.push(full)
  }

  #note(count: number): void {
    this.#left -= count
    this.arrived += count
    if (this.#left === 0) return this.#endWith('complete')
    if (this.#full.length >= MOST_FULL) this.#pause()
    if (this.#full.length > 0 || this.#memory.isWorthLending(ENOUGH_BYTES)) this.#wakeUp()
  }

  #pause(): void {
    if (this.#isTapped) this.#message.socket.pause()
    else this.#message.pause()
  }

  #goOn(): void {
    if (this.#end !== undefined) return
    if (this.#isTapped) this.#message.socket.resume()
    else this.#message.resume()
  }

  #endWith(end: { readonly error: unknown } | 'complete'): void {
    this.#end ??= end
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
