// That no call leaves the root, whatever lies on the way.
import { expect } from 'vitest'
import type { Tree } from '../tree.ts'
import { codeFrom, content, NEVER, noise, plant, type Suite, stated, streamed, throwIfError } from './tree-bench.ts'

const BLOCKED_WAY = ['ENOTDIR', 'ELOOP']

/** Every call that takes a path, asked to go through `way` to a victim called `file` or to a new name there. */
const CALLS: Readonly<Record<string, (tree: Tree, way: string) => Promise<unknown>>> = {
  stat: (tree, way) => tree.stat(`${way}/file`),
  list: (tree, way) => tree.list(way),
  'list below': (tree, way) => tree.list(`${way}/below`),
  readLink: (tree, way) => tree.readLink(`${way}/link`),
  readSmall: (tree, way) => tree.readSmall(`${way}/file`, 100),
  readSmallMany: async (tree, way) => throwIfError(await tree.readSmallMany([{ path: `${way}/file`, limit: 100 }])),
  'readSmallMany of many': async (tree, way) =>
    throwIfError(await tree.readSmallMany(Array.from({ length: 9 }, () => ({ path: `${way}/file`, limit: 100 })))),
  read: (tree, way) => streamed(tree.read(`${way}/file`, 0, () => {})),
  hash: async (tree, way) => throwIfError(await tree.hash([`${way}/file`], NEVER)),
  'hash of many': async (tree, way) =>
    throwIfError(
      await tree.hash(
        Array.from({ length: 10 }, () => `${way}/file`),
        NEVER,
      ),
    ),
  checksum: (tree, way) => tree.checksum(`${way}/file`, 'MD5', NEVER),
  makeDirectory: (tree, way) => tree.makeDirectory(`${way}/new`),
  removeDirectory: (tree, way) => tree.removeDirectory(`${way}/below`),
  removeFile: (tree, way) => tree.removeFile(`${way}/file`),
  'rename away': (tree, way) => tree.rename(`${way}/file`, 'stolen', 'keep'),
  'rename over': (tree, way) => tree.rename('mine', `${way}/file`, 'replace'),
  'rename into': (tree, way) => tree.rename('mine', `${way}/new`, 'keep'),
  makeSymlink: (tree, way) => tree.makeSymlink(`${way}/new`, 'x'),
  setMode: (tree, way) => tree.setMode(`${way}/file`, 0o777),
  setMtime: (tree, way) => tree.setMtime(`${way}/file`, 1n),
  receive: async (tree, way) => (await tree.receive(`${way}/new`, 1)).finish({}),
  openWrite: (tree, way) => tree.openWrite(`${way}/file`, 0),
  'openWrite further': (tree, way) => tree.openWrite(`${way}/file`, 1),
  writeSmall: async (tree, way) => throwIfError(await tree.writeSmall([{ path: `${way}/new`, bytes: noise(3) }])),
  'copySmall from': async (tree, way) =>
    throwIfError((await tree.copySmall?.(tree, [{ from: `${way}/file`, to: 'new', limit: 100 }])) ?? []),
  'copySmall to': async (tree, way) =>
    throwIfError((await tree.copySmall?.(tree, [{ from: 'mine', to: `${way}/new`, limit: 100 }])) ?? []),
  'writeSmall of many': async (tree, way) =>
    throwIfError(
      await tree.writeSmall(Array.from({ length: 20 }, (_, i) => ({ path: `${way}/new${i}`, bytes: noise(3) }))),
    ),
}

export function confinementTests(it: Suite): void {
  for (const [name, call] of Object.entries(CALLS)) {
    it(`${name} goes through no link and through no file`, async tree => {
      await plantVictim(tree)
      const before = await tree.stat('real/below/file')
      for (const way of ['link', 'link/below', 'real/loop/below', 'real/plain']) {
        expect([way, await codeFrom(call(tree, way))]).toEqual([way, expect.toBeOneOf(BLOCKED_WAY)])
      }
      expect(await tree.stat('real/below/file')).toEqual(before)
      expect((await tree.list('real/below')).map(each => each.name).sort()).toEqual(['below', 'file', 'link'])
      expect(await content(tree, 'mine')).toBe('mine')
    })

    it(`${name} stops when a directory on the way is swapped for a link`, async tree => {
      await plantVictim(tree)
      await tree.makeDirectory('way')
      await plant(tree, 'way/file', 'mine')
      expect((await stated(tree, 'way/file')).size).toBe(4)
      await tree.removeFile('way/file')
      await tree.removeDirectory('way')
      await tree.makeSymlink('way', 'real/below')
      expect(await codeFrom(call(tree, 'way'))).toBeOneOf(BLOCKED_WAY)
      expect(await content(tree, 'real/below/file')).toBe('victim')
      expect((await tree.list('real/below')).map(each => each.name).sort()).toEqual(['below', 'file', 'link'])
    })
  }

  for (const path of ['..', '../x', 'real/../../x', 'real/..', './real', 'real//below', '/etc', 'real/\0', 'real/']) {
    it(`${JSON.stringify(path)} is no path`, async tree => {
      await plantVictim(tree)
      for (const [name, call] of Object.entries(CALLS)) {
        expect([name, await codeFrom(call(tree, path))]).toEqual([name, 'EINVAL'])
      }
      expect(await codeFrom(tree.stat(path))).toBe('EINVAL')
    })
  }
}

/** real/below/file is what nobody may reach through `link` or `real/loop`. */
async function plantVictim(tree: Tree): Promise<void> {
  await plant(tree, 'mine', 'mine')
  await tree.makeDirectory('real')
  await tree.makeDirectory('real/below')
  await tree.makeDirectory('real/below/below')
  await tree.makeSymlink('real/below/link', 'file')
  await plant(tree, 'real/below/file', 'victim')
  await plant(tree, 'real/plain', 'plain')
  await tree.makeSymlink('real/loop', '.')
  await tree.makeSymlink('link', 'real')
}
