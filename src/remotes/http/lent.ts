// A large body in a few pieces of memory that are used again and again: new memory for every piece costs more than receiving it.
import type { IncomingMessage } from 'node:http'
import { tapInto } from './receive-buffer.ts'

/** Other threads may see it, so that whoever writes the bytes to a disk need not copy them. */
export type LentPiece = Uint8Array<SharedArrayBuffer>

const PIECE_BYTES = 1024 * 1024
/** So much is handed over rather than waited for, so that on a slow line, too, it is soon known what has arrived. */
const ENOUGH_BYTES = 256 * 1024
/** With so many full pieces nothing more is read. */
const MOST_FULL = 4

/** What arrives of a body whose length is known. Its connection is used up. */
export class LentPieces {
  readonly #message: IncomingMessage
  readonly #full: LentPiece[] = []
  readonly #free: LentPiece[] = []
  #piece: LentPiece | undefined
  #filled = 0
  #left: number
  #isTapped = false
  #wake: (() => void) | undefined
  #end: { readonly error: unknown } | 'complete' | undefined
  /** Bytes so far. */
  arrived = 0

  constructor(message: IncomingMessage, size: number) {
    this.#message = message
    this.#left = size
    message.on('data', (bytes: Uint8Array) => this.#take(bytes))
    message.once('error', error => this.#endWith({ error }))
    message.once('close', () => this.#endWith({ error: new Error('The connection closed.') }))
    tapInto(message.socket, bytes => this.#tap(bytes))
  }

  /** The next piece, valid until it is given back; undefined after the last one. Throws what went wrong, after what had arrived before. */
  async next(): Promise<LentPiece | undefined> {
    for (;;) {
      const piece = this.#full.shift() ?? this.#cut(this.#end === undefined ? ENOUGH_BYTES : 1)
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
    this.#free.push(new Uint8Array(piece.buffer))
    if (this.#full.length < MOST_FULL) this.#goOn()
  }

  /** Past the parser, once everything has come out of the message that went through it. */
  #tap(bytes: Uint8Array): 'taken' | 'not-yet' {
    this.#isTapped ||= this.#message.readableFlowing === true && this.#message.readableLength === 0
    if (!this.#isTapped) return 'not-yet'
    this.#take(bytes)
    return 'taken'
  }

  /** Whatever comes after the body is none of ours. */
  #take(bytes: Uint8Array): void {
    const ours = Math.min(bytes.length, this.#left)
    this.#left -= ours
    this.arrived += ours
    for (let from = 0; from < ours; ) {
      this.#piece ??= this.#free.pop() ?? new Uint8Array(new SharedArrayBuffer(PIECE_BYTES))
      const some = bytes.subarray(from, Math.min(ours, from + this.#piece.length - this.#filled))
      this.#piece.set(some, this.#filled)
      this.#filled += some.length
      from += some.length
      if (this.#filled === this.#piece.length) this.#full.push(this.#cut(1) as LentPiece)
    }
    if (this.#left === 0) return this.#endWith('complete')
    if (this.#full.length >= MOST_FULL) this.#pause()
    if (this.#full.length > 0 || this.#filled >= ENOUGH_BYTES) this.#wakeUp()
  }

  /** What is in the piece that is being filled, when that is enough. */
  #cut(least: number): LentPiece | undefined {
    if (this.#piece === undefined || this.#filled < least) return undefined
    const cut = this.#piece.subarray(0, this.#filled)
    this.#piece = undefined
    this.#filled = 0
    return cut
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
