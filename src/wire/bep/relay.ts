// What a device and a relay tell each other (relay protocol v1): messages in XDR behind a header of twelve bytes.
import { BepFault } from './protobuf.ts'

export type RelayMessage =
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  | { readonly type: 'join-relay'; readonly token: string }
  | { readonly type: 'join-session'; readonly key: Uint8Array }
  | { readonly type: 'response'; readonly code: number; readonly message: string }
  | { readonly type: 'connect'; readonly device: Uint8Array }
  | {
      readonly type: 'invitation'
      /** The device at the other end. */
      readonly from: Uint8Array
      readonly key: Uint8Array
      /** 4 or 16 bytes, or none: that of the relay itself. */
      readonly address: Uint8Array
      readonly port: number
      /** Whether we are the server of the TLS connection. */
      readonly isServer: boolean
    }
  | { readonly type: 'full' }

/** Codes of a `response`. */
export const RELAY_SUCCESS = 0
export const RELAY_NOT_FOUND = 1

const MAGIC = 0x9e79bc40
const HEAD = 12
const MAX_PAYLOAD = 1024
const TYPES = ['ping', 'pong', 'join-relay', 'join-session', 'response', 'connect', 'invitation', 'full'] as const
const MAX_KEY = 32

/** The first message in `bytes` and how long it is; undefined while it is not there whole. Throws `BepFault`. */
export function parseRelayMessage(
  bytes: Uint8Array,
): { readonly message: RelayMessage; readonly length: number } | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.length < HEAD) return undefined
  if (view.readUInt32BE(0) !== MAGIC) throw new BepFault('does not speak the protocol of relays')
  const type = TYPES[view.readInt32BE(4)]
  const length = view.readInt32BE(8)
  if (length < 0 || length > MAX_PAYLOAD) throw new BepFault('sent a message of a wrong length')
  if (type === undefined) throw new BepFault('sent an unknown message')
  if (view.length < HEAD + length) return undefined
  return { message: messageOf(type, new XdrReader(view.subarray(HEAD, HEAD + length))), length: HEAD + length }
}

export function writeRelayMessage(message: RelayMessage): Uint8Array {
  const payload = Buffer.concat(payloadOf(message))
  const head = Buffer.alloc(HEAD)
  head.writeUInt32BE(MAGIC, 0)
  head.writeInt32BE(TYPES.indexOf(message.type), 4)
  head.writeInt32BE(payload.length, 8)
  return Buffer.concat([head, payload])
}

function messageOf(type: (typeof TYPES)[number], reader: XdrReader): RelayMessage {
  switch (type) {
    case 'join-relay':
      return { type, token: reader.isAtEnd ? '' : reader.text() }
    case 'join-session':
      return { type, key: reader.opaque(MAX_KEY) }
    case 'response':
      return { type, code: reader.int(), message: reader.text() }
    case 'connect':
      return { type, device: reader.opaque(MAX_KEY) }
    case 'invitation':
      return {
        type,
        from: reader.opaque(MAX_KEY),
        key: reader.opaque(MAX_KEY),
        address: reader.opaque(MAX_KEY),
        port: reader.int() & 0xffff,
        isServer: reader.int() !== 0,
      }
    default:
      return { type }
  }
}

function payloadOf(message: RelayMessage): Buffer[] {
  switch (message.type) {
    case 'join-relay':
      // What an older relay expects, when there is no token.
      return message.token === '' ? [] : [opaque(Buffer.from(message.token))]
    case 'join-session':
      return [opaque(message.key)]
    case 'response':
      return [int(message.code), opaque(Buffer.from(message.message))]
    case 'connect':
      return [opaque(message.device)]
    case 'invitation':
      return [
        opaque(message.from),
        opaque(message.key),
        opaque(message.address),
        int(message.port),
        int(message.isServer ? 1 : 0),
      ]
    default:
      return []
  }
}

class XdrReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  int(): number {
    if (this.#bytes.length - this.#at < 4) throw new BepFault('sent a message that ends too early')
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  opaque(max: number): Uint8Array {
    const length = this.int()
    const padded = length + ((4 - (length % 4)) % 4)
    if (length < 0 || length > max || padded > this.#bytes.length - this.#at)
      throw new BepFault('sent a field of a wrong length')
    const bytes = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + length))
    this.#at += padded
    return bytes
  }

  text(): string {
    return Buffer.from(this.opaque(MAX_PAYLOAD)).toString('utf8')
  }
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function opaque(value: Uint8Array): Buffer {
  return Buffer.concat([int(value.length), value, Buffer.alloc((4 - (value.length % 4)) % 4)])
}
