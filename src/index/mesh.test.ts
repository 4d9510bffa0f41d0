import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Path } from '../model/path.ts'
import type { DeviceId, Version } from '../model/version.ts'
import { isNeeded, pickGlobal } from '../plan/global.ts'
import type { FolderIndex } from './folder-index.ts'
import type { Announcement, MeshRecords } from './mesh.ts'
import { openIndex } from './sqlite-index.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanUps.splice(0).reverse()) clean()
})

const rules = {
  pick: (all: readonly Announcement[]) => pickGlobal(all),
  lacks: (own: Version, global: Version) => {
    const version = (of: Version) => ({ version: of, invalid: false, deleted: false, modifiedNs: 0n })
    return isNeeded(version(own), version(global))
  },
}

function open(file = place()): { index: FolderIndex; mesh: MeshRecords; file: string } {
  const index = openIndex(file, { device: 1n as DeviceId, now: () => 1e12 })
  cleanUps.push(() => index.close())
  return { index, mesh: index.mesh(rules), file }
}

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-mesh-index-'))
  cleanUps.push(() => rmSync(directory, { recursive: true }))
  return join(directory, 'index.db')
}

function file(path: string, version: readonly [number, number][], sequence: number, more: Partial<Announcement> = {}) {
  return {
    path: path as Path,
    kind: 'file',
    version: version.map(([device, counter]) => [BigInt(device), BigInt(counter)]) as unknown as Version,
    sequence,
    deleted: false,
    invalid: false,
    size: 10,
    modifiedNs: 5n,
    modifiedBy: (2n ** 63n) as DeviceId,
    mode: 0o644,
    target: undefined,
    blocks: { key: 'k', content: undefined },
    blockSize: 131072,
    ...more,
  } satisfies Announcement
}

test('what a device lacks is told anew after every word of anybody, and after one that was taken back', () => {
  const { index, mesh } = open()
  const lacks = (device: string) => mesh.lackOf(device).items
  mesh.hear('B', [file('a', [[2, 1]], 1)])
  expect([lacks('B'), lacks('C'), lacks('')]).toEqual([0, 1, 1])
  mesh.announce([file('a', [[2, 1]], 1), file('b', [[1, 1]], 2)])
  expect([lacks('B'), lacks('C'), lacks('')]).toEqual([1, 2, 0])
  mesh.hear('C', [file('a', [[2, 1]], 1)])
  expect([lacks('B'), lacks('C')]).toEqual([1, 1])
  const takenBack = () =>
    index.transaction(() => {
      mesh.hear('C', [file('b', [[1, 1]], 2)])
      expect(lacks('C')).toBe(0)
      throw new Error('stop')
    })
  expect(takenBack).toThrow('stop')
  expect(lacks('C')).toBe(1)
  mesh.restart('C', 7n)
  expect(lacks('C')).toBe(2)
  mesh.forget('B')
  expect([lacks('B'), lacks('')]).toEqual([2, 0])
})

test('what a device announced comes back as it was', () => {
  const { mesh } = open()
  const told = file('a/b', [[2, 7]], 3, { modifiedNs: -5n, mode: undefined })
  expect(mesh.hear('B', [told])).toEqual(['a/b'])
  expect(mesh.global('a/b' as Path)).toEqual({ announcement: told, holders: ['B'] })
  expect(mesh.globalsIn('a' as Path)).toEqual([told])
})

test('hearing the same again is no news, hearing another version is', () => {
  const { mesh } = open()
  mesh.hear('B', [file('a', [[2, 1]], 1)])
  expect(mesh.hear('B', [file('a', [[2, 1]], 2)])).toEqual([])
  expect(mesh.hear('C', [file('a', [[2, 1]], 9)])).toEqual([])
  expect(
    mesh.hear('C', [
      file(
        'a',
        [
          [2, 1],
          [3, 1],
        ],
        10,
      ),
    ]),
  ).toEqual(['a'])
  expect(mesh.global('a' as Path)?.holders).toEqual(['C'])
})

test('our own word counts as that of any other, and gets sequences of its own', () => {
  const { mesh } = open()
  mesh.hear('B', [file('a', [[2, 1]], 1)])
  mesh.announce([
    file(
      'a',
      [
        [1, 1],
        [2, 1],
      ],
      0,
    ),
    file('b', [[1, 1]], 0),
  ])
  expect(mesh.global('a' as Path)?.holders).toEqual([undefined])
  expect(mesh.announcedSince(0, 10).map(({ path, sequence }) => [path, sequence])).toEqual([
    ['a', 1],
    ['b', 2],
  ])
  mesh.announce([
    file(
      'a',
      [
        [1, 2],
        [2, 1],
      ],
      0,
    ),
  ])
  expect(mesh.announcedSince(0, 10).map(({ path, sequence }) => [path, sequence])).toEqual([
    ['b', 2],
    ['a', 3],
  ])
  expect(mesh.announcedSince(2, 10)).toHaveLength(1)
  expect(mesh.own().sequence).toBe(3)
})

test('an index that begins anew takes back what was heard of it', () => {
  const { mesh } = open()
  mesh.restart('B', 77n)
  mesh.hear('B', [file('a', [[2, 2]], 4), file('b', [[2, 1]], 5)])
  mesh.hear('C', [file('a', [[2, 1]], 1)])
  expect(mesh.known('B')).toEqual({ indexId: 77n, sequence: 5 })
  expect(mesh.restart('B', 78n)).toEqual(['a', 'b'])
  expect(mesh.known('B')).toEqual({ indexId: 78n, sequence: 0 })
  expect(mesh.global('a' as Path)?.holders).toEqual(['C'])
  expect(mesh.global('b' as Path)).toBeUndefined()
  expect(mesh.forget('C')).toEqual(['a'])
  expect(mesh.devices()).toEqual(['B'])
})

test('of each device it is known what it lacks', () => {
  const { mesh } = open()
  mesh.hear('B', [
    file('a', [[2, 1]], 1),
    file('b', [[2, 1]], 2),
    file('gone', [[2, 2]], 3, { deleted: true, size: 0 }),
  ])
  mesh.hear('C', [file('a', [[2, 1]], 1), file('gone', [[2, 1]], 2)])
  expect(mesh.lackOf('B')).toEqual({ items: 0, bytes: 0, of: { items: 2, bytes: 20 } })
  expect(mesh.lackOf('C')).toEqual({ items: 2, bytes: 10, of: { items: 2, bytes: 20 } })
  expect(mesh.lackOf('unknown')).toEqual({ items: 2, bytes: 20, of: { items: 2, bytes: 20 } })
})

test('everything is there after the index was opened anew', () => {
  const first = open()
  const { indexId } = first.mesh.own()
  first.mesh.restart('B', 5n)
  first.mesh.hear('B', [file('a', [[2, 1]], 1)])
  first.index.close()
  cleanUps.splice(cleanUps.length - 1)
  const second = open(first.file)
  expect(second.mesh.own()).toEqual({ indexId, sequence: 0 })
  expect(second.mesh.known('B')).toEqual({ indexId: 5n, sequence: 1 })
  expect(second.mesh.global('a' as Path)?.holders).toEqual(['B'])
})

test('a row takes over a version only as long as it is the row that was meant', () => {
  const { index } = open()
  const state = { kind: 'symlink', mark: 'm', inode: 1n, target: 't' } as never
  const [row] = index.record([{ path: 'a' as Path, state }])
  const version = [[9n, 9n]] as unknown as Version
  index.adopt('a' as Path, (row?.sequence ?? 0) + 1, version)
  expect(index.row('a' as Path)?.version).toEqual(row?.version)
  index.adopt('a' as Path, row?.sequence ?? 0, version)
  expect(index.row('a' as Path)).toEqual({ ...row, version })
})

test('what is picked is what would be read anew, whatever was announced, heard, forgotten or taken back', () => {
  const paths = ['a', 'b'] as readonly string[] as readonly Path[]
  const device = fc.constantFrom('A', 'B')
  const told = fc.record({
    path: fc.constantFrom(...paths),
    version: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), {
      selector: ([by]) => by,
      minLength: 1,
      maxLength: 2,
    }),
    deleted: fc.boolean(),
  })
  const step = fc.record({
    do: fc.constantFrom('hear', 'announce', 'restart', 'forget'),
    ...{ device, told, isTakenBack: fc.boolean() },
  })
  // Of several who announce the same version any may be picked.
  const whatOf = (picked: Announcement | undefined) => picked && [picked.version, picked.deleted]
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), steps => {
      const { index, mesh, file: at } = open()
      const other = open(at).mesh
      for (const { do: what, device: name, told: one, isTakenBack } of steps) {
        const announcement = file(one.path, one.version as never, 1, {
          deleted: one.deleted,
          size: one.deleted ? 0 : 10,
        })
        const act = () => {
          if (what === 'hear') mesh.hear(name, [announcement])
          if (what === 'announce') mesh.announce([announcement])
          if (what === 'restart') mesh.restart(name, 5n)
          if (what === 'forget') mesh.forget(name)
          for (const path of paths) mesh.picked(path)
          if (isTakenBack) throw new Error('taken back')
        }
        try {
          index.transaction(act)
        } catch (error) {
          if (!isTakenBack) throw error
        }
        for (const path of paths) expect(whatOf(mesh.picked(path))).toEqual(whatOf(other.global(path)?.announcement))
      }
    }),
    { numRuns: 40 },
  )
})
