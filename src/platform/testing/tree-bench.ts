// What the facts about trees share.
import { createHash } from 'node:crypto'
import { blockSizeOf } from '../../model/content.ts'
import { codeOf, type Listed, type Stat, type Tree } from '../tree.ts'

export type Suite = (fact: string, body: (tree: Tree) => Promise<void>) => void

export const NEVER = new AbortController().signal

export async function plant(tree: Tree, path: string, bytes: string | Uint8Array): Promise<void> {
  throwIfError(await tree.writeSmall([{ path, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes }]))
}

export function throwIfError(results: readonly unknown[]): void {
  for (const result of results) if (result instanceof Error) throw result
}

export async function stated(tree: Tree, path: string): Promise<Stat> {
  const stat = await tree.stat(path)
  if (stat === undefined) throw new Error(`nothing at ${path}`)
  return stat
}

/** Whole microseconds: what is below is not promised. */
export function microsOf(stat: Stat | Error | undefined): bigint {
  if (stat === undefined || stat instanceof Error) throw stat ?? new Error('nothing is there')
  return stat.mtimeNs / 1000n - (stat.mtimeNs % 1000n < 0n ? 1n : 0n)
}

export async function content(tree: Tree, path: string): Promise<string> {
  return text((await tree.readSmall(path, 1_000_000)).bytes)
}

export async function codeFrom(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return codeOf(error) ?? String(error)
  }
}

export async function streamed(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece.slice())
  return Buffer.concat(pieces)
}

export function byName(listed: readonly Listed[]): Map<string, Listed> {
  return new Map(listed.map(each => [each.name, each]))
}

/** Bytes that repeat nowhere near, the same every time. */
export function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = size + 1
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

/** The hashes of the blocks, made apart from the code under test. */
export function blocksOf(bytes: Uint8Array): Buffer {
  const size = blockSizeOf(bytes.length)
  const hashes: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    hashes.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + size))
        .digest(),
    )
  }
  return Buffer.concat(hashes)
}
