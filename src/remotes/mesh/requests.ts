// Blocks asked of one device and not answered yet.
import { SyncError } from '../../model/errors.ts'
import { copyIntoShared } from '../../model/into-shared.ts'
import type { Response } from '../../wire/bep/messages.ts'
import type { Shared } from './piece-memory.ts'

interface Open {
  readonly size: number
  readonly into: Shared | undefined
  readonly signal: AbortSignal
  readonly resolve: (data: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

export interface Wanted {
  readonly folder: string
  readonly name: string
  readonly offset: number
  readonly size: number
  readonly hash: Uint8Array
  readonly blockNumber: number
  /** Of a file that the other end has only a part of. */
  readonly fromTemporary?: boolean
}

export class Requests {
  readonly #send: (id: number, wanted: Wanted) => Promise<void>
  readonly #open = new Map<number, Open>()
  readonly #heeded = new WeakMap<AbortSignal, Set<number>>()
  #last = 0
  #bytes = 0
  #over: SyncError | undefined

  constructor(send: (id: number, wanted: Wanted) => Promise<void>) {
    this.#send = send
  }

  /** Bytes that are still to come. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * The block's bytes, of the length that was asked for; who asked checks what they are. They are put where they are wanted (`into`), and
   * not touched there any more once this is settled. Throws `missing`, `io` or `offline`.
   */
  ask(wanted: Wanted, signal: AbortSignal, into?: Shared): Promise<Uint8Array> {
    if (this.#over !== undefined) return Promise.reject(this.#over)
    this.#last = (this.#last + 1) & 0x7fff_ffff
    const id = this.#last
    return new Promise<Uint8Array>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      this.#bytes += wanted.size
      this.#open.set(id, { size: wanted.size, into, signal, resolve, reject })
      this.#heed(signal).add(id)
      void this.#send(id, wanted)
    })
  }

  /** An answer came; one that nobody waits for any more is dropped. */
  answered({ id, code, data }: Response): void {
    const open = this.#take(id)
    if (open === undefined) return
    if (code !== 'ok') open.reject(refusal(code))
    else if (data.length !== open.size)
      open.reject(new SyncError('corrupt', 'A block of another length than was asked for came.'))
    else open.resolve(keptIn(open.into, data))
  }

  /** The connection is gone: nobody will answer. */
  end(reason: SyncError): void {
    this.#over = reason
    for (const id of [...this.#open.keys()]) this.#take(id)?.reject(reason)
  }

  #take(id: number): Open | undefined {
    const open = this.#open.get(id)
    if (open === undefined) return undefined
    this.#open.delete(id)
    this.#bytes -= open.size
    this.#heeded.get(open.signal)?.delete(id)
    return open
  }

  /** One listener for all that goes by the same signal: adding one to many takes looking at each of them. */
  #heed(signal: AbortSignal): Set<number> {
    const known = this.#heeded.get(signal)
    if (known !== undefined) return known
    const ids = new Set<number>()
    this.#heeded.set(signal, ids)
    const stop = () => {
      for (const id of [...ids]) this.#take(id)?.reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    return ids
  }
}

/** The message's memory is used again. */
function keptIn(into: Shared | undefined, data: Uint8Array): Uint8Array {
  if (into === undefined) return data.slice()
  copyIntoShared(data, into)
  return into
}

function refusal(code: Response['code']): SyncError {
  return code === 'error'
    ? new SyncError('io', 'The other device could not read the block.')
    : new SyncError('missing', 'The other device has not got the block any more.')
}
