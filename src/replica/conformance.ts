// What every replica must do, told only through the interface: an adapter's own test opens one and calls this.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Checksum, type ChecksumKind, kindOfChecksum } from '../model/content.ts'
import type { Entry, FileEntry, Stamp } from '../model/entry.ts'
import { assertNever, SyncError } from '../model/errors.ts'
import { faultOfNameFor } from '../model/names.ts'
import { isBelow, type Path, parsePath, pathIn } from '../model/path.ts'
import type { Commit, Committed, Expect, Replica, Resume, Seen, Source, Staged } from './replica.ts'

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

const SIGNAL = new AbortController().signal
const SEEN: Seen = { directory: () => undefined, skips: () => false }
const RESUME: Resume = { token: undefined, save: () => {} }
const MTIME = 1_700_000_000_123_456_789n

/**
 * Runs the suite. `open` gives an empty, writable place. What the place does not have is named in `lacks`: the facts that need it
 * are left out, and one test makes sure that it is really lacking.
 */
export function replicaConformance(name: string, open: () => Promise<Opened>, lacks: readonly Need[] = []): void {
  describe(name, () => {
    let opened: Opened | undefined
    let count = 0
    beforeAll(async () => {
      opened = await open()
    }, 60_000)
    afterAll(async () => {
      await opened?.dispose()
    })
    test('it has what the facts need, but for what it is said to lack', () => {
      const missing = NEEDS.filter(need => !isMet(need, thatIs(opened)))
      expect(missing.sort()).toEqual([...lacks].sort())
    })
    for (const [fact, { need, check }] of Object.entries(FACTS)) {
      if (need !== undefined && lacks.includes(need)) continue
      test(fact, { timeout: 60_000 }, async () => {
        count += 1
        const bench = benchOf(thatIs(opened), parsePath(`t${count}`) as Path)
        await bench.makeDirectory('')
        await check(bench, thatIs(opened))
      })
    }
  })
}

const NEEDS = [
  'an atomic guard',
  'case-sensitive names',
  'foreign changes',
  'ids',
  'many at once',
  'modes',
  'moves',
  'moves of trees',
  'recursive stamps',
  'removal of trees',
  'reopening',
  'symlinks',
  'times',
] as const

/** What only some places have. */
export type Need = (typeof NEEDS)[number]

interface Fact {
  readonly need?: Need
  readonly check: Check
}

function isMet(need: Need, { replica, foreign, reopen }: Opened): boolean {
  const { can } = replica
  switch (need) {
    case 'an atomic guard':
      return can.guard === 'atomic'
    case 'case-sensitive names':
      return can.names.caseSensitive
    case 'foreign changes':
      return foreign !== undefined
    case 'ids':
      return can.ids
    case 'many at once':
      return replica.commitMany !== undefined
    case 'modes':
      return can.modes
    case 'moves':
      return can.moves !== 'none'
    case 'moves of trees':
      return can.moves === 'trees'
    case 'recursive stamps':
      return can.directoryStamps === 'recursive'
    case 'removal of trees':
      return can.removesTrees
    case 'reopening':
      return reopen !== undefined
    case 'symlinks':
      return can.symlinks
    case 'times':
      return can.setsMtime !== 'never'
    default:
      return assertNever(need)
  }
}

function thatIs<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there')
  return value
}

type Check = (at: Bench, opened: Opened) => Promise<void>

const fact = (check: Check): Fact => ({ check })
const needs = (need: Need, check: Check): Fact => ({ need, check })

/** A directory of its own for each test, and short ways to say what is done in it. Names are relative to it. */
interface Bench {
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

function benchOf({ replica, foreign }: Opened, root: Path): Bench {
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

function sourceOf(path: Path, content: Uint8Array): Source {
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

function sumOf(content: Uint8Array, kind: ChecksumKind): Checksum | undefined {
  const hash = HASHES[kind]
  return hash === undefined ? undefined : (`${kind}:${createHash(hash).update(content).digest('hex')}` as Checksum)
}

async function observeBelow(replica: Replica, root: Path): Promise<Map<string, Entry>> {
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

function entryOf(committed: Committed): Entry | undefined {
  if (committed.as === 'stale') expect.fail(`stale: found ${JSON.stringify(committed.found, plain)}`)
  return committed.entry
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

function asFile(entry: Entry | undefined): FileEntry {
  if (entry?.kind !== 'file') expect.fail(`a file was expected, not ${JSON.stringify(entry, plain)}`)
  return entry
}

function stampOf(entry: Entry | undefined): Stamp {
  if (entry === undefined || entry.kind === 'blocked') expect.fail('there is no stamp')
  return entry.stamp
}

/** What two sightings of the same state have in common. */
function gist(entry: Entry | undefined) {
  if (entry === undefined || entry.kind === 'blocked') return entry
  return {
    kind: entry.kind,
    stamp: entry.stamp,
    ...(entry.kind === 'file' ? { size: entry.size, mtimeNs: entry.mtimeNs } : {}),
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text)

function large(size: number, seed: number): Uint8Array {
  const content = new Uint8Array(size)
  for (let i = 0, x = seed; i < size; i += 1) {
    x = (x * 1103515245 + 12345) & 0x7fffffff
    content[i] = x >> 16
  }
  return content
}

const ODD_NAMES = [
  ...[
    'a b',
    ' lead',
    'trail ',
    'per%cent',
    '%41',
    '%2e%2e',
    'ha#sh',
    'am&p',
    'pl+us',
    'semi;colon',
    'que?ry',
    'eq=',
    'at@',
    'co:lon',
  ],
  ...[
    'com,ma',
    'ti~lde',
    "quo'te",
    'dou"ble',
    '[br]',
    '{cu}',
    'back\\slash',
    'pi|pe',
    '<lt>',
    ']]>',
    'st*r',
    '$dol',
    '`tick',
    '^hat',
    '!bang',
  ],
  ...[
    'ünïcödé',
    '日本語',
    '🙂',
    '.hidden',
    '..dots',
    '...',
    '-dash',
    'a.tar.gz',
    'UPPER',
    'x'.repeat(200),
    'con',
    'nul.txt',
  ],
]

const FACTS: Readonly<Record<string, Fact>> = {
  'a file that is put is there, under its name, with its bytes': fact(async at => {
    const entry = await at.file('a.txt', bytes('hello'))
    expect(entry.size).toBe(5)
    expect(gist(await at.look('a.txt'))).toEqual(gist(entry))
    expect(await at.read('a.txt', entry.stamp)).toEqual(bytes('hello'))
    expect([...(await at.observe()).keys()]).toEqual(['a.txt'])
  }),

  'nothing is there before it is put': fact(async at => {
    expect(await at.look('a')).toBeUndefined()
    expect(await at.look('a/b')).toBeUndefined()
    expect(await at.observe()).toEqual(new Map())
  }),

  'observe shows the whole tree, empty directories included, and look agrees with it': fact(async at => {
    await at.makeDirectory('d')
    await at.makeDirectory('d/e')
    if (at.replica.can.emptyDirectories) await at.makeDirectory('d/empty')
    await at.file('d/e/deep', bytes('1'))
    await at.file('top', bytes('22'))
    const seen = await at.observe()
    const wanted = ['d', 'd/e', 'd/e/deep', ...(at.replica.can.emptyDirectories ? ['d/empty'] : []), 'top']
    expect([...seen.keys()].sort()).toEqual(wanted)
    for (const [name, entry] of seen) expect(gist(await at.look(name)), name).toEqual(gist(entry))
  }),

  'odd names come back as they went, as far as it takes them': fact(async at => {
    const names = ODD_NAMES.filter(name => faultOfNameFor(at.replica.can.names, name) === undefined)
    expect(names.length).toBeGreaterThan(10)
    await at.makeDirectory('dirs')
    for (const name of names) {
      const entry = await at.file(name, bytes(name))
      await at.makeDirectory(`dirs/${name}`)
      await at.file(`dirs/${name}/${name}`, bytes('x'))
      expect(await at.read(name, entry.stamp), name).toEqual(bytes(name))
    }
    const seen = await at.observe()
    const wanted = names.flatMap(name => [name, `dirs/${name}`, `dirs/${name}/${name}`])
    expect([...seen.keys()].sort()).toEqual(['dirs', ...wanted].sort())
    for (const name of names) {
      const entry = seen.get(name)
      const removed = await at.commit({ do: 'remove', path: at.path(name), kind: 'file', expect: stampOf(entry) })
      expect(removed, name).toMatchObject({ as: 'done' })
    }
  }),

  'names that differ only in case are two names, where it says so': needs('case-sensitive names', async at => {
    await at.file('same', bytes('lower'))
    const upper = await at.file('SAME', bytes('UPPER!'))
    expect([...(await at.observe()).keys()].sort()).toEqual(['SAME', 'same'])
    expect(await at.read('SAME', upper.stamp)).toEqual(bytes('UPPER!'))
  }),

  'empty files are files': fact(async at => {
    const entry = await at.file('empty', bytes(''))
    expect(entry.size).toBe(0)
    expect(await at.read('empty', entry.stamp)).toHaveLength(0)
    const filled = await at.file('empty', bytes('full'), entry.stamp)
    const again = await at.file('empty', bytes(''), filled.stamp)
    expect(again.size).toBe(0)
  }),

  'files of some megabytes arrive whole': fact(async at => {
    const content = large(3 * 1024 * 1024 + 7, 1)
    const entry = await at.file('large', content)
    expect(entry.size).toBe(content.length)
    expect((await at.read('large', entry.stamp)).equals(content)).toBe(true)
    const other = large(3 * 1024 * 1024, 2)
    const changed = await at.file('large', other, entry.stamp)
    expect((await at.read('large', changed.stamp)).equals(other)).toBe(true)
  }),

  'a stamp changes with the content, and not without': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const before = await at.observe()
    expect(gist((await at.observe()).get('a'))).toEqual(gist(before.get('a')))
    expect(stampOf(before.get('a'))).toBe(first.stamp)
    const second = await at.file('a', bytes('three'), first.stamp)
    expect(second.stamp).not.toBe(first.stamp)
    expect(stampOf((await at.observe()).get('a'))).toBe(second.stamp)
  }),

  'a change made elsewhere is seen': needs('foreign changes', async at => {
    const entry = await at.file('a', bytes('mine'))
    await at.foreign?.put('a', bytes('theirs'))
    await at.foreign?.makeDirectory('d')
    await at.foreign?.put('d/new', bytes('n'))
    const seen = await at.observe()
    expect([...seen.keys()].sort()).toEqual(['a', 'd', 'd/new'])
    expect(stampOf(seen.get('a'))).not.toBe(entry.stamp)
    await at.foreign?.remove('a')
    expect([...(await at.observe()).keys()].sort()).toEqual(['d', 'd/new'])
    expect(await at.look('a')).toBeUndefined()
  }),

  'what a later run sees is what this one saw': needs('reopening', async (at, opened) => {
    await at.makeDirectory('d')
    await at.file('d/a', bytes('stay'))
    await at.replica.flush(SIGNAL)
    const before = await at.observe()
    const later = await thatIs(opened.reopen)()
    try {
      expect(later.id).toBe(at.replica.id)
      const after = await observeBelow(later, at.path(''))
      expect([...after].map(([name, entry]) => [name, gist(entry)])).toEqual(
        [...before].map(([name, entry]) => [name, gist(entry)]),
      )
    } finally {
      await later.close()
    }
  }),

  'a put that expects nothing does not replace what is there': fact(async at => {
    await at.file('a', bytes('first'))
    const committed = await at.put('a', bytes('second!'))
    expect(committed).toMatchObject({ as: 'stale', found: { kind: 'file', size: 5 } })
    await at.makeDirectory('d')
    expect(await at.put('d', bytes('file'))).toMatchObject({ as: 'stale', found: { kind: 'directory' } })
    expect(await at.read('a', stampOf(await at.look('a')))).toEqual(bytes('first'))
  }),

  'a put with an outdated stamp does not replace what is there': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const second = await at.file('a', bytes('three'), first.stamp)
    const committed = await at.put('a', bytes('seventeen'), first.stamp)
    expect(committed).toMatchObject({ as: 'stale', found: { stamp: second.stamp } })
    expect(await at.read('a', second.stamp)).toEqual(bytes('three'))
  }),

  'a put that expects a file which is gone does not bring it back': fact(async at => {
    const entry = await at.file('a', bytes('one'))
    await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: entry.stamp })
    expect(await at.put('a', bytes('two'), entry.stamp)).toEqual({ as: 'stale', found: undefined })
    expect(await at.look('a')).toBeUndefined()
  }),

  'of two puts to one new name at once exactly one wins, where the guard is atomic': needs(
    'an atomic guard',
    async at => {
      for (let round = 0; round < 5; round += 1) {
        const contents = [bytes(`left ${round}`), bytes(`the right ${round}`)]
        const both = await Promise.all(contents.map(content => at.put(`a${round}`, content)))
        expect(both.map(committed => committed.as).sort()).toEqual(['done', 'stale'])
        const winner = both.findIndex(committed => committed.as === 'done')
        expect(await at.read(`a${round}`, stampOf(await at.look(`a${round}`)))).toEqual(contents[winner])
      }
    },
  ),

  'of two puts over one state at once exactly one wins, where the guard is atomic': needs(
    'an atomic guard',
    async at => {
      let state = await at.file('a', bytes('start'))
      for (let round = 0; round < 5; round += 1) {
        const contents = [bytes(`left ${round}`), bytes(`the right ${round}`)]
        const both = await Promise.all(contents.map(content => at.put('a', content, state.stamp)))
        expect(both.map(committed => committed.as).sort()).toEqual(['done', 'stale'])
        const winner = both.findIndex(committed => committed.as === 'done')
        state = asFile(await at.look('a'))
        expect(await at.read('a', state.stamp)).toEqual(contents[winner])
      }
    },
  ),

  'staged bytes are invisible until they are committed, and gone when they are discarded': fact(async at => {
    await at.makeDirectory('d')
    const small = await at.stage('d/small', bytes('s'))
    const content = large(2 * 1024 * 1024, 3)
    const big = await at.stage('d/big', content)
    expect([...(await at.observe()).keys()]).toEqual(['d'])
    expect(await at.look('d/big')).toBeUndefined()
    await at.replica.discard(small, SIGNAL)
    const put: Commit = { do: 'put', path: at.path('d/big'), staged: big, mtimeNs: MTIME, expect: 'absent' }
    expect(await at.commit(put)).toMatchObject({ as: 'done', entry: { kind: 'file', size: content.length } })
    expect([...(await at.observe()).keys()].sort()).toEqual(['d', 'd/big'])
    const given = await at.stage('d/given-up', content)
    await at.replica.discard(given, SIGNAL)
    const empty = await at.commit({
      do: 'remove',
      path: at.path('d/big'),
      kind: 'file',
      expect: stampOf(await at.look('d/big')),
    })
    expect(empty).toMatchObject({ as: 'done' })
    const removed = await at.commit({
      do: 'remove',
      path: at.path('d'),
      kind: 'directory',
      expect: stampOf(await at.look('d')),
    })
    expect(removed, 'nothing was left behind').toMatchObject({ as: 'done' })
  }),

  'reading goes on from where it was left': fact(async at => {
    const content = large(300_000, 4)
    const { stamp } = await at.file('a', content)
    for (const from of [0, 1, 131_072, 299_999, 300_000])
      expect((await at.read('a', stamp, from)).equals(content.subarray(from)), `from ${from}`).toBe(true)
  }),

  'a file that is not in the state that was asked for is not read': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const second = await at.file('a', bytes('three'), first.stamp)
    await expect(at.read('a', first.stamp)).rejects.toMatchObject({ code: 'changed' })
    await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: second.stamp })
    const gone = await at.read('a', second.stamp).catch(error => error)
    expect(gone).toBeInstanceOf(SyncError)
    expect(['changed', 'missing']).toContain(gone.code)
  }),

  'making a directory that is there is no fault, but a file in its place is': fact(async at => {
    await at.makeDirectory('d')
    await at.file('d/a', bytes('kept'))
    await at.makeDirectory('d')
    expect([...(await at.observe()).keys()].sort()).toEqual(['d', 'd/a'])
    const blocked = await at.commit({ do: 'make-directory', path: at.path('d/a') })
    expect(blocked).toMatchObject({ as: 'stale', found: { kind: 'file' } })
  }),

  'a file moves with its content': needs('moves', async at => {
    await at.makeDirectory('to here')
    const entry = await at.file('a %41 ü', bytes('cargo'))
    const moved = entryOf(
      await at.commit({
        do: 'move',
        from: at.path('a %41 ü'),
        to: at.path('to here/b#'),
        kind: 'file',
        expect: entry.stamp,
      }),
    )
    expect(gist(await at.look('to here/b#'))).toEqual(gist(moved))
    expect(await at.read('to here/b#', stampOf(moved))).toEqual(bytes('cargo'))
    expect([...(await at.observe()).keys()].sort()).toEqual(['to here', 'to here/b#'])
  }),

  'a tree moves with everything in it': needs('moves of trees', async at => {
    await at.makeDirectory('old')
    await at.makeDirectory('old/in')
    await at.file('old/in/a', bytes('cargo'))
    const expected = stampOf(await at.look('old'))
    const moved = await at.commit({
      do: 'move',
      from: at.path('old'),
      to: at.path('new'),
      kind: 'directory',
      expect: expected,
    })
    expect(moved).toMatchObject({ as: 'done', entry: { kind: 'directory' } })
    const seen = await at.observe()
    expect([...seen.keys()].sort()).toEqual(['new', 'new/in', 'new/in/a'])
    expect(await at.read('new/in/a', stampOf(seen.get('new/in/a')))).toEqual(bytes('cargo'))
  }),

  'a move onto something, or of something else than expected, does not happen': needs('moves', async at => {
    const first = await at.file('a', bytes('one'))
    await at.file('b', bytes('other'))
    const onto = await at.commit({
      do: 'move',
      from: at.path('a'),
      to: at.path('b'),
      kind: 'file',
      expect: first.stamp,
    })
    expect(onto).toMatchObject({ as: 'stale' })
    await at.file('a', bytes('three'), first.stamp)
    const outdated = await at.commit({
      do: 'move',
      from: at.path('a'),
      to: at.path('c'),
      kind: 'file',
      expect: first.stamp,
    })
    expect(outdated).toMatchObject({ as: 'stale' })
    expect([...(await at.observe()).keys()].sort()).toEqual(['a', 'b'])
    expect(await at.read('b', stampOf(await at.look('b')))).toEqual(bytes('other'))
  }),

  'a file is removed in the expected state only': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const second = await at.file('a', bytes('three'), first.stamp)
    const outdated = await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: first.stamp })
    expect(outdated).toMatchObject({ as: 'stale', found: { stamp: second.stamp } })
    const removed = await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: second.stamp })
    expect(removed).toEqual({ as: 'done', entry: undefined })
    expect(await at.observe()).toEqual(new Map())
  }),

  'a directory is removed only when it is empty': fact(async at => {
    await at.makeDirectory('d')
    const file = await at.file('d/a', bytes('precious'))
    const remove: Commit = { do: 'remove', path: at.path('d'), kind: 'directory', expect: stampOf(await at.look('d')) }
    expect(await at.commit(remove)).toMatchObject({ as: 'stale' })
    expect(await at.read('d/a', file.stamp)).toEqual(bytes('precious'))
    await at.commit({ do: 'remove', path: at.path('d/a'), kind: 'file', expect: file.stamp })
    expect(await at.commit({ ...remove, expect: stampOf(await at.look('d')) })).toMatchObject({ as: 'done' })
    expect(await at.look('d')).toBeUndefined()
  }),

  'a tree is removed whole in the expected state only, where it can': needs('removal of trees', async at => {
    await at.makeDirectory('d')
    await at.makeDirectory('d/e')
    const before = stampOf((await at.observe()).get('d'))
    await at.file('d/e/a', bytes('late'))
    const remove: Commit = { do: 'remove', path: at.path('d'), kind: 'directory', expect: before, tree: 'tree' }
    expect(await at.commit(remove)).toMatchObject({ as: 'stale' })
    expect(await at.look('d/e/a')).toBeDefined()
    expect(await at.commit({ ...remove, expect: stampOf((await at.observe()).get('d')) })).toMatchObject({ as: 'done' })
    expect(await at.observe()).toEqual(new Map())
  }),

  'a directory that is unchanged under a recursive stamp need not be listed': needs('recursive stamps', async at => {
    await at.makeDirectory('d')
    await at.file('d/a', bytes('one'))
    const stamps = new Map<string, Stamp>()
    for await (const seen of at.replica.observe(SEEN, SIGNAL))
      if (seen.as === 'listing' && seen.stamp !== undefined) stamps.set(seen.place, seen.stamp)
    const known: Seen = { ...SEEN, directory: place => stamps.get(place) }
    const saidOf = async (place: string) => {
      for await (const seen of at.replica.observe(known, SIGNAL))
        if (seen.place === place || (seen.as === 'unchanged' && isBelow(place as Path, seen.place))) return seen.as
    }
    expect(await saidOf(at.path('d'))).toBe('unchanged')
    await at.file('d/b', bytes('two'))
    expect(await saidOf(at.path('d'))).toBe('listing')
  }),

  'times are kept as it says': needs('times', async at => {
    const { setsMtime, mtimePrecisionNs } = at.replica.can
    const cut = (ns: bigint) => ns - (ns % mtimePrecisionNs)
    const entry = await at.file('a', bytes('timed'))
    expect(cut(entry.mtimeNs ?? 0n)).toBe(cut(MTIME))
    if (setsMtime !== 'always') return
    const wanted = MTIME + 86_400_000_000_000n
    const set = await at.commit({ do: 'set-metadata', path: at.path('a'), mtimeNs: wanted, expect: entry.stamp })
    expect(cut(asFile(entryOf(set)).mtimeNs ?? 0n)).toBe(cut(wanted))
    const seen = asFile((await at.observe()).get('a'))
    expect(gist(seen)).toEqual(gist(entryOf(set)))
    expect(await at.read('a', seen.stamp)).toEqual(bytes('timed'))
  }),

  'modes are kept as it says': needs('modes', async at => {
    const staged = await at.stage('run', bytes('#!'))
    const put = await at.commit({
      do: 'put',
      path: at.path('run'),
      staged,
      mtimeNs: MTIME,
      mode: 0o755,
      expect: 'absent',
    })
    const entry = asFile(entryOf(put))
    expect(entry.mode).toBe(0o755)
    const set = await at.commit({ do: 'set-metadata', path: at.path('run'), mode: 0o640, expect: entry.stamp })
    expect(asFile(entryOf(set)).mode).toBe(0o640)
    expect(asFile((await at.observe()).get('run')).mode).toBe(0o640)
  }),

  'symlinks are kept as it says, and never followed': needs('symlinks', async at => {
    await at.file('target', bytes('t'))
    const made = await at.commit({ do: 'make-symlink', path: at.path('link'), target: 'target', expect: 'absent' })
    expect(entryOf(made)).toMatchObject({ kind: 'symlink', target: 'target' })
    const seen = (await at.observe()).get('link')
    expect(seen).toMatchObject({ kind: 'symlink', target: 'target' })
    const again = await at.commit({ do: 'make-symlink', path: at.path('link'), target: 'x', expect: 'absent' })
    expect(again).toMatchObject({ as: 'stale' })
    const removed = await at.commit({ do: 'remove', path: at.path('link'), kind: 'symlink', expect: stampOf(seen) })
    expect(removed).toMatchObject({ as: 'done' })
    expect([...(await at.observe()).keys()]).toEqual(['target'])
  }),

  'ids survive moves, where there are any': needs('ids', async at => {
    const entry = await at.file('a', bytes('one'))
    const rewritten = await at.file('a', bytes('three'), entry.stamp)
    // Taken now: a place that replaces by rename gives new bytes a new id.
    const id = asFile(await at.look('a')).id
    expect(id).toBeDefined()
    await at.commit({ do: 'move', from: at.path('a'), to: at.path('b'), kind: 'file', expect: rewritten.stamp })
    expect(asFile((await at.observe()).get('b')).id).toBe(id)
  }),

  'checksums it shows are those of the bytes': fact(async at => {
    const content = bytes('sum me up')
    const entry = await at.file('a', content)
    const seen = asFile((await at.observe()).get('a'))
    for (const sum of [...(entry.sums ?? []), ...(seen.sums ?? [])]) {
      const own = sumOf(content, kindOfChecksum(sum))
      if (own !== undefined) expect(sum).toBe(own)
    }
    const kind = at.replica.can.sums[0]
    if (kind === undefined || at.replica.checksum === undefined) return
    const said = await at.replica.checksum(at.path('a'), seen.stamp, kind, SIGNAL)
    if (said !== undefined) expect(said).toBe(sumOf(content, kind))
  }),

  'many at once come to the same as one by one': needs('many at once', async at => {
    const { replica } = at
    await at.makeDirectory('d')
    await at.file('d/taken', bytes('first'))
    const names = ['taken', ...Array.from({ length: 30 }, (_, i) => `n${i} %&`)]
    const sources = names.map(name => ({ ...sourceOf(at.path(`d/${name}`), bytes(name)), bytes: bytes(name) }))
    const staged = replica.stageMany
      ? await replica.stageMany(sources, SIGNAL)
      : await Promise.all(sources.map(source => replica.stage(source, RESUME, SIGNAL)))
    const changes = staged.map((one, i): Commit => {
      if (one instanceof SyncError) throw one
      return { do: 'put', path: at.path(`d/${names[i]}`), staged: one, mtimeNs: MTIME, expect: 'absent' }
    })
    const all: Commit[] = [...changes, { do: 'make-directory', path: at.path('e') }]
    const results = thatIs(await replica.commitMany?.(all, SIGNAL))
    expect(results[0]).toMatchObject({ as: 'stale', found: { kind: 'file', size: 5 } })
    expect(results.slice(1).map(result => (result instanceof SyncError ? result.message : result.as))).toEqual([
      ...names.slice(1).map(() => 'done'),
      'done',
    ])
    for (const [i, name] of names.entries()) {
      const result = results[i]
      if (result === undefined || result instanceof SyncError || result.as === 'stale') continue
      expect(gist(await at.look(`d/${name}`)), name).toEqual(gist(result.entry))
    }
    const seen = await at.observe()
    expect(seen.size).toBe(names.length + 2)
    if (replica.readMany === undefined) return
    const outdated = stampOf(seen.get('d/taken'))
    await at.file('d/taken', bytes('rewritten'), outdated)
    const wanted = names.map(name => ({
      path: at.path(`d/${name}`),
      expect: stampOf(seen.get(`d/${name}`)),
      size: name.length,
    }))
    const read = await replica.readMany(wanted, SIGNAL)
    expect(read[0]).toMatchObject({ code: 'changed' })
    expect(read.slice(1).map(one => (one instanceof SyncError ? one.message : Buffer.from(one).toString()))).toEqual(
      names.slice(1),
    )
  }),

  'an abort ends what is under way with its own reason': fact(async at => {
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    await expect(collectObservations(at.replica, aborted)).rejects.toBe(reason)
  }),
}

async function collectObservations(replica: Replica, signal: AbortSignal): Promise<void> {
  for await (const _ of replica.observe(SEEN, signal));
}
