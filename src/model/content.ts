// What the bytes of a file are: blocks, the content id made from them, and the checksums that servers know.
import type { Branded } from './path.ts'

/** What a file contains, comparable across replicas: made by `index/content-id` from the SHA-256 of each block. */
export type ContentId = Branded<string, 'ContentId'>

/** A checksum as ownCloud writes it: `SHA1:2fd4e1c6…`, kind in capitals, value in lower-case hexadecimal. */
export type Checksum = Branded<string, 'Checksum'>

/** Kinds of checksum that servers are known to speak, best first. */
export const CHECKSUM_KINDS = ['SHA3-256', 'SHA256', 'SHA1', 'MD5', 'ADLER32'] as const
export type ChecksumKind = (typeof CHECKSUM_KINDS)[number]

const LENGTHS: Readonly<Record<ChecksumKind, number>> = { 'SHA3-256': 64, SHA256: 64, SHA1: 40, MD5: 32, ADLER32: 8 }

/** The checksum that `text` spells (any letter case), or undefined when its kind is unknown or its value malformed. */
export function parseChecksum(text: string): Checksum | undefined {
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  const kind = text.slice(0, colon).toUpperCase()
  const value = text.slice(colon + 1).toLowerCase()
  if (!isChecksumKind(kind) || value.length !== LENGTHS[kind] || !/^[0-9a-f]+$/.test(value)) return undefined
  return `${kind}:${value}` as Checksum
}

export function isChecksumKind(kind: string): kind is ChecksumKind {
  return (CHECKSUM_KINDS as readonly string[]).includes(kind)
}

export function kindOfChecksum(sum: Checksum): ChecksumKind {
  return sum.slice(0, sum.indexOf(':')) as ChecksumKind
}

/** Whether equal checksums of this kind prove equal bytes. ADLER32 is for noise on the line only. */
export function isStrong(kind: ChecksumKind): boolean {
  return kind !== 'ADLER32'
}

/**
 * What two sets of checksums say of the bytes behind them: `same` and `different` are proofs, `unknown` means that no strong
 * kind is on both sides. A differing weak checksum is a proof of difference, an equal one proves nothing.
 */
export function compareChecksums(a: readonly Checksum[], b: readonly Checksum[]): 'same' | 'different' | 'unknown' {
  for (const sum of a) {
    const kind = kindOfChecksum(sum)
    const other = b.find(candidate => kindOfChecksum(candidate) === kind)
    if (other === undefined) continue
    if (other !== sum) return 'different'
    if (isStrong(kind)) return 'same'
  }
  return 'unknown'
}

const MIN_BLOCK = 128 * 1024
const MAX_BLOCK = 16 * 1024 * 1024

/** The block size for a file of `size` bytes: the smallest power of two from 128 KiB that gives fewer than 2,000 blocks, at most 16 MiB (BEP v1, "Block size"). */
export function blockSizeOf(size: number): number {
  let block = MIN_BLOCK
  while (block < MAX_BLOCK && size >= block * 2000) block *= 2
  return block
}

/** Whether a file is one block; an empty one is. */
export function isOneBlock({ size }: { readonly size: number }): boolean {
  return size <= MIN_BLOCK
}
