import { afterEach, expect, test } from 'vitest'
import type { ContentId } from '../model/content.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId, Version } from '../model/version.ts'
import { isNeeded, pickGlobal } from '../plan/global.ts'
import type { DiskMark, FolderIndex, Row } from './folder-index.ts'
import type { Announcement, MeshRecords } from './mesh.ts'
import { openIndex } from './sqlite-index.ts'

const A = 1n as DeviceId
const B = 2n as DeviceId
const FILE = 'f' as Path

let open: FolderIndex | undefined
afterEach(() => {
  open?.close()
  open = undefined
})

function opened(): { readonly index: FolderIndex; readonly mesh: MeshRecords } {
  let seconds = 100
  const index = openIndex(':memory:', {
    device: A,
    now: () => {
      seconds += 1
      return seconds * 1000
    },
  })
  open = index
  const plain = (version: Version) => ({ version, invalid: false, deleted: false, modifiedNs: 0n })
  const lacks = (own: Version, global: Version) => isNeeded(plain(own), plain(global))
  const mesh = index.mesh({ pick: all => pickGlobal(all), lacks })
  index.keepLineage()
  return { index, mesh }
}

function write(index: FolderIndex, content: string): Row {
  const mark = `mark of ${content}` as DiskMark
  const state = { kind: 'file' as const, mark, inode: 1n, size: 1, mtimeNs: 0n, mode: 0o644 }
  return index.record([{ path: FILE, state: { ...state, content: content as ContentId } }])[0] as Row
}

function agreeOn({ sequence }: Row, index: FolderIndex): void {
  const sides = { local: String(sequence) as never, remote: 'there' as never }
  index.pair('webdav').agree([{ path: FILE, kind: 'file', ...sides }])
}

function told(version: Version, content: string): Announcement {
  return {
    ...{ path: FILE, kind: 'file', version, sequence: 1, deleted: false, invalid: false, size: 1, modifiedNs: 0n },
    ...{ modifiedBy: B, mode: 0o644, target: undefined, blockSize: 131072 },
    blocks: { key: content, content: content as ContentId },
  }
}

const whats = (index: FolderIndex) => index.lineage(FILE).all.map(({ what }) => what)

test('what a path was is known by every version that it had', () => {
  const { index } = opened()
  write(index, 'one')
  write(index, 'two')
  index.record([{ path: FILE, state: { kind: 'deleted' } }])
  write(index, 'three')
  expect(whats(index).sort()).toEqual(['deleted', 'file one', 'file three', 'file two'])
})

test('what a device announced before is known, and who made it', () => {
  const { index, mesh } = opened()
  mesh.hear('B', [told([[B, 5n]], 'one')])
  mesh.hear('B', [told([[B, 6n]], 'two')])
  expect(whats(index).sort()).toEqual(['file one', 'file two'])
  // Taken over while the device has gone on already.
  write(index, 'one')
  expect(index.lineage(FILE).madeBy).toBe(B)
  write(index, 'of our own')
  expect(index.lineage(FILE).madeBy).toBeUndefined()
})

test('the version at the last agreement stays, through what happens here, and is that of the deletion after one', () => {
  const { index } = opened()
  const first = write(index, 'one')
  agreeOn(first, index)
  write(index, 'two')
  expect(index.pair('webdav').agreedVersion(FILE)).toEqual(first.version)
  const [gone] = index.record([{ path: FILE, state: { kind: 'deleted' } }])
  index.pair('webdav').forget([FILE])
  expect(index.pair('webdav').agreedVersion(FILE)).toEqual(gone?.version)
})

test('a version that is taken over afterwards counts as the one that was agreed on', () => {
  const { index } = opened()
  const row = write(index, 'one')
  agreeOn(row, index)
  index.adopt(FILE, row.sequence, [[B, 7n]])
  expect(index.pair('webdav').agreedVersion(FILE)).toEqual([[B, 7n]])
})

test('what was changed back before anybody heard of it, and is at its old version again, never was', () => {
  const { index, mesh } = opened()
  const first = write(index, 'one')
  mesh.hear('B', [told([[B, 1n]], 'of theirs')])
  mesh.hear('B', [told([[B, 2n]], 'of theirs, newer')])
  index.record([{ path: FILE, state: { kind: 'deleted' } }])
  agreeOn(write(index, 'two'), index)
  index.record([{ path: FILE, state: { kind: 'deleted' } }])
  const again = write(index, 'one')
  index.adopt(FILE, again.sequence, first.version)
  expect(whats(index).sort()).toEqual(['file of theirs', 'file of theirs, newer', 'file one'])
  expect(index.pair('webdav').agreedVersion(FILE)).toEqual(first.version)
})

test('a path that changes all the time does not grow without end', () => {
  const { index } = opened()
  for (let n = 0; n < 200; n += 1) write(index, `${n}`)
  expect(whats(index).length).toBeLessThanOrEqual(66)
  expect(whats(index)).toContain('file 198')
})

test('where nobody asked for it nothing is kept', () => {
  const index = openIndex(':memory:', { device: A, now: () => 0 })
  open = index
  write(index, 'one')
  agreeOn(write(index, 'two'), index)
  expect(whats(index)).toEqual(['file two'])
  expect(index.pair('webdav').agreedVersion(FILE)).toBeUndefined()
})
