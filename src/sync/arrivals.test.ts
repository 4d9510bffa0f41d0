// Much that comes from other devices, in parts: what comes of it is what one plan would make of it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAlone } from '../../test/mesh/nobody-connected.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId, Version } from '../model/version.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-arrivals-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('comes out as one plan makes it, however small the parts are', async () => {
  const outcomes = []
  for (const newsTogether of [1, 3, 1000]) {
    const folder = await open(`in parts of ${newsTogether}`, newsTogether)
    folder.hearAll(['z', 'z/y', 'z/y/x', 'd', 'd/c', 'd-1', 'a'], 'directory')
    folder.hearAll(['z/y/link', 'd/link', 'd/c/link', 'link', 'met/inside'], 'symlink')
    // What is here at the place of a directory, and at that of a link, is for the plan of everything else.
    folder.hearAll(['met', 'same'], 'directory')
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
  folder.hearAll(numbered('link', 20), 'symlink')
  await folder.run()
  expect(folder.progress).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}/20`))
  expect(folder.largest).toBe(5)
  await folder.close()
})

it('waits with a plan that has a brake: what comes may be what went', async () => {
  const folder = await open('braked', 5)
  folder.hearAll(numbered('old', 20), 'symlink')
  await folder.run()
  folder.hearAll(numbered('old', 20), 'symlink', 'deleted')
  folder.hearAll(numbered('new', 60), 'symlink')
  expect((await folder.run()).brake).toMatchObject({ because: 'too-many-deletions', count: 20, of: 20 })
  expect(folder.tree()).toEqual(numbered('old', 20).sort())
  await folder.close()
})

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name} ${i}`)
}

async function open(name: string, newsTogether: number) {
  const at = (path: string) => join(root, name, path)
  mkdirSync(at(''))
  const folder = await openAlone(at(''), newsTogether)
  return Object.assign(folder, {
    write: (path: string) => writeFileSync(at(path), path),
    make: (path: string) => mkdirSync(at(path)),
    hearAll: (paths: readonly string[], kind: 'directory' | 'symlink', how?: 'deleted') => {
      const deletion = how === undefined ? {} : { deleted: true, version: [[2n as DeviceId, 2n]] as Version }
      const target = kind === 'symlink' ? 'elsewhere' : undefined
      folder.hear(...paths.map(path => ({ path: path as Path, kind, target, ...deletion })))
    },
    tree: () => namesIn(at('')),
  })
}

function namesIn(place: string): string[] {
  if (!existsSync(place)) return []
  return (readdirSync(place, { recursive: true }) as string[]).filter(name => !name.startsWith('.syncline')).sort()
}
