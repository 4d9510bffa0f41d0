// Gives memory back as soon as its bytes were used, and not only when the collector gets round to it.
import { MessageChannel, type MessagePort } from 'node:worker_threads'

/** Giving back takes a call: so many bytes are worth it. */
const TOGETHER_BYTES = 512 * 1024
/** Less is not worth noting. */
const LEAST_BYTES = 4096

/**
 * What comes in over an encrypted stream comes in fresh memory, 16 KiB each, of which the collector only knows that there is ever more: it
 * looks through everything after each 20 MB, which took as much time as decrypting them. Handing memory over to somebody takes it from here at
 * once; and here is nobody to take it.
 */
export class Spent {
  static #nobody: MessagePort | undefined
  #waiting: ArrayBuffer[] = []
  #bytes = 0

  /** Nobody looks at the chunk, nor at anything else in the same memory, from now on. */
  add({ buffer, length }: Uint8Array): void {
    // What has other bytes beside it may be anybody's.
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== length || length < LEAST_BYTES) return
    this.#waiting.push(buffer)
    this.#bytes += length
    if (this.#bytes >= TOGETHER_BYTES) this.#giveBack()
  }

  #giveBack(): void {
    Spent.#nobody ??= nobody()
    Spent.#nobody.postMessage(undefined, this.#waiting)
    this.#waiting = []
    this.#bytes = 0
  }
}

function nobody(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port2.close()
  return port1
}
