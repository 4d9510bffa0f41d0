// Whole-file checksums, made while the bytes pass by.
import { createHash } from 'node:crypto'
import { CHECKSUM_KINDS, type Checksum, type ChecksumKind, kindOfChecksum } from '../../model/content.ts'

export interface Summing {
  update(bytes: Uint8Array): void
  sum(): Checksum
}

const ALGORITHMS = { 'SHA3-256': 'sha3-256', SHA256: 'sha256', SHA1: 'sha1', MD5: 'md5' } as const

export function summing(kind: ChecksumKind): Summing {
  if (kind === 'ADLER32') return adler32()
  const hash = createHash(ALGORITHMS[kind])
  return { update: bytes => hash.update(bytes), sum: () => `${kind}:${hash.digest('hex')}` as Checksum }
}

export function sumOf(bytes: Uint8Array, kind: ChecksumKind): Checksum {
  const sum = summing(kind)
  sum.update(bytes)
  return sum.sum()
}

/** The one of `sums` that says most. */
export function bestOf(sums: readonly Checksum[]): Checksum | undefined {
  return [...sums].sort((a, b) => rank(a) - rank(b))[0]
}

const rank = (sum: Checksum): number => CHECKSUM_KINDS.indexOf(kindOfChecksum(sum))

const MODULUS = 65521
// So many bytes cannot overflow the sums before they are reduced.
const STRIDE = 3800

function adler32(): Summing {
  let a = 1
  let b = 0
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += STRIDE) {
        for (const byte of bytes.subarray(at, at + STRIDE)) {
          a += byte
          b += a
        }
        a %= MODULUS
        b %= MODULUS
      }
    },
    sum: () => `ADLER32:${(((b << 16) | a) >>> 0).toString(16).padStart(8, '0')}` as Checksum,
  }
}
