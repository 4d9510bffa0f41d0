import { afterEach, beforeEach, expect, test } from 'vitest'
import { entryOfRow, type FolderIndex, type Row } from '../index/folder-index.ts'
import { OTHER_BRIDGES } from '../index/lineage.ts'
import type { Announcement, MeshRecords } from '../index/mesh.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { ContentId } from '../model/content.ts'
import type { FileEntry, Stamp } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import { type DeviceId, isWithin, type Version } from '../model/version.ts'
import { isNeeded, pickGlobal } from '../plan/global.ts'
import { relate } from '../plan/relate.ts'
import type { Triple } from '../plan/triple.ts'
import type { Replica } from '../replica/replica.ts'
import { Hindsight, type HindsightParts } from './hindsight.ts'

const A = 1n as DeviceId
const B = 2n as DeviceId
const FILE = 'f' as Path

let nowMs = 0
let index: FolderIndex
let mesh: MeshRecords
beforeEach(() => {
  nowMs = 1e12
  index = openIndex(':memory:', {
    device: A,
    now: () => {
      nowMs += 1000
      return nowMs
    },
  })
  const plain = (version: Version) => ({ version, invalid: false, deleted: false, modifiedNs: 0n })
  const lacks = (own: Version, global: Version) => isNeeded(plain(own), plain(global))
  mesh = index.mesh({ pick: all => pickGlobal(all), lacks })
  index.keepLineage()
})
afterEach(() => index.close())

function write(content: string): Row {
  const state = { kind: 'file' as const, mark: content as never, inode: 1n, size: 1, mtimeNs: 0n, mode: 0o644 }
  return index.record([{ path: FILE, state: { ...state, content: content as ContentId } }])[0] as Row
}

const remove = () => index.record([{ path: FILE, state: { kind: 'deleted' } }])[0] as Row

function shown(content: string): FileEntry {
  return { kind: 'file', stamp: `stamp of ${content}` as Stamp, size: 1, mtimeNs: 0n, content: content as ContentId }
}

function agreeOn(row: Row, content: string): void {
  const { stamp: remote, size } = shown(content)
  const local = String(row.sequence) as Stamp
  index.pair('webdav').agree([{ path: FILE, kind: 'file', local, remote, size, content: content as ContentId }])
}

/** From the other device. */
function hear(version: Version, content: string | 'deleted', sequence = 1): void {
  const isGone = content === 'deleted'
  const announcement: Announcement = {
    ...{ path: FILE, kind: 'file', version, sequence, deleted: isGone, invalid: false, size: 1, modifiedNs: 0n },
    ...{ modifiedBy: B, mode: 0o644, target: undefined, blockSize: 131072 },
    blocks: isGone ? undefined : { key: content, content: content as ContentId },
  }
  mesh.hear('B', [announcement])
}

const towards = (parts: Partial<HindsightParts> = {}) =>
  new Hindsight({
    index,
    records: index.pair('webdav'),
    clock: { now: () => nowMs, sleep: async () => {} },
    isBridge: true,
    ...parts,
  })

function triple(remote: FileEntry | undefined): Triple {
  const row = index.row(FILE)
  return {
    path: FILE,
    local: row === undefined ? undefined : entryOfRow(row),
    remote,
    agreed: index.pair('webdav').agreement(FILE),
  }
}

const changes = ({ local, remote, agreed, waits }: Triple) =>
  waits ?? [relate(local, agreed, 'local'), relate(remote, agreed, 'remote')]

test('what the remote shows of an earlier version than here was not changed there', () => {
  agreeOn(write('one'), 'one')
  write('two')
  write('three')
  expect(changes(towards().judge(triple(shown('two')), 'seen'))).toEqual(['edited', 'unchanged'])
})

test('what was replaced on the remote before it was last agreed on, and is there again, somebody has put back', () => {
  write('one')
  agreeOn(write('two'), 'two')
  write('three')
  expect(changes(towards().judge(triple(shown('one')), 'seen'))).toEqual(['edited', 'edited'])
})

test('what is here again as all devices have it is not deleted because it was away for a moment', () => {
  const row = write('one')
  agreeOn(row, 'one')
  remove()
  const again = write('one')
  // As when it was renamed there and back here while that was brought to the remote: nothing says which deletion that was.
  index.pair('webdav').forget([FILE])
  index.adopt(FILE, again.sequence, row.version)
  expect(changes(towards().judge(triple(undefined), 'seen'))).toEqual(['created', 'absent'])
})

test('what nobody has ever seen is a change', () => {
  agreeOn(write('one'), 'one')
  write('two')
  expect(changes(towards().judge(triple(shown('new')), 'seen'))).toEqual(['edited', 'edited'])
})

test('what the remote still shows of what was deleted here was not changed there, unless its deletion was agreed on', () => {
  write('one')
  remove()
  expect(changes(towards().judge(triple(shown('one')), 'seen'))).toEqual(['deleted', 'unchanged'])
  agreeOn(write('two'), 'two')
  remove()
  index.pair('webdav').forget([FILE])
  expect(changes(towards().judge(triple(shown('two')), 'seen'))).toEqual(['absent', 'created'])
})

test('what the remote shows of a version that others have announced is newer than what is here', () => {
  agreeOn(write('one'), 'one')
  const row = write('two')
  hear([...row.version, [B, 5n]], 'three')
  expect(changes(towards().judge(triple(shown('three')), 'seen'))).toEqual(['unchanged', 'edited'])
  hear([...row.version, [B, 6n]], 'deleted', 2)
  expect(changes(towards().judge(triple(undefined), 'seen'))).toEqual(['unchanged', 'deleted'])
})

test('of what another device made and cannot be told apart, a device with the same remote waits for word, and then decides', () => {
  agreeOn(write('one'), 'one')
  const row = write('two')
  hear([[B, 5n]], 'two')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  expect(changes(towards().judge(triple(shown('new')), 'seen'))).toEqual(['edited', 'edited'])
  index.set(OTHER_BRIDGES, String(B))
  const hindsight = towards()
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toBe('waits')
  const until = hindsight.waitsUntil(FILE) ?? 0
  expect(until).toBeGreaterThan(nowMs)
  nowMs = until
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toEqual(['edited', 'edited'])
  // What was made here waits for nobody.
  write('three')
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toEqual(['edited', 'edited'])
})

test('what waits goes on waiting while nobody looks at the other side, and is then compared with what was seen there', () => {
  agreeOn(write('one'), 'one')
  const row = write('two')
  hear([[B, 5n]], 'two')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  index.set(OTHER_BRIDGES, String(B))
  const hindsight = towards()
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toBe('waits')
  const until = hindsight.waitsUntil(FILE) ?? 0
  expect(changes(hindsight.judge(triple(shown('one')), 'assumed'))).toBe('waits')
  expect(hindsight.waitsUntil(FILE)).toBe(until)
  nowMs = until
  expect(changes(hindsight.judge(triple(shown('one')), 'assumed'))).toEqual(['edited', 'edited'])
})

test('what has waited long enough waits no more, however long it is held for another reason', () => {
  agreeOn(write('one'), 'one')
  const row = write('two')
  hear([[B, 5n]], 'two')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  index.set(OTHER_BRIDGES, String(B))
  const hindsight = towards()
  const judged = (what: string) => changes(hindsight.judge(triple(shown(what)), 'seen'))
  expect(judged('new')).toBe('waits')
  nowMs = hindsight.waitsUntil(FILE) ?? 0
  expect([judged('new'), judged('new')]).toEqual([
    ['edited', 'edited'],
    ['edited', 'edited'],
  ])
  expect(hindsight.waitsUntil(FILE)).toBeUndefined()
  // Something else there is another matter.
  expect(judged('newer')).toBe('waits')
})

test('what was seen on the other side before something was agreed on is of the past', () => {
  agreeOn(write('one'), 'one')
  const row = write('two')
  hear([[B, 5n]], 'two')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  index.set(OTHER_BRIDGES, String(B))
  const hindsight = towards()
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toBe('waits')
  nowMs = hindsight.waitsUntil(FILE) ?? 0
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toEqual(['edited', 'edited'])
  agreeOn(index.row(FILE) as Row, 'two')
  expect(changes(hindsight.judge(triple(shown('two')), 'assumed'))).toEqual(['unchanged', 'unchanged'])
})

test('what was as agreed when everything was looked at waits no more, and what was seen there before is forgotten', () => {
  agreeOn(write('one'), 'one')
  const row = write('two')
  hear([[B, 5n]], 'two')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  index.set(OTHER_BRIDGES, String(B))
  const hindsight = towards()
  expect(changes(hindsight.judge(triple(shown('new')), 'seen'))).toBe('waits')
  hindsight.keepOnly(new Map([[FILE, 'still dirty']]))
  expect(hindsight.waitsUntil(FILE)).toBeDefined()
  hindsight.keepOnly(new Map())
  expect(hindsight.waitsUntil(FILE)).toBeUndefined()
  expect(changes(hindsight.judge(triple(shown('one')), 'assumed'))).toEqual(['edited', 'unchanged'])
})

test('what begins to wait is looked at on the remote, where it may be already', async () => {
  const row = write('one')
  hear([[B, 5n]], 'one')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  index.set(OTHER_BRIDGES, String(B))
  const hindsight = towards()
  expect(changes(hindsight.judge(triple(undefined), 'seen'))).toBe('waits')
  expect(hindsight.isCurious).toBe(true)
  const dirty = new Map<Path, FileEntry | undefined>()
  const remote = { can: { parallel: 4 }, look: async () => shown('one') } as unknown as Replica
  await hindsight.lookAtNews(dirty, remote, new AbortController().signal)
  expect([...dirty]).toEqual([[FILE, shown('one')]])
  // Once is enough: nothing is there yet, and others have it by now.
  expect(changes(hindsight.judge(triple(undefined), 'seen'))).toBe('waits')
  expect(hindsight.isCurious).toBe(false)
})

test('what another device made is left to it for longer where it is known to have the same remote', () => {
  const row = write('one')
  hear([[B, 5n]], 'one')
  index.adopt(FILE, row.sequence, [[B, 5n]])
  index.set(OTHER_BRIDGES, String(B))
  const waits = () => {
    const hindsight = towards()
    expect(changes(hindsight.judge(triple(undefined), 'seen'))).toBe('waits')
    return (hindsight.waitsUntil(FILE) ?? 0) - nowMs
  }
  const before = waits()
  towards().judge(triple(shown('one')), 'seen')
  expect(waits()).toBeGreaterThan(before)
})

test('what the other device has replaced was put back, where neither has it by another way', () => {
  hear([[B, 5n]], 'one')
  hear([[B, 6n]], 'two', 2)
  write('one')
  const inMesh = towards({ versionOf: path => mesh.picked(path)?.version, isBridge: false })
  expect(changes(inMesh.judge({ ...triple(shown('two')), agreed: undefined }, 'seen'))).toEqual(['created', 'created'])
})

test('two versions that know nothing of each other are no conflict where one is of what the other replaced', () => {
  index.set(OTHER_BRIDGES, String(B))
  write('one')
  const row = write('two')
  hear([[B, 5n]], 'one')
  const inMesh = towards({ versionOf: path => mesh.picked(path)?.version })
  expect(changes(inMesh.judge({ ...triple(shown('one')), agreed: undefined }, 'seen'))).toEqual(['edited', 'unchanged'])
  const now = index.row(FILE)?.version ?? []
  expect(isWithin([[B, 5n]], now) && isWithin(row.version, now)).toBe(true)
})

test('what another device deleted and made again while its deletion was carried out here comes back, and is not deleted there', () => {
  index.set(OTHER_BRIDGES, String(B))
  hear([[B, 5n]], 'one')
  index.adopt(FILE, write('one').sequence, [[B, 5n]])
  hear([[B, 6n]], 'deleted', 2)
  const gone = remove()
  hear([[B, 7n]], 'one', 3)
  const inMesh = towards({ versionOf: path => mesh.picked(path)?.version, isBridge: false })
  expect(changes(inMesh.judge({ ...triple(shown('one')), agreed: undefined }, 'seen'))).toEqual(['absent', 'created'])
  expect(index.row(FILE)?.version).toEqual(gone.version)
})

test('two versions that know nothing of each other, both new, are a conflict', () => {
  write('one')
  write('two')
  hear([[B, 5n]], 'three')
  const inMesh = towards({ versionOf: path => mesh.picked(path)?.version })
  expect(changes(inMesh.judge({ ...triple(shown('three')), agreed: undefined }, 'seen'))).toEqual([
    'created',
    'created',
  ])
})
