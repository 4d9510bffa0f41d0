// A checksum of a whole file, of the kinds that servers speak.
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { ChecksumKind } from '../../model/content.ts'
import type { Stat } from '../tree.ts'
import { fault, type Walker, withFile } from './confined.ts'
import { statOfOpen } from './stat.ts'

export interface Summed {
  /** Lower-case hexadecimal. */
  readonly value: string
  readonly before: Stat
  readonly after: Stat
}

const buffer = Buffer.allocUnsafeSlow(128 * 1024)

export function sumFile(walker: Walker, path: string, kind: ChecksumKind): Summed {
  return withFile(walker.reach(path), descriptor => {
    const before = statOfOpen(descriptor)
    if (before.kind !== 'file') throw fault('EISDIR', path)
    const sum = summing(kind)
    for (let at = 0; ; ) {
      const count = readSync(descriptor, buffer, 0, buffer.length, at)
      if (count === 0) break
      walker.throwIfStopped()
      sum.update(count === buffer.length ? buffer : buffer.subarray(0, count))
      at += count
    }
    return { value: sum.value(), before, after: statOfOpen(descriptor) }
  })
}

/** A checksum in the making. */
export interface Summing {
  update(bytes: Uint8Array): void
  /** Ends it. */
  value(): string
}

const ALGORITHMS = { 'SHA3-256': 'sha3-256', SHA256: 'sha256', SHA1: 'sha1', MD5: 'md5' } as const

export function summing(kind: ChecksumKind): Summing {
  if (kind === 'ADLER32') return adler32()
  const hash = createHash(ALGORITHMS[kind])
  return { update: bytes => void hash.update(bytes), value: () => hash.digest('hex') }
}

// RFC 1950, section 8.2. The sums are reduced only as often as 32 bits demand.
const MODULUS = 65521
const LONGEST_RUN = 5552

function adler32(): Summing {
  let low = 1
  let high = 0
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(at + LONGEST_RUN, bytes.length)
        for (; at < end; at += 1) {
          low += bytes[at] as number
          high += low
        }
        low %= MODULUS
        high %= MODULUS
      }
    },
    value: () => ((high * 65536 + low) >>> 0).toString(16).padStart(8, '0'),
  }
}
