// How messages follow each other on a connection (BEP v1, "Hello" and "Post-auth messages"): cut out of the bytes as they arrive, and put in front of those that go.
import { BepFault, ProtoReader, ProtoWriter } from './protobuf.ts'

export const HELLO_MAGIC = 0x2ea7d90b
const OLD_MAGICS = [0x9f79bc40, 0x00010000, 0x00010001]
const MAX_HELLO = 32_767
const MAX_HEADER = 32_767
/** Real peers take no more either. */
export const MAX_MESSAGE = 500_000_000

export interface Frame {
  /** The message's number. */
  readonly type: number
  readonly compression: 'none' | 'lz4'
  /** As it came: still compressed. A view, valid until the next call. */
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

/** Cuts what arrives into the Hello and frames. Holds no more than one message that is still on its way. */
export class FrameReader {
  readonly #maxMessage: number
  #chunks: Uint8Array[] = []
  #held = 0
  #isGreeted = false
  /** How many bytes the next piece needs as a whole, as far as is known. */
  #wanted = 0

  /** `maxMessage`: larger ones are a fault, found before anything is kept of them. */
  constructor(maxMessage = MAX_MESSAGE) {
    this.#maxMessage = Math.min(maxMessage, MAX_MESSAGE)
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#held += chunk.length
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
    const whole = this.#take(6 + length)
    if (whole === undefined) return undefined
    this.#isGreeted = true
    return whole.subarray(6)
  }

  /** The next frame, if it is there whole. */
  frame(): Frame | undefined {
    if (!this.#isGreeted || this.#held < this.#wanted) return undefined
    const lengthOfHeader = this.#peek(2)?.readUInt16BE(0)
    if (lengthOfHeader === undefined) return undefined
    if (lengthOfHeader > MAX_HEADER) throw new BepFault('sent a header that is too long')
    const head = this.#peek(2 + lengthOfHeader + 4)
    if (head === undefined) return undefined
    const length = head.readUInt32BE(2 + lengthOfHeader)
    if (length > this.#maxMessage) throw new BepFault(`sent a message of ${length} bytes, which is too long`)
    const whole = this.#take(head.length + length)
    if (whole === undefined) return undefined
    return { ...parseHeader(head.subarray(2, 2 + lengthOfHeader)), body: whole.subarray(head.length) }
  }

  /** The first `count` bytes, left where they are. */
  #peek(count: number): Buffer | undefined {
    if (this.#held < count) return undefined
    const [first] = this.#chunks
    if (first !== undefined && first.length >= count) return Buffer.from(first.buffer, first.byteOffset, count)
    return this.#joined().subarray(0, count)
  }

  #take(count: number): Buffer | undefined {
    if (this.#held < count) {
      this.#wanted = count
      return undefined
    }
    this.#wanted = 0
    const [first] = this.#chunks
    const from = first !== undefined && first.length >= count ? first : this.#joined()
    if (from.length === count) this.#chunks.shift()
    else this.#chunks[0] = from.subarray(count)
    this.#held -= count
    return Buffer.from(from.buffer, from.byteOffset, count)
  }

  /** Everything in one piece. Happens once for each message that came in several. */
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
