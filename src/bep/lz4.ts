// Compression of messages: a length of four bytes, most significant first, and one raw LZ4 block (BEP v1, "Post-auth messages").
import { compressSync, uncompressSync } from 'lz4-napi'
import { BepFault } from '../wire/bep/protobuf.ts'

/** Smaller messages are not worth it. */
const MIN_BYTES = 128
const LENGTH_BYTES = 4
/** A block of LZ4 cannot stand for more than this many times its own length. */
const MAX_RATIO = 255

/** `body` compressed, or undefined where that saves less than a thirty-second part, as real peers have it. */
export function compressed(body: Uint8Array): Uint8Array | undefined {
  if (body.length < MIN_BYTES) return undefined
  // The library puts the length in front, least significant byte first.
  const packed = compressSync(Buffer.from(body.buffer, body.byteOffset, body.length))
  if (packed.length > body.length - Math.floor(body.length / 32)) return undefined
  packed.writeUInt32BE(body.length, 0)
  return packed
}

/** Throws `BepFault` for what is no LZ4 block or would grow beyond `limit` bytes; nothing is allocated for the latter. */
export function uncompressed(body: Uint8Array, limit: number): Uint8Array {
  if (body.length < LENGTH_BYTES) throw new BepFault('sent a compressed message without a length')
  const packed = Buffer.from(body)
  const length = packed.readUInt32BE(0)
  if (length > limit || length > (packed.length - LENGTH_BYTES) * MAX_RATIO)
    throw new BepFault(`sent a compressed message of ${length} bytes, which is too long`)
  if (length === 0) return new Uint8Array(0)
  packed.writeUInt32LE(length, 0)
  const plain = unpack(packed)
  if (plain.length !== length) throw new BepFault('sent a compressed message of another length than it said')
  return plain
}

function unpack(packed: Buffer): Uint8Array {
  try {
    return uncompressSync(packed)
  } catch {
    throw new BepFault('sent a compressed message that cannot be read')
  }
}
