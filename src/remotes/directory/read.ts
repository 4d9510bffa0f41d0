// Reads files in the state that was expected, or not at all.
import { contentIdOf } from '../../index/content-id.ts'
import { type Checksum, type ChecksumKind, type ContentId, parseChecksum } from '../../model/content.ts'
import type { Stamp } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import { codeOf, type Stat, type Tree } from '../../platform/tree.ts'
import type { Tried } from '../../replica/replica.ts'
import { changed, faultOf, triedFault } from './faults.ts'
import { stampOf } from './stamps.ts'

interface Wanted {
  readonly path: Path
  readonly expect: Stamp
}

export async function* readStream(
  tree: Tree,
  { path, expect, from, chunks }: Wanted & { readonly from: number; readonly chunks?: 'lent' | undefined },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    signal.throwIfAborted()
    for await (const piece of tree.read(path, from, stat => check(path, expect, stat), chunks)) {
      yield piece
      signal.throwIfAborted()
    }
  } catch (error) {
    throw faultOf(error, path, tree.root)
  }
}

export async function checksumOf(
  tree: Tree,
  { path, expect, kind }: Wanted & { readonly kind: ChecksumKind },
  signal: AbortSignal,
): Promise<Checksum | undefined> {
  const { value, before, after } = await tree.checksum(path, kind, signal)
  check(path, expect, before)
  check(path, expect, after)
  return parseChecksum(`${kind}:${value}`)
}

/** Small files: each is read whole from one open file, whose state is taken after the last byte. */
export async function readMany(
  tree: Tree,
  wanted: readonly (Wanted & { readonly size: number })[],
  signal: AbortSignal,
): Promise<readonly Tried<Uint8Array>[]> {
  signal.throwIfAborted()
  const found = await tree.readSmallMany(wanted.map(({ path, size }) => ({ path, limit: size })))
  return wanted.map(({ path, expect }, i) => {
    const read = found[i]
    if (read !== undefined && !(read instanceof Error))
      return stampOf(read.stat) === expect ? read.bytes : changed(path)
    // Larger than it was when it was looked at.
    return codeOf(read) === 'EFBIG' ? changed(path) : triedFault(read, path, tree.root)
  })
}

function check(path: Path, expect: Stamp, stat: Stat): void {
  if (stampOf(stat) !== expect) throw changed(path)
}

/** Content ids, hashed where the files are, in parallel where the machine can. */
export async function contentsOf(
  tree: Tree,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<readonly Tried<ContentId>[]> {
  const hashed = await tree.hash(
    wanted.map(({ path }) => path),
    signal,
  )
  return wanted.map(({ path, expect }, i) => {
    const result = hashed[i]
    if (result === undefined || result instanceof Error) return triedFault(result, path, tree.root)
    const isMeant = stampOf(result.before) === expect && stampOf(result.after) === expect
    return isMeant ? contentIdOf(result.blocks) : changed(path)
  })
}
