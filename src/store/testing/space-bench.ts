// A directory of its own for each fact, and short ways to say what is done in it.
import { expect } from 'vitest'
import { type Path, type Place, parsePath } from '../../model/path.ts'
import type {
  Changed,
  Condition,
  DirectoryNode,
  FileNode,
  Incoming,
  Refusal,
  Space,
  SpaceNode,
  TrashEntry,
} from '../space.ts'

export const SIGNAL = new AbortController().signal
export const MTIME = 1_700_000_000_000

/** Names are relative to the directory of the fact; '' is that directory. */
export interface SpaceBench {
  readonly space: Space
  path(name: string): Path
  receive(name: string, bytes: Body, how?: Partial<Incoming>): ReturnType<Space['receive']>
  put(name: string, bytes: Body, when?: Condition, mtimeMs?: number): Promise<Changed>
  /** After a put that must succeed. */
  file(name: string, bytes: Body): Promise<FileNode>
  makeDirectory(name: string): Promise<Changed>
  /** After a make-directory that must succeed. */
  directory(name: string): Promise<DirectoryNode>
  move(from: string, to: string, how?: How): Promise<Changed>
  copy(from: string, to: string, how?: How & { readonly depth?: 'tree' | 'itself' }): Promise<Changed>
  trash(name: string, when?: Condition): Promise<Changed>
  setMtime(name: string, mtimeMs: number, when?: Condition): Promise<Changed>
  find(name: string): Promise<SpaceNode | undefined>
  /** What must be there. */
  there(name: string): Promise<SpaceNode>
  read(name: string): Promise<Buffer>
  list(name: string): Promise<readonly SpaceNode[]>
  /** Of this fact's directory, newest first. */
  trashed(): Promise<readonly TrashEntry[]>
}

export type Body = string | Uint8Array

export interface How {
  readonly overwrite?: 'overwrite' | 'keep'
  readonly when?: Condition
}

export function benchIn(space: Space, base: Place): SpaceBench {
  const path = (name: string) => pathOf([base, name].filter(part => part !== '').join('/'))
  const place = (name: string): Place => (base === '' && name === '' ? '' : path(name))
  const receive: SpaceBench['receive'] = (name, bytes, how = {}) =>
    space.receive({ at: path(name), size: Buffer.from(bytes).length, bytes: chunksOf(bytes), ...how }, SIGNAL)
  const bench: SpaceBench = {
    space,
    path,
    receive,
    put: async (name, bytes, when = 'any', mtimeMs = MTIME) =>
      space.change({ do: 'put', at: path(name), received: await receive(name, bytes), mtimeMs, when }, SIGNAL),
    file: async (name, bytes) => nodeOf(await bench.put(name, bytes)) as FileNode,
    makeDirectory: name => space.change({ do: 'make-directory', at: path(name) }, SIGNAL),
    directory: async name => nodeOf(await bench.makeDirectory(name)) as DirectoryNode,
    move: (from, to, { overwrite = 'keep', when = 'any' } = {}) =>
      space.change({ do: 'move', from: path(from), to: path(to), overwrite, when }, SIGNAL),
    copy: (from, to, { overwrite = 'keep', when = 'any', depth = 'tree' } = {}) =>
      space.change({ do: 'copy', from: path(from), to: path(to), overwrite, depth, when }, SIGNAL),
    trash: (name, when = 'any') => space.change({ do: 'trash', at: path(name), when }, SIGNAL),
    setMtime: (name, mtimeMs, when = 'any') => space.change({ do: 'set-mtime', at: path(name), mtimeMs, when }, SIGNAL),
    find: name => space.find(place(name)),
    there: async name => thatIs(await space.find(place(name))),
    read: async name => all(space.read((await bench.there(name)) as FileNode, { from: 0 }, SIGNAL)),
    list: async name => flat(space.list(place(name))),
    trashed: async () => (await flat(space.trash.list())).filter(({ origin }) => isIn(origin, base)),
  }
  return bench
}

export function pathOf(text: string): Path {
  return thatIs(parsePath(text))
}

export function thatIs<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there')
  return value
}

/** What is there after a change that must have been made. */
export function nodeOf(changed: Changed): SpaceNode {
  expect(changed).toMatchObject({ as: 'done' })
  return thatIs(changed.as === 'done' ? changed.node : undefined)
}

export function expectRefused(changed: Changed, why: Refusal): void {
  expect(changed).toMatchObject({ as: 'refused', why })
  expect((changed as { readonly message: string }).message).toMatch(/./)
}

/** In two chunks of one buffer, as a socket may have them: each is valid until the next is asked for. */
export async function* chunksOf(body: Body): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body)
  const half = Math.ceil(bytes.length / 2)
  const buffer = Buffer.alloc(half)
  for (const at of [0, half]) {
    const piece = bytes.subarray(at, at + half)
    if (piece.length === 0) continue
    yield buffer.subarray(0, piece.copy(buffer))
    buffer.fill(0)
  }
}

export async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

export async function flat<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(...page)
  return found
}

function isIn(path: Path, base: Place): boolean {
  return base === '' || path === base || path.startsWith(`${base}/`)
}
