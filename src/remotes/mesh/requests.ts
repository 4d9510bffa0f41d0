// Blocks asked of one device and not answered yet.
import { SyncError } from '../../model/errors.ts'
import type { Response } from '../../wire/bep/messages.ts'

interface Open {
  readonly size: number
  readonly resolve: (data: Uint8Array) => void
  readonly reject: (error: SyncError) => void
}

export interface Wanted {
  readonly folder: string
  readonly name: string
  readonly offset: number
  readonly size: number
  readonly hash: Uint8Array
  readonly blockNumber: number
}

export class Requests {
  readonly #send: (id: number, wanted: Wanted) => Promise<void>
  readonly #open = new Map<number, Open>()
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

  /** The block's bytes, of the length that was asked for; who asked checks what they are. Throws `missing`, `io` or `offline`. */
  ask(wanted: Wanted, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#over !== undefined) return Promise.reject(this.#over)
    this.#last = (this.#last + 1) & 0x7fff_ffff
    const id = this.#last
    this.#bytes += wanted.size
    return new Promise<Uint8Array>((resolve, reject) => {
      const stop = () => this.#take(id)?.reject(signal.reason)
      const finish = () => signal.removeEventListener('abort', stop)
      this.#open.set(id, {
        size: wanted.size,
        resolve: data => {
          finish()
          resolve(data)
        },
        reject: error => {
          finish()
          reject(error)
        },
      })
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
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
    // The message's memory is used again.
    else open.resolve(data.slice())
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
    return open
  }
}

function refusal(code: Response['code']): SyncError {
  return code === 'error'
    ? new SyncError('io', 'The other device could not read the block.')
    : new SyncError('missing', 'The other device has not got the block any more.')
}
