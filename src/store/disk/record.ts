// How a blob stands in a file together with others: "SyJ1", its length, the number of the round, the SHA-256 that is its content id; then
// the blob. The same in the journal and in packs, where the round is 0.
import type { ContentId } from '../../model/content.ts'

const MAGIC = 0x53794a31
export const HEADER_BYTES = 48

export interface Header {
  readonly id: ContentId
  readonly length: number
  readonly round: number
}

export function writeHeader({ id, length, round }: Header): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(MAGIC, 0)
  header.writeUInt32BE(length, 4)
  header.writeBigUInt64BE(BigInt(round), 8)
  Buffer.from(id, 'base64url').copy(header, 16)
  return header
}

/** Undefined where no record begins. The bytes that follow are not yet compared with the id. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (header.length < HEADER_BYTES || header.readUInt32BE(0) !== MAGIC) return undefined
  return {
    id: header.subarray(16, HEADER_BYTES).toString('base64url') as ContentId,
    length: header.readUInt32BE(4),
    round: Number(header.readBigUInt64BE(8)),
  }
}
