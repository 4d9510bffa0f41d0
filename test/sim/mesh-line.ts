// A connection of two devices that is only memory: what is sent arrives in order, each way by itself, and when chance wants.
import type { SyncError } from '../../src/model/errors.ts'
import type { MeshChannel } from '../../src/remotes/mesh/mesh.ts'
import { MESSAGE_NUMBERS, type Message, parseMessage, writeMessage } from '../../src/wire/bep/messages.ts'

export interface Line {
  readonly ends: readonly [MeshChannel, MeshChannel]
  cut(): void
}

/** `hop` comes before each message arrives. */
export function meshLine(hop: (what: string) => Promise<void>): Line {
  const one = new End(hop)
  const other = new End(hop)
  one.other = other
  other.other = one
  const cut = () => {
    one.cut()
    other.cut()
  }
  return { ends: [one, other], cut }
}

class End implements MeshChannel {
  other: End | undefined
  readonly ended: Promise<SyncError | undefined>
  readonly #hop: (what: string) => Promise<void>
  readonly #queue: { readonly type: Message['type']; readonly body: Uint8Array }[] = []
  #receive: ((message: Message) => void | Promise<void>) | undefined
  #isReceiving = false
  #isCut = false
  #end: () => void = () => {}

  constructor(hop: (what: string) => Promise<void>) {
    this.#hop = hop
    this.ended = new Promise(resolve => {
      this.#end = () => resolve(undefined)
    })
  }

  async send(message: Message): Promise<void> {
    await this.sendEncoded(message.type, writeMessage(message))
  }

  async sendEncoded(type: Message['type'], body: Uint8Array, more = new Uint8Array(0)): Promise<void> {
    if (!this.#isCut) this.other?.arrive(type, Buffer.concat([body, more]))
  }

  start(receive: (message: Message) => void | Promise<void>): void {
    this.#receive = receive
    void this.#work()
  }

  async close(): Promise<void> {
    this.cut()
  }

  cut(): void {
    this.#isCut = true
    this.#end()
  }

  arrive(type: Message['type'], body: Uint8Array): void {
    this.#queue.push({ type, body })
    void this.#work()
  }

  async #work(): Promise<void> {
    if (this.#isReceiving || this.#receive === undefined) return
    this.#isReceiving = true
    for (let next = this.#queue.shift(); next !== undefined && !this.#isCut; next = this.#queue.shift()) {
      await this.#hop(`M ${next.type}`)
      const message = this.#isCut ? undefined : parseMessage(MESSAGE_NUMBERS[next.type], next.body)
      if (message !== undefined) await this.#receive(message)
    }
    this.#isReceiving = false
  }
}
