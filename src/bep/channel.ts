// One connection to one device: greets, then sends and receives whole messages, and notices when the other end falls silent.
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { SyncError } from '../model/errors.ts'
import type { Clock } from '../platform/world.ts'
import { type Frame, FrameReader, frameHead, frameHello, MAX_MESSAGE } from '../wire/bep/frames.ts'
import {
  type Close,
  type Compression,
  type Hello,
  MESSAGE_NUMBERS,
  type Message,
  parseHello,
  parseMessage,
  writeHello,
  writeMessage,
} from '../wire/bep/messages.ts'
import { BepFault } from '../wire/bep/protobuf.ts'
import type { Passage, Passages } from './bucket.ts'
import { compressed, uncompressed } from './lz4.ts'
import { Spent } from './spent.ts'

export interface ChannelParts {
  /** Authenticated and encrypted: nothing here asks who is there. */
  readonly stream: Duplex
  readonly hello: Hello
  readonly clock: Clock
  /** What comes out of the stream is nobody else's, and may be given back. */
  readonly isOwned?: boolean
  /** For messages about the other end. */
  readonly label: string
  /** Which of our messages are compressed; those of the other end may be as they like. */
  readonly compression: Compression
  /** In bytes, of one message with everything in it uncompressed. */
  readonly maxMessage?: number
  /** What every byte has to pass; nothing, where it goes as fast as it can. */
  readonly limits?: Passages
}

/** Takes what arrives, one message after the other. Reading goes on when the promise resolves: that is how a slow taker slows the sender down. */
export type Receive = (message: Message) => void | Promise<void>

const NOTHING = new Uint8Array(0)
const HELLO_MS = 20_000
/** BEP v1, "Ping": sent when nothing else was for so long; and the other end counts as gone after so much silence. */
const PING_MS = 45_000
const SILENCE_MS = 300_000
const CLOSE_MS = 10_000

/** Sends our Hello and waits for theirs. Ends the stream and throws a `SyncError` when that does not come to pass. */
export async function openChannel(parts: ChannelParts, signal: AbortSignal): Promise<Channel> {
  const frames = new FrameReader(parts.maxMessage)
  const late = new AbortController()
  const stop = AbortSignal.any([signal, late.signal])
  const timer = new AbortController()
  parts.clock.sleep(HELLO_MS, timer.signal).then(
    () => late.abort(new SyncError('offline', `${parts.label} did not greet within ${HELLO_MS / 1000} seconds.`)),
    () => {},
  )
  try {
    parts.stream.write(frameHello(writeHello(parts.hello)))
    const hello = await readHello(parts, frames, stop)
    return new Channel(parts, frames, hello)
  } catch (error) {
    parts.stream.destroy()
    throw faultOf(error, parts.label)
  } finally {
    timer.abort()
  }
}

async function readHello({ stream, label }: ChannelParts, frames: FrameReader, signal: AbortSignal): Promise<Hello> {
  for (;;) {
    const body = frames.hello()
    if (body !== undefined) return parseHello(body)
    const chunk = stream.read() as Uint8Array | null
    if (chunk !== null) frames.push(chunk)
    else if (stream.readableEnded || stream.destroyed) throw gone(label)
    else await Promise.race([once(stream, 'readable', { signal }), once(stream, 'close', { signal })])
  }
}

export class Channel {
  readonly hello: Hello
  /** Resolves when the connection is over, with the reason; undefined when we ended it. */
  readonly ended: Promise<SyncError | undefined>
  readonly #parts: ChannelParts
  readonly #frames: FrameReader
  readonly #stop = new AbortController()
  readonly #spent = new Spent()
  #end: (reason: SyncError | undefined) => void = () => {}
  #isOver = false
  #isTaken = false
  /** For one who takes what arrived, or for its turn. */
  #isWaiting = false
  #receive: Receive = () => undefined
  #turn: Promise<void> = Promise.resolve()
  #framed: Promise<void> = Promise.resolve()
  #draining: Promise<void> | undefined
  #lastSent = 0
  #lastHeard = 0
  #bytesIn = 0
  #bytesOut = 0

  constructor(parts: ChannelParts, frames: FrameReader, hello: Hello) {
    this.#parts = parts
    this.#frames = frames
    this.hello = hello
    this.ended = new Promise(resolve => {
      this.#end = resolve
    })
    const now = parts.clock.now()
    this.#lastSent = now
    this.#lastHeard = now
    parts.stream.once('close', () => this.#over(gone(parts.label)))
    parts.stream.once('error', error => this.#over(faultOf(error, parts.label)))
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether the other end has said anything but goodbye. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /** Bytes of messages so far, as they went over the wire. */
  get traffic(): { readonly in: number; readonly out: number } {
    return { in: this.#bytesIn, out: this.#bytesOut }
  }

  /** Reads until the connection is over. What `receive` throws ends it too, and the other end is told why. */
  start(receive: Receive): void {
    const { stream, label } = this.#parts
    void this.#watchSilence()
    this.#receive = receive
    stream.once('end', () => this.#over(gone(label)))
    stream.on('data', (chunk: Uint8Array) => this.#arrived(chunk))
    stream.resume()
    // What came along with the greeting waits already.
    this.#arrived(NOTHING)
  }

  /** Resolves when there is room for more: one who has much to send waits for each. What cannot be sent any more is dropped. */
  async send(message: Message): Promise<void> {
    await this.sendEncoded(message.type, writeMessage(message))
  }

  /** The same for a message that was written before; `more` follows the body, as a part of the same message. */
  async sendEncoded(type: Message['type'], body: Uint8Array, more = NOTHING): Promise<void> {
    if (this.#isOver) return
    const { limits } = this.#parts
    if (limits === undefined || limits.up.length === 0) return this.#write(type, body, more)
    // One after the other, in the order in which they were given.
    const sent = this.#turn.then(async () => {
      for (const passage of limits.up) await passage.take(body.length + more.length, this.#stop.signal)
      if (!this.#isOver) await this.#write(type, body, more)
    })
    this.#turn = sent.catch(() => undefined)
    await this.#turn
  }

  /** Messages that are framed already, and go out one after the other. Resolves when their memory is free again. Undefined where everything is to be compressed. */
  get sendFramed(): ((frames: Uint8Array) => Promise<void>) | undefined {
    return this.#parts.compression === 'always' ? undefined : frames => this.#sendFramed(frames)
  }

  /** Two such writes at once would be joined, and so copied. */
  #sendFramed(frames: Uint8Array): Promise<void> {
    this.#framed = this.#framed.then(async () => {
      const { stream, clock, limits } = this.#parts
      for (const passage of limits?.up ?? [])
        await passage.take(frames.length, this.#stop.signal).catch(() => undefined)
      if (this.#isOver) return
      this.#lastSent = clock.now()
      this.#bytesOut += frames.length
      // What fails fails for everything: the stream tells of it.
      await new Promise<void>(resolve => stream.write(frames, () => resolve()))
    })
    return this.#framed
  }

  async #write(type: Message['type'], body: Uint8Array, more: Uint8Array): Promise<void> {
    const { stream, clock } = this.#parts
    const packed = this.#isCompressed(type) ? compressed(joined(body, more)) : undefined
    const parts = packed === undefined ? [body, more] : [packed]
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    const head = frameHead(MESSAGE_NUMBERS[type], packed === undefined ? 'none' : 'lz4', length)
    this.#lastSent = clock.now()
    this.#bytesOut += head.length + length
    stream.cork()
    let hasRoom = stream.write(head)
    for (const part of parts) if (part.length > 0) hasRoom = stream.write(part)
    stream.uncork()
    if (!hasRoom && !this.#isOver) await this.#drained()
  }

  /** Tells the other end why, as far as it still listens, and ends the connection. */
  async close(reason: string): Promise<void> {
    if (this.#isOver) return
    await this.#sayGoodbye(reason)
    this.#over(undefined, 'when all is sent')
  }

  /** What arrived is handed on at once; where somebody has to wait, nothing more is read, and so the other end waits too. */
  #arrived(chunk: Uint8Array): void {
    if (this.#isOver) return
    const { stream, clock, limits, isOwned } = this.#parts
    const { length } = chunk
    this.#lastHeard = clock.now()
    this.#bytesIn += length
    if (this.#frames.push(chunk) && isOwned === true) this.#spent.add(chunk)
    if (this.#isWaiting) return
    const isLimited = limits !== undefined && limits.down.length > 0
    const waiting = isLimited ? this.#pass(limits.down, length) : this.#handOn()
    if (waiting === undefined) return
    this.#isWaiting = true
    stream.pause()
    void waiting.then(() => {
      this.#isWaiting = false
      stream.resume()
    })
  }

  async #pass(down: readonly Passage[], bytes: number): Promise<void> {
    for (const passage of down) await passage.take(bytes, this.#stop.signal).catch(() => undefined)
    await this.#handOn()
  }

  /** The messages that are here whole, one after the other; undefined where none has to be waited for. Never rejects. */
  #handOn(): Promise<void> | undefined {
    try {
      while (!this.#isOver) {
        const frame = this.#frames.frame()
        if (frame === undefined) return undefined
        const taken = this.#take(frame)
        if (taken !== undefined)
          return taken.then(
            () => this.#handOn(),
            error => this.#fail(error),
          )
      }
      return undefined
    } catch (error) {
      return this.#fail(error)
    }
  }

  #take({ type, compression, body }: Frame): Promise<void> | undefined {
    const message = this.#parse(type, compression, body)
    if (message?.type === 'close') {
      this.#over(closedBy(this.#parts.label, message))
      return undefined
    }
    this.#isTaken = true
    if (message === undefined || message.type === 'ping') return undefined
    return this.#receive(message) ?? undefined
  }

  #parse(type: number, compression: 'none' | 'lz4', body: Uint8Array): Message | undefined {
    const limit = this.#parts.maxMessage ?? MAX_MESSAGE
    return parseMessage(type, compression === 'lz4' ? uncompressed(body, limit) : body)
  }

  #isCompressed(type: Message['type']): boolean {
    const { compression } = this.#parts
    if (type === 'cluster-config' || compression === 'never') return false
    return compression === 'always' || type !== 'response'
  }

  /** One wait for all who want to send. */
  #drained(): Promise<void> {
    const { stream } = this.#parts
    this.#draining ??= new Promise<void>(resolve => {
      const go = () => {
        stream.off('drain', go).off('close', go)
        this.#draining = undefined
        resolve()
      }
      stream.on('drain', go).on('close', go)
    })
    return this.#draining
  }

  async #watchSilence(): Promise<void> {
    const { clock, label } = this.#parts
    while (!this.#isOver) {
      try {
        await clock.sleep(PING_MS, this.#stop.signal)
      } catch {
        return
      }
      if (clock.now() - this.#lastHeard >= SILENCE_MS) return this.#over(silent(label))
      if (clock.now() - this.#lastSent >= PING_MS) void this.send({ type: 'ping' })
    }
  }

  async #fail(error: unknown): Promise<void> {
    const fault = faultOf(error, this.#parts.label)
    await this.#sayGoodbye(error instanceof BepFault ? `protocol error: it ${error.message}` : fault.message)
    this.#over(fault, 'when all is sent')
  }

  async #sayGoodbye(reason: string): Promise<void> {
    const waited = new AbortController()
    const said = this.send({ type: 'close', reason })
    await Promise.race([said, this.#parts.clock.sleep(CLOSE_MS, waited.signal).catch(() => {})])
    waited.abort()
  }

  #over(reason: SyncError | undefined, close: 'at once' | 'when all is sent' = 'at once'): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stop.abort()
    const { stream, clock } = this.#parts
    if (close === 'at once') stream.destroy()
    else {
      stream.end(() => stream.destroy())
      // An end that takes nothing any more is not waited for.
      const sent = new AbortController()
      stream.once('close', () => sent.abort())
      clock.sleep(CLOSE_MS, sent.signal).then(
        () => stream.destroy(),
        () => {},
      )
    }
    this.#end(reason)
  }
}

function joined(body: Uint8Array, more: Uint8Array): Uint8Array {
  return more.length === 0 ? body : Buffer.concat([body, more])
}

function faultOf(error: unknown, label: string): SyncError {
  if (error instanceof SyncError) return error
  if (error instanceof BepFault)
    return new SyncError('protocol', `${label} ${error.message}. The connection was closed.`, {
      cause: error,
      scope: 'replica',
    })
  const text = error instanceof Error ? error.message : String(error)
  return new SyncError('offline', `The connection to ${label} was lost (${text}).`, { cause: error })
}

function gone(label: string): SyncError {
  return new SyncError('offline', `${label} closed the connection.`)
}

function silent(label: string): SyncError {
  return new SyncError('offline', `${label} has not been heard of for ${SILENCE_MS / 60_000} minutes.`)
}

function closedBy(label: string, { reason }: Close): SyncError {
  return new SyncError('offline', `${label} closed the connection: ${reason.slice(0, 500)}`)
}
