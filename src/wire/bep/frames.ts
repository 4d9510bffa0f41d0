// How messages follow each other on a connection (BEP v1, "Hello" and "Post-auth messages"): cut out of the bytes as they arrive, and put in front of those that go.
import { BepFault, ProtoReader, ProtoWriter } from './protobuf.ts'

export const HELLO_MAGIC = 0x2ea7d90b
const OLD_MAGICS = [0x9f79bc40, 0x00010000, 0x00010001]
const MAX_HELLO = 32_767
const MAX_HEADER = 32_767
/** The number of the message that brings a block. */
const RESPONSE = 4
const NOTHING = new Uint8Array(0)
/** Room for a message of which little has arrived. */
const FIRST_BYTES = 16 * 1024
/** More memory is not kept for the next response. */
const KEPT_BYTES = 1024 * 1024 + FIRST_BYTES
/** Real peers take no more either. */
export const MAX_MESSAGE = 500_000_000

export interface Frame {
  /** The message's number. */
  readonly type: number
  readonly compression: 'none' | 'lz4'
  /** As it came: still compressed. The memory of a response is used again from the next call on; others may be kept. */
  readonly body: Uint8Array
}

/** The Hello with its magic and length in front. */
export function frameHello(hello: Uint8Array): Uint8Array {
  const head = Buffer.alloc(6)
  head.writeUInt32BE(HELLO_MAGIC, 0)
  head.writeUInt16BE(hello.length, 4)
  return Buffer.concat([head, hello])
}

/** Header and length, to be sent right before the body. The first message of all, uncompressed, has an empty header. */
export function frameHead(type: number, compression: Frame['compression'], bodyLength: number): Uint8Array {
  const writer = new ProtoWriter()
  writer.uint(1, type)
  writer.uint(2, compression === 'lz4' ? 1 : 0)
  const header = writer.finish()
  const head = Buffer.alloc(2 + header.length + 4)
  head.writeUInt16BE(header.length, 0)
  head.set(header, 2)
  head.writeUInt32BE(bodyLength, 2 + header.length)
  return head
}

/** Header and length of a response that is not compressed, and its own beginning; `size` bytes of data are to follow. */
export function frameResponse(beginning: Uint8Array, size: number): Uint8Array {
  return Buffer.concat([frameHead(RESPONSE, 'none', beginning.length + size), beginning])
}

/** Cuts what arrives into the Hello and frames. Holds no more than one message that is still on its way. */
export class FrameReader {
  readonly #maxMessage: number
  /** What arrived and belongs to nothing yet. */
  #chunks: Uint8Array[] = []
  #held = 0
  #isGreeted = false
  /** The frame whose body is on its way. */
  #begun: (Omit<Frame, 'body'> & { readonly length: number }) | undefined
  /** What there is of its body. */
  #body: Uint8Array = NOTHING
  #filled = 0
  /** Where one response after the other is put together. */
  #memory: Uint8Array = NOTHING

  /** `maxMessage`: larger ones are a fault, found before anything is kept of them. */
  constructor(maxMessage = MAX_MESSAGE) {
    this.#maxMessage = Math.min(maxMessage, MAX_MESSAGE)
  }

  /** The bytes are kept until they were handed out. Returns whether all of them were copied: then the chunk's memory is not needed any more. */
  push(chunk: Uint8Array): boolean {
    const rest = this.#begun === undefined ? chunk : chunk.subarray(this.#fill(chunk))
    if (rest.length === 0) return true
    this.#chunks.push(rest)
    this.#held += rest.length
    return false
  }

  /** The body of the Hello, once it is there. Only before the first frame. */
  hello(): Uint8Array | undefined {
    const head = this.#peek(6)
    if (head === undefined) return undefined
    const magic = head.readUInt32BE(0)
    if (OLD_MAGICS.includes(magic)) throw new BepFault('speaks a version of the protocol that is too old')
    if (magic !== HELLO_MAGIC) throw new BepFault('does not speak this protocol')
    const length = head.readUInt16BE(4)
    if (length > MAX_HELLO) throw new BepFault('sent a greeting that is too long')
    const whole = this.#peek(6 + length)
    if (whole === undefined) return undefined
    this.#forward(whole.length)
    this.#isGreeted = true
    return whole.subarray(6)
  }

  /** The next frame, if it is there whole. */
  frame(): Frame | undefined {
    if (!this.#isGreeted) return undefined
    this.#begun ??= this.#begin()
    if (this.#begun === undefined) return undefined
    const { length, ...head } = this.#begun
    const body = this.#whole(length)
    if (body === undefined) return undefined
    this.#begun = undefined
    return { ...head, body }
  }

  #begin() {
    const lengthOfHeader = this.#peek(2)?.readUInt16BE(0)
    if (lengthOfHeader === undefined) return undefined
    if (lengthOfHeader > MAX_HEADER) throw new BepFault('sent a header that is too long')
    const head = this.#peek(2 + lengthOfHeader + 4)
    if (head === undefined) return undefined
    const length = head.readUInt32BE(2 + lengthOfHeader)
    if (length > this.#maxMessage) throw new BepFault(`sent a message of ${length} bytes, which is too long`)
    const header = parseHeader(head.subarray(2, 2 + lengthOfHeader))
    this.#forward(head.length)
    return { ...header, length }
  }

  /** The body of the frame that was begun: as it arrived where that was in one piece, else put together. */
  #whole(length: number): Uint8Array | undefined {
    const [first = NOTHING] = this.#chunks
    if (this.#filled === 0 && first.length >= length) {
      this.#forward(length)
      return first.subarray(0, length)
    }
    for (const chunk of this.#chunks.splice(0)) {
      this.#held -= chunk.length
      this.push(chunk)
    }
    if (this.#filled < length) return undefined
    const body = this.#body.subarray(0, length)
    if (this.#begun?.type === RESPONSE && this.#body.length <= KEPT_BYTES) this.#memory = this.#body
    this.#body = NOTHING
    this.#filled = 0
    return body
  }

  /** Takes as much of the chunk as the body still lacks; returns how much that was. */
  #fill(chunk: Uint8Array): number {
    const { length, type } = this.#begun as { length: number; type: number }
    const count = Math.min(chunk.length, length - this.#filled)
    if (this.#body.length < this.#filled + count) {
      const [spare, wanted] = [type === RESPONSE && this.#filled === 0 ? this.#memory : NOTHING, this.#filled + count]
      // No more than a few times of what has arrived: who only claims to send much gets no memory for it.
      const larger =
        spare.length >= wanted ? spare : new Uint8Array(Math.min(length, Math.max(wanted * 4, FIRST_BYTES)))
      larger.set(this.#body.subarray(0, this.#filled))
      this.#body = larger
    }
    this.#body.set(count === chunk.length ? chunk : chunk.subarray(0, count), this.#filled)
    this.#filled += count
    return count
  }

  /** The first `count` bytes, left where they are. */
  #peek(count: number): Buffer | undefined {
    if (this.#held < count) return undefined
    const [first] = this.#chunks
    const from = first !== undefined && first.length >= count ? first : this.#joined()
    return Buffer.from(from.buffer, from.byteOffset, count)
  }

  /** Passes over so many bytes of the first chunk. */
  #forward(count: number): void {
    const [first = NOTHING] = this.#chunks
    if (first.length === count) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(count)
    this.#held -= count
  }

  /** Everything in one piece. Only ever little: what is long is a body. */
  #joined(): Buffer {
    const all = Buffer.concat(this.#chunks, this.#held)
    this.#chunks = [all]
    return all
  }
}

function parseHeader(bytes: Uint8Array): Pick<Frame, 'type' | 'compression'> {
  const reader = new ProtoReader(bytes)
  let type = 0
  let compression = 0
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) type = reader.int32()
    else if (field === 2) compression = reader.int32()
    else reader.skip()
  }
  if (compression !== 0 && compression !== 1) throw new BepFault('compressed a message in an unknown way')
  return { type, compression: compression === 1 ? 'lz4' : 'none' }
}
