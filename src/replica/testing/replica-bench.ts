// A place of its own for each fact, and short ways to say what is done in it.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { Checksum, ChecksumKind } from '../../model/content.ts'
import type { Entry, FileEntry, Stamp } from '../../model/entry.ts'
import { isBelow, type Path, pathIn } from '../../model/path.ts'
import type { Commit, Committed, Expect, Replica, Resume, Seen, Source, Staged } from '../replica.ts'

/** Changes the same place by another way than the replica under test: another client, the disk below the server. */
export interface Foreign {
  put(path: string, bytes: Uint8Array): Promise<void>
  remove(path: string): Promise<void>
  makeDirectory(path: string): Promise<void>
}

export interface Opened {
  readonly replica: Replica
  /** Another replica of the same place, as a later run would have it. It is closed by the suite. */
  readonly reopen?: () => Promise<Replica>
  readonly foreign?: Foreign
  /** Closes nothing of the above but `replica`, and removes what was made for the test. */
  dispose(): Promise<void>
}

export const SIGNAL = new AbortController().signal
export const SEEN: Seen = { directory: () => undefined, skips: () => false }
export const RESUME: Resume = { token: undefined, save: () => {} }
export const MTIME = 1_700_000_000_123_456_789n

/** A directory of its own for each test, and short ways to say what is done in it. Names are relative to it. */
export interface Bench {
  readonly replica: Replica
  readonly foreign: Foreign | undefined
  path(name: string): Path
  makeDirectory(name: string): Promise<void>
  put(name: string, bytes: Uint8Array, expected?: Expect): Promise<Committed>
  /** The entry after a put that must succeed. */
  file(name: string, bytes: Uint8Array, expected?: Expect): Promise<FileEntry>
  stage(name: string, bytes: Uint8Array): Promise<Staged>
  commit(change: Commit): Promise<Committed>
  look(name: string): Promise<Entry | undefined>
  read(name: string, stamp: Stamp, from?: number): Promise<Buffer>
  /** What `observe` shows below this test's directory, by name relative to it. */
  observe(): Promise<Map<string, Entry>>
}

export function benchOf({ replica, foreign }: Opened, root: Path): Bench {
  const path = (name: string) => (name === '' ? root : pathIn(root, name))
  const stage = (name: string, content: Uint8Array) => replica.stage(sourceOf(path(name), content), RESUME, SIGNAL)
  const commit = (change: Commit) => replica.commit(change, SIGNAL)
  const put = async (name: string, content: Uint8Array, expected: Expect = 'absent') => {
    const staged = await stage(name, content)
    return commit({ do: 'put', path: path(name), staged, mtimeNs: MTIME, expect: expected })
  }
  return {
    replica,
    foreign: foreign && foreignIn(foreign, root),
    path,
    stage,
    commit,
    put,
    makeDirectory: async name => {
      expect(await commit({ do: 'make-directory', path: path(name) })).toMatchObject({ as: 'done' })
    },
    file: async (name, content, expected) => asFile(entryOf(await put(name, content, expected))),
    look: name => replica.look(path(name), SIGNAL),
    read: (name, stamp, from = 0) => collect(replica.read(path(name), stamp, from, SIGNAL)),
    observe: () => observeBelow(replica, root),
  }
}

function foreignIn(foreign: Foreign, root: Path): Foreign {
  return {
    put: (name, content) => foreign.put(`${root}/${name}`, content),
    remove: name => foreign.remove(`${root}/${name}`),
    makeDirectory: name => foreign.makeDirectory(`${root}/${name}`),
  }
}

export function sourceOf(path: Path, content: Uint8Array): Source {
  return {
    path,
    size: content.length,
    mtimeNs: MTIME,
    ...(content.length <= 64 * 1024 ? { bytes: content } : {}),
    async *open(from) {
      for (let at = from; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000)
    },
    sum: async kind => sumOf(content, kind),
  }
}

const HASHES: Partial<Record<ChecksumKind, string>> = {
  'SHA3-256': 'sha3-256',
  SHA256: 'sha256',
  SHA1: 'sha1',
  MD5: 'md5',
}

export function sumOf(content: Uint8Array, kind: ChecksumKind): Checksum | undefined {
  const hash = HASHES[kind]
  return hash === undefined ? undefined : (`${kind}:${createHash(hash).update(content).digest('hex')}` as Checksum)
}

export async function observeBelow(replica: Replica, root: Path): Promise<Map<string, Entry>> {
  const seen = new Map<string, Entry>()
  const places = new Set<string>()
  for await (const observation of replica.observe(SEEN, SIGNAL)) {
    if (observation.as !== 'listing') throw new Error(`observe said ${observation.as} of '${observation.place}'`)
    expect(places, 'a directory is listed once').not.toContain(observation.place)
    places.add(observation.place)
    for (const [name, entry] of observation.children) {
      const path = pathIn(observation.place, name)
      if (isBelow(path, root)) seen.set(path.slice(root.length + 1), entry)
    }
  }
  for (const [name, entry] of seen)
    if (entry.kind === 'directory') expect(places, 'every directory is listed').toContain(`${root}/${name}`)
  return seen
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

export function thatIs<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there')
  return value
}

export function entryOf(committed: Committed): Entry | undefined {
  if (committed.as === 'stale') expect.fail(`stale: found ${JSON.stringify(committed.found, plain)}`)
  return committed.entry
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

export function asFile(entry: Entry | undefined): FileEntry {
  if (entry?.kind !== 'file') expect.fail(`a file was expected, not ${JSON.stringify(entry, plain)}`)
  return entry
}

export function stampOf(entry: Entry | undefined): Stamp {
  if (entry === undefined || entry.kind === 'blocked') expect.fail('there is no stamp')
  return entry.stamp
}

/** What two sightings of the same state have in common. */
export function gist(entry: Entry | undefined) {
  if (entry === undefined || entry.kind === 'blocked') return entry
  return {
    kind: entry.kind,
    stamp: entry.stamp,
    ...(entry.kind === 'file' ? { size: entry.size, mtimeNs: entry.mtimeNs } : {}),
  }
}

export const bytes = (text: string): Uint8Array => Buffer.from(text)

export function large(size: number, seed: number): Uint8Array {
  const content = new Uint8Array(size)
  for (let i = 0, x = seed; i < size; i += 1) {
    x = (x * 1103515245 + 12345) & 0x7fffffff
    content[i] = x >> 16
  }
  return content
}
