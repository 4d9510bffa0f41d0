import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ContentId } from '../model/content.ts'
import { isBelow, isWithin, type Path, type Place, pathIn } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import type { DiskMark, FolderIndex, RowState } from './folder-index.ts'
import { openIndex } from './sqlite-index.ts'

// Names around the bounds of ranges ('.' < '/' < '0'), and characters of one to four bytes.
const NAMES = ['a', 'a.', 'a0', '🦀']

const aPath = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map(names => names.reduce<Place>(pathIn, '') as Path)
const aState = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 1000 }).map(fileOf) },
  { weight: 3, arbitrary: fc.constant<RowState>({ kind: 'directory', mark: 'd' as DiskMark, inode: 1n, mode: 0o755 }) },
  { weight: 2, arbitrary: fc.constant<RowState>({ kind: 'deleted' }) },
  { weight: 1, arbitrary: fc.constant<RowState>({ kind: 'blocked', why: 'ignored' }) },
)
const aChange = fc.record({ path: aPath, state: aState })
const anAct = fc.oneof(
  fc.record({ do: fc.constant('record' as const), changes: fc.array(aChange, { minLength: 1, maxLength: 4 }) }),
  fc.record({ do: fc.constant('move' as const), from: aPath, to: aPath }),
  fc.record({ do: fc.constant('undone' as const), changes: fc.array(aChange, { minLength: 1, maxLength: 2 }) }),
)
type Act = typeof anAct extends fc.Arbitrary<infer T> ? T : never

it('what is kept of each directory is what adding up anew gives, and changes with everything below', () => {
  fc.assert(
    fc.property(fc.array(anAct, { maxLength: 6 }), fc.array(anAct, { minLength: 1, maxLength: 20 }), (first, acts) => {
      const index = open()
      for (const act of first) perform(act, index)
      index.keepAggregates()
      expectAddedUp(index)
      for (const act of acts) {
        const before = looksOf(index)
        perform(act, index)
        expectAddedUp(index)
        expectCounted(index, before, act)
      }
      expect(index.check()).toEqual([])
      index.close()
    }),
    { numRuns: 200 },
  )
})

it('a directory that moves takes its counters along; only those above both ends are raised', () => {
  const index = open()
  index.record(
    ['a', 'a/b', 'a/b/c', 'x', 'x/y', 'z'].map(path => ({
      path: path as Path,
      state: { kind: 'directory', mark: 'd' as DiskMark, inode: 1n, mode: 0o755 },
    })),
  )
  index.record([{ path: 'a/b/c/file' as Path, state: fileOf(7) }])
  index.keepAggregates()
  const [b, c, z, a, x] = ['a/b', 'a/b/c', 'z', 'a', 'x'].map(path => index.aggregate(path as Path))
  index.moveRows('a/b' as Path, 'x/y/b' as Path)
  expect(index.aggregate('x/y/b' as Path)).toEqual(b)
  expect(index.aggregate('x/y/b/c' as Path)).toEqual(c)
  expect(index.aggregate('z' as Path)).toEqual(z)
  expect(index.aggregate('x' as Path)).toMatchObject({ size: 7 })
  expect(index.aggregate('a' as Path)).toMatchObject({ size: 0 })
  expect(index.aggregate('' as Place)?.size).toBe(7)
  expect(index.aggregate('a' as Path)?.counter).not.toBe(a?.counter)
  expect(index.aggregate('x' as Path)?.counter).not.toBe(x?.counter)
})

it('a directory tells when a name in it last came or went, not when something in it changed', () => {
  let now = 1e12
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: () => now })
  index.record([
    { path: 'd' as Path, state: { kind: 'directory', mark: 'd' as DiskMark, inode: 1n, mode: 0o755 } },
    { path: 'd/f' as Path, state: { ...fileOf(1), mtimeNs: 5_000_000_000_000n } as RowState },
  ])
  index.keepAggregates()
  expect(index.aggregate('d' as Path)?.mtimeMs).toBe(5_000_000)
  now += 1000
  index.record([{ path: 'd/f' as Path, state: fileOf(2) }])
  expect(index.aggregate('d' as Path)?.mtimeMs).toBe(5_000_000)
  index.record([{ path: 'd/g' as Path, state: fileOf(2) }])
  expect(index.aggregate('d' as Path)?.mtimeMs).toBe(1e12 + 1000)
  expect(index.aggregate('')?.mtimeMs).toBe(1e12)
})

it('whoever listens is told of the nodes after the transaction, and of nothing that was taken back', () => {
  const index = open()
  const told: number[][] = []
  const listening = index.onRecorded(nodes => told.push([...nodes]))
  const [row] = index.record([{ path: 'a' as Path, state: fileOf(1) }])
  expect(told).toEqual([[row?.node]])
  index.transaction(() => {
    index.record([{ path: 'b' as Path, state: fileOf(1) }])
    index.moveRows('a' as Path, 'c' as Path)
    expect(told).toHaveLength(1)
  })
  expect(told[1]).toEqual([index.row('b' as Path)?.node, row?.node])
  expect(() => index.transaction(() => fail(index, [{ path: 'd' as Path, state: fileOf(1) }]))).toThrow('undo')
  index.record([{ path: 'c' as Path, state: fileOf(1), news: 'same' }])
  expect(told).toHaveLength(2)
  listening[Symbol.dispose]()
  index.record([{ path: 'e' as Path, state: fileOf(1) }])
  expect(told).toHaveLength(2)
})

it('properties stay with their node and checksums with their content', () => {
  const index = open()
  index.keepAggregates()
  const [row] = index.record([{ path: 'a' as Path, state: fileOf(1) }])
  const node = row?.node ?? expect.unreachable()
  index.setProperties(
    node,
    new Map([
      ['{x}one', '1'],
      ['{x}two', '2'],
    ]),
  )
  index.setProperties(
    node,
    new Map([
      ['{x}one', undefined],
      ['{x}two', 'zwei'],
    ]),
  )
  index.moveRows('a' as Path, 'b' as Path)
  expect(index.rowByNode(node)?.path).toBe('b')
  expect(index.properties(node)).toEqual(new Map([['{x}two', 'zwei']]))
  index.recordSums('c1' as ContentId, ['MD5:00' as never])
  index.recordSums('c1' as ContentId, ['ADLER32:11' as never, 'MD5:00' as never])
  expect(index.sums('c1' as ContentId)).toEqual(['ADLER32:11', 'MD5:00'])
  expect(index.sums('c2' as ContentId)).toEqual([])
})

// --- doing ------------------------------------------------------------------------------------------------------------------

function open(): FolderIndex {
  return openIndex(':memory:', { device: 1n as DeviceId, now: () => 1e12 })
}

function perform(act: Act, index: FolderIndex): void {
  if (act.do === 'record') index.record(act.changes)
  else if (act.do === 'undone') expect(() => index.transaction(() => fail(index, act.changes))).toThrow('undo')
  else if (isMovable(act, index)) index.moveRows(act.from, act.to)
}

function isMovable({ from, to }: { readonly from: Path; readonly to: Path }, index: FolderIndex): boolean {
  const isLive = (path: Path) => !['deleted', 'blocked', undefined].includes(index.row(path)?.state.kind)
  return !isWithin(to, from) && !isWithin(from, to) && isLive(from) && !isLive(to)
}

function fail(index: FolderIndex, changes: Parameters<FolderIndex['record']>[0]): never {
  index.record(changes)
  throw new Error('undo')
}

/** What each directory looks like, with everything below: by its node. */
function looksOf(index: FolderIndex): Map<number, { look: string; counter: number | undefined }> {
  const rows = [...index.rowsBelow('')]
  const directories = rows.filter(row => row.state.kind === 'directory')
  return new Map(
    directories.map(({ node, path }) => {
      const below = rows.filter(row => isBelow(row.path, path))
      const look = below.map(row => [row.path.slice(path.length), row.node, row.state])
      return [node, { look: JSON.stringify(look, textOf), counter: index.aggregate(path)?.counter }]
    }),
  )
}

function textOf(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function expectCounted(index: FolderIndex, before: ReturnType<typeof looksOf>, act: Act): void {
  for (const [node, { look, counter }] of looksOf(index)) {
    const was = before.get(node)
    if (was === undefined) continue
    if (was.look !== look) expect(counter, JSON.stringify(act, textOf)).not.toBe(was.counter)
    else if (act.do === 'undone') expect(counter).toBe(was.counter)
  }
}

function expectAddedUp(index: FolderIndex): void {
  const rows = [...index.rowsBelow('')]
  const places = ['' as Place, ...rows.filter(row => row.state.kind === 'directory').map(row => row.path)]
  for (const place of places) {
    const files = rows.filter(row => isBelow(row.path, place) && row.state.kind === 'file')
    const size = files.reduce((sum, { state }) => sum + (state.kind === 'file' ? state.size : 0), 0)
    expect(index.aggregate(place)?.size, place).toBe(size)
  }
}

function fileOf(size: number): RowState {
  return {
    ...{ kind: 'file', mark: 'm' as DiskMark, inode: 1n, size, mtimeNs: 5n, mode: 0o644 },
    content: `c${size}` as ContentId,
  }
}
