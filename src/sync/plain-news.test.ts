// A folder that is announced for the first time, in parts: what comes of it is what one plan would make of it.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAlone } from '../../test/mesh/nobody-connected.ts'
import type { Path } from '../model/path.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-news-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('comes out as one plan makes it, however small the parts are', async () => {
  const outcomes = []
  for (const newsTogether of [1, 2, 3, 1000]) {
    const folder = await open(`in parts of ${newsTogether}`, newsTogether)
    for (const path of ['a', 'd/b', 'd/c/e', 'd/c/f', 'd-1', 'd/g', 'z/y/x/w']) folder.write(path)
    folder.link('d/l')
    // Others would change this name: it stays here, with what is in it.
    folder.write('caf\u0065\u0301/menu')
    const { counts, unsynced } = await folder.run()
    outcomes.push({ counts, unsynced: unsynced.map(({ path, because }) => [path, because]), told: folder.announced() })
    expect(folder.largest).toBeLessThanOrEqual(Math.max(2, newsTogether))
    expect(await folder.run()).toMatchObject({ counts: { uploaded: 0, other: 0 } })
    await folder.close()
  }
  expect(outcomes[0]?.told).toHaveLength(13)
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes.at(-1))
})

it('leaves to the plan what another device has at or above it', async () => {
  const told = []
  for (const newsTogether of [2, 1000]) {
    const folder = await open(`met by parts of ${newsTogether}`, newsTogether)
    for (const path of ['a', 'b', 'c', 'met/inside', 'met/too', 'same']) folder.write(path)
    folder.hear({ path: 'met' as Path, kind: 'symlink', target: 'elsewhere' })
    folder.hear({ path: 'same' as Path, kind: 'directory', target: undefined })
    const { unsynced, counts } = await folder.run()
    told.push({ unsynced, counts, announced: folder.announced().filter(path => !path.includes('conflict')) })
    await folder.close()
  }
  expect(told[0]?.announced).toEqual(expect.arrayContaining(['a', 'b', 'c', 'met', 'met/inside', 'met/too', 'same']))
  expect(told[0]).toEqual(told[1])
})

it('stays with the plan where something goes: a brake is about both', async () => {
  const folder = await open('braked', 5)
  for (let i = 0; i < 20; i += 1) folder.write(`old ${i}`)
  await folder.run()
  // Before the others go: none of them may have an inode of those.
  for (let i = 0; i < 60; i += 1) folder.write(`new ${i}`)
  for (let i = 0; i < 20; i += 1) folder.remove(`old ${i}`)
  expect((await folder.run()).brake).toMatchObject({ because: 'too-many-deletions', count: 20, of: 20 })
  expect(folder.announced()).toHaveLength(20)
  await folder.close()
})

it('stays with the plan where it is what went elsewhere: many renames are no deletions', async () => {
  const folder = await open('renamed', 5)
  for (let i = 0; i < 20; i += 1) folder.write(`old ${i}`)
  await folder.run()
  for (let i = 0; i < 20; i += 1) folder.rename(`old ${i}`, `new ${i}`)
  expect((await folder.run()).brake).toBeUndefined()
  expect(folder.announced()).toEqual(Array.from({ length: 20 }, (_, i) => `new ${i}`).sort())
  await folder.close()
})

async function open(name: string, newsTogether: number) {
  const at = (path: string) => join(root, name, path)
  mkdirSync(at(''))
  return Object.assign(await openAlone(at(''), newsTogether), {
    rename: (from: string, to: string) => renameSync(at(from), at(to)),
    write: (path: string) => {
      mkdirSync(dirname(at(path)), { recursive: true })
      writeFileSync(at(path), path)
    },
    link: (path: string) => symlinkSync('nowhere', at(path)),
    remove: (path: string) => rmSync(at(path)),
  })
}
