// Much that comes from other devices, in parts: what comes of it is what one plan would make of it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLocal } from '../assemble/open-local.ts'
import type { Announcement } from '../index/mesh.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId, Version } from '../model/version.ts'
import { isEffect } from '../plan/step.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { connectMesh } from '../remotes/mesh/connect.ts'
import { MeshFolder } from '../remotes/mesh/mesh-folder.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import { Pair } from './pair.ts'

const NEVER = new AbortController().signal
const OTHER = 'OTHER' as DeviceKey
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-arrivals-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('comes out as one plan makes it, however small the parts are', async () => {
  const outcomes = []
  for (const newsTogether of [1, 3, 1000]) {
    const folder = await open(`in parts of ${newsTogether}`, newsTogether)
    folder.hear(['z', 'z/y', 'z/y/x', 'd', 'd/c', 'd-1', 'a'], 'directory')
    folder.hear(['z/y/link', 'd/link', 'd/c/link', 'link', 'met/inside'], 'symlink')
    // What is here at the place of a directory, and at that of a link, is for the plan of everything else.
    folder.hear(['met', 'same'], 'directory')
    folder.write('met')
    folder.make('same')
    folder.write('same/mine')
    const { counts, unsynced } = await folder.run()
    const told = unsynced.map(({ path, because }) => [path, because])
    outcomes.push({ counts, told, tree: folder.tree().map(name => name.replace(/conflict.*/, 'conflict')) })
    expect(folder.largest).toBeLessThanOrEqual(Math.max(6, newsTogether))
    expect(await folder.run()).toMatchObject({ counts: { downloaded: 0, uploaded: 0, other: 0 } })
    await folder.close()
  }
  expect(outcomes[0]?.tree).toEqual(
    expect.arrayContaining(['z/y/x', 'z/y/link', 'd/c/link', 'met/inside', 'same/mine']),
  )
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes.at(-1))
})

it('tells how far all of it is, not how far a part is', async () => {
  const folder = await open('told', 5)
  folder.hear(numbered('link', 20), 'symlink')
  await folder.run()
  expect(folder.progress).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}/20`))
  expect(folder.largest).toBe(5)
  await folder.close()
})

it('waits with a plan that has a brake: what comes may be what went', async () => {
  const folder = await open('braked', 5)
  folder.hear(numbered('old', 20), 'symlink')
  await folder.run()
  folder.hear(numbered('old', 20), 'symlink', 'deleted')
  folder.hear(numbered('new', 60), 'symlink')
  expect((await folder.run()).brake).toMatchObject({ because: 'too-many-deletions', count: 20, of: 20 })
  expect(folder.tree()).toEqual(numbered('old', 20).sort())
  await folder.close()
})

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name} ${i}`)
}

/** A folder in a mesh in which nobody is connected: only what has no bytes can come. */
async function open(name: string, newsTogether: number) {
  const at = (path: string) => join(root, name, path)
  mkdirSync(at(''))
  const world = nodeWorld({ log: () => undefined })
  const device = 1n as DeviceId
  const local = await openLocal({
    ...{ folder: at(''), access: 'write', ignoreFrom: [], trash: 'keep', trust: 'content', world, device },
  })
  const { folder, files, ignore } = local
  const { tree, index } = files
  const { clock } = world
  const meshFolder = new MeshFolder({
    ...{ id: 'f', label: '', self: 'SELF' as DeviceKey, shortId: device, tree, index, clock },
    devices: [{ device: OTHER, name: '' }],
  })
  const mesh = connectMesh({ folder: meshFolder, index, tree, clock, device, home: folder.home })
  let [largest, sequence] = [0, 0]
  const progress: string[] = []
  const pair = new Pair({
    ...{ home: folder.home, remote: mesh.replica, index, ignore, world, revisions: folder.revisions },
    records: mesh.records,
    scan: folder.scan.bind(folder),
    options: { moves: 'plain', conflicts: mesh.conflicts, newsTogether },
    report: event => {
      if (event.type === 'progress') progress.push(`${event.steps.done}/${event.steps.of}`)
      if (event.type !== 'plan') return
      largest = Math.max(largest, event.plan.waves.flatMap(({ steps }) => steps.filter(isEffect)).length)
    },
  })
  return {
    run: () => pair.run(NEVER),
    progress,
    get largest() {
      return largest
    },
    write: (path: string) => writeFileSync(at(path), path),
    make: (path: string) => mkdirSync(at(path)),
    hear: (paths: readonly string[], kind: 'directory' | 'symlink', how?: 'deleted') => {
      const told = paths.map((path): Announcement => {
        sequence += 1
        const version: Version = [[2n as DeviceId, how === undefined ? 1n : 2n]]
        const target = kind === 'symlink' ? 'elsewhere' : undefined
        return {
          ...{ path: path as Path, kind, target, version, sequence, deleted: how !== undefined, invalid: false },
          ...{ size: 0, modifiedNs: 1n, modifiedBy: 2n as DeviceId, mode: undefined, blocks: undefined },
          blockSize: 131_072,
        }
      })
      void meshFolder.mesh.hear(OTHER, told)
    },
    tree: () => namesIn(at('')),
    close: () => local.close(),
  }
}

function namesIn(place: string): string[] {
  if (!existsSync(place)) return []
  return (readdirSync(place, { recursive: true }) as string[]).filter(name => !name.startsWith('.syncline')).sort()
}
