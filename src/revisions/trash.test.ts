import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultOfPath, type Path } from '../model/path.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import type { Tree } from '../platform/tree.ts'
import type { Clock, Random } from '../platform/world.ts'
import type { JustKept, Revision, Revisions } from './revisions.ts'
import { openTrash } from './trash.ts'

/** Moves only when told. */
class TestClock implements Clock {
  time = Date.UTC(2026, 10, 21, 12)
  now() {
    return this.time
  }
  sleep(): Promise<void> {
    return Promise.reject(new Error('nothing here waits'))
  }
}

class TestRandom implements Random {
  #next = 0
  bytes(count: number) {
    this.#next += 1
    return Uint8Array.from({ length: count }, (_, i) => (this.#next >> (8 * i)) & 0xff)
  }
  below(limit: number) {
    this.#next += 1
    return this.#next % limit
  }
}

const SECOND = 1000
const DAY = 24 * 3600 * SECOND

let root: string
let tree: Tree
let clock: TestClock
let trash: Revisions

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'syncline-trash-'))
  tree = await openNodeTree(root)
  clock = new TestClock()
  trash = openTrash({ tree, clock, random: new TestRandom() })
})

afterEach(async () => {
  await tree.close()
  await rm(root, { recursive: true })
})

async function put(path: string, content: string, at = clock.time - DAY): Promise<Path> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
  await utimes(join(root, path), at / 1000, at / 1000)
  expect(faultOfPath(path)).toBeUndefined()
  return path as Path
}

/** What is kept shows without what only its mover has to know. */
function asListed({ inode: _, ...revision }: JustKept): Revision {
  return revision
}

async function listed(below?: Path): Promise<readonly Revision[]> {
  const found: Revision[] = []
  for await (const revision of trash.list(below)) found.push(revision)
  return found
}

async function textOf(revision: Revision | undefined): Promise<string | undefined> {
  if (revision === undefined) return undefined
  const parts: Uint8Array[] = []
  for await (const bytes of trash.read(revision)) parts.push(bytes)
  return Buffer.concat(parts).toString()
}

async function isThere(path: string): Promise<boolean> {
  return (await tree.stat(path)) !== undefined
}

describe('keeping', () => {
  it('moves a file away and remembers when, why and what it was', async () => {
    const path = await put('docs/a.txt', 'hello')
    const revision = await trash.keep(path, 'deleted')
    expect(await isThere('docs/a.txt')).toBe(false)
    expect(revision).toMatchObject({ path, why: 'deleted', keptAt: clock.time, kind: 'file', size: 5 })
    expect(revision.mtimeNs).toBe(BigInt(clock.time - DAY) * 1_000_000n)
    expect(await listed()).toEqual([asListed(revision)])
    expect(await textOf(revision)).toBe('hello')
  })

  it('another run finds what was kept, without any record', async () => {
    const revision = await trash.keep(await put('a', '1'), 'replaced')
    trash = openTrash({ tree, clock, random: new TestRandom() })
    expect(await listed()).toEqual([asListed(revision)])
    await trash.keep(await put('a', '2'), 'replaced')
    expect((await listed()).map(({ path }) => path)).toEqual(['a', 'a'])
  })

  it('the same file can be kept a hundred times at once, and the newest comes first', async () => {
    const kept: string[] = []
    for (let i = 0; i < 100; i += 1) {
      kept.push((await trash.keep(await put('x/same', `version ${i}`), i % 3 === 0 ? 'deleted' : 'replaced')).id)
    }
    expect((await listed()).map(({ id }) => id)).toEqual(kept.reverse())
    expect(await textOf(await trash.find('x/same' as Path))).toBe('version 99')
  })

  it('many at the same time share a directory', async () => {
    const paths = await Promise.all(Array.from({ length: 50 }, (_, i) => put(`d${i % 5}/e/f${i}`, String(i))))
    await Promise.all(paths.map(path => trash.keep(path, 'deleted')))
    expect(await readdir(join(root, '.syncline/trash'))).toHaveLength(1)
    expect((await listed()).map(({ path }) => path).sort()).toEqual([...paths].sort())
  })

  it('the same path kept concurrently from several staged files loses none', async () => {
    const staged = Array.from({ length: 20 }, (_, i) => `.syncline/staging/s${i}`)
    for (const [i, name] of staged.entries()) {
      await mkdir(join(root, '.syncline/staging'), { recursive: true })
      await writeFile(join(root, name), `content ${i}`)
    }
    await Promise.all(staged.map(name => trash.adopt(name, 'a/b' as Path, 'replaced')))
    const texts = await Promise.all((await listed()).map(textOf))
    expect(new Set(texts).size).toBe(20)
  })

  it('a later second gets a directory of its own, and a clock set back is no trouble', async () => {
    await trash.keep(await put('a', '1'), 'deleted')
    clock.time += 2 * SECOND
    await trash.keep(await put('b', '2'), 'deleted')
    clock.time -= DAY
    expect((await trash.keep(await put('c', '3'), 'deleted')).keptAt).toBe(clock.time)
    expect((await listed()).map(({ path }) => path)).toEqual(['b', 'a', 'c'])
  })

  it('a file and a directory of the same name do not meet', async () => {
    await trash.keep(await put('a', 'file'), 'deleted')
    await trash.keep(await put('a/b', 'below'), 'deleted')
    await trash.keep(await put('A/B', 'other letters'), 'deleted')
    await rm(join(root, 'a'), { recursive: true })
    await trash.keep(await put('a', 'file again'), 'deleted')
    const texts = await Promise.all((await listed()).map(textOf))
    expect(texts).toEqual(['file again', 'other letters', 'below', 'file'])
  })

  it('names survive whatever is in them', async () => {
    const name = fc.stringMatching(/^[^/\0]{1,40}$/).filter(text => faultOfPath(text) === undefined)
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), async names => {
        const path = await put(`box/${names.join('/')}`, 'odd')
        const revision = await trash.keep(path, 'deleted')
        expect(await textOf(await trash.find(path))).toBe('odd')
        await trash.take(revision, path)
        await rm(join(root, 'box'), { recursive: true })
      }),
      { numRuns: 100 },
    )
  })

  it('the longest name and the deepest path fit', async () => {
    const long = await put('ü'.repeat(127), 'long')
    const deep = await put(`${'d/'.repeat(200)}f`, 'deep')
    for (const path of [long, deep]) await trash.keep(path, 'replaced')
    expect((await listed()).map(({ path }) => path).sort()).toEqual([deep, long].sort())
  })

  it('a link is kept as a link, and what it points to stays', async () => {
    await put('target', 'untouched')
    await symlink('target', join(root, 'link'))
    await symlink('/nowhere/at/all', join(root, 'dangling'))
    const revision = await trash.keep('link' as Path, 'deleted')
    expect(revision.kind).toBe('symlink')
    await trash.keep('dangling' as Path, 'deleted')
    expect(await readFile(join(root, 'target'), 'utf8')).toBe('untouched')
    await trash.copy(revision, 'restored')
    expect(await readlink(join(root, 'restored'))).toBe('target')
  })

  it.each(['.syncline', '.syncline/trash'])('nothing leaves through a link in place of %s', async place => {
    const outside = await mkdtemp(join(tmpdir(), 'syncline-outside-'))
    await mkdir(dirname(join(root, place)), { recursive: true })
    await symlink(outside, join(root, place))
    const path = await put('a', 'mine')
    await expect(trash.keep(path, 'deleted')).rejects.toMatchObject({ code: 'changed' })
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('mine')
    expect(await readdir(outside)).toEqual([])
    await rm(outside, { recursive: true })
  })

  it('a directory, and nothing, cannot be kept', async () => {
    await mkdir(join(root, 'dir'))
    await expect(trash.keep('dir' as Path, 'deleted')).rejects.toMatchObject({ code: 'unsupported', path: 'dir' })
    await expect(trash.keep('none' as Path, 'deleted')).rejects.toMatchObject({ code: 'missing', path: 'none' })
  })

  it('a crash between making directories and moving leaves nothing that counts', async () => {
    const path = await put('x/y/z', 'safe')
    const failing: Tree = Object.assign(Object.create(tree) as Tree, {
      stat: (at: string) => tree.stat(at),
      makeDirectory: (at: string) => tree.makeDirectory(at),
      rename: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })),
    })
    const crashed = openTrash({ tree: failing, clock, random: new TestRandom() })
    await expect(crashed.keep(path, 'deleted')).rejects.toMatchObject({ code: 'io' })
    expect(await readFile(join(root, path), 'utf8')).toBe('safe')
    expect(await listed()).toEqual([])
    clock.time += DAY
    await trash.sweep({ olderThanMs: SECOND })
    expect(await readdir(join(root, '.syncline/trash'))).toEqual([])
  })

  it('goes on when its directory is removed under it', async () => {
    await trash.keep(await put('x/a', '1'), 'deleted')
    await rm(join(root, '.syncline/trash'), { recursive: true })
    await trash.keep(await put('x/b', '2'), 'deleted')
    expect((await listed()).map(({ path }) => path)).toEqual(['x/b'])
  })
})

describe('listing', () => {
  it('of nothing is empty', async () => expect(await listed()).toEqual([]))

  it('can be had for a file or a directory', async () => {
    for (const path of ['a/b', 'a/c/d', 'ab', 'e']) await trash.keep(await put(path, path), 'deleted')
    expect((await listed('a' as Path)).map(({ path }) => path)).toEqual(['a/b', 'a/c/d'])
    expect((await listed('a/c/d' as Path)).map(({ path }) => path)).toEqual(['a/c/d'])
    expect(await listed('a/c/d/e' as Path)).toEqual([])
  })

  it('leaves out what is not ours', async () => {
    await put('a', '1')
    await mkdir(join(root, '.syncline/trash/something'), { recursive: true })
    await writeFile(join(root, '.syncline/trash/something/x'), '')
    await writeFile(join(root, '.syncline/trash/20261121T120000000Z-00000000-deleted'), '')
    expect(await listed()).toEqual([])
  })
})

describe('finding the version of a time', () => {
  it('gives what left first after it', async () => {
    const start = clock.time
    for (const text of ['one', 'two', 'three']) {
      await put('a', text, clock.time)
      clock.time += DAY
      await trash.keep('a' as Path, 'replaced')
    }
    const at = async (time: number) => textOf(await trash.find('a' as Path, time))
    expect(await at(start + DAY / 2)).toBe('one')
    expect(await at(start + DAY * 1.5)).toBe('two')
    expect(await at(start + DAY * 2.5)).toBe('three')
    expect(await at(start + DAY * 3.5)).toBeUndefined()
    expect(await at(start - DAY)).toBeUndefined()
    expect(await textOf(await trash.find('a' as Path))).toBe('three')
    expect(await trash.find('b' as Path, start)).toBeUndefined()
  })

  it('does not believe a time of writing that lies after the keeping', async () => {
    await put('a', 'from the future', clock.time + DAY)
    await trash.keep('a' as Path, 'deleted')
    expect(await textOf(await trash.find('a' as Path, clock.time - DAY))).toBe('from the future')
  })
})

describe('restoring', () => {
  it('a copy has the bytes, time and mode, and the revision stays', async () => {
    const revision = await trash.keep(await put('a', 'text'), 'deleted')
    await trash.copy(revision, 'b')
    const { mtimeMs } = await stat(join(root, 'b'))
    expect([await readFile(join(root, 'b'), 'utf8'), Math.trunc(mtimeMs)]).toEqual(['text', clock.time - DAY])
    expect(await listed()).toEqual([asListed(revision)])
    expect(await readdir(join(root, '.syncline/staging'))).toEqual([])
  })

  it('taking it leaves none behind, nor empty directories', async () => {
    const revision = await trash.keep(await put('d/e/a', 'text'), 'deleted')
    clock.time += DAY
    await trash.take(revision, 'd/e/a')
    expect(await readFile(join(root, 'd/e/a'), 'utf8')).toBe('text')
    expect(await listed()).toEqual([])
    expect(await readdir(join(root, '.syncline/trash'))).toEqual([])
  })

  it.each(['copy', 'take'] as const)('%s never overwrites', async how => {
    const revision = await trash.keep(await put('a', 'old'), 'deleted')
    await put('a', 'new')
    await expect(trash[how](revision, 'a')).rejects.toMatchObject({ code: 'changed' })
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('new')
    expect(await textOf(revision)).toBe('old')
    if (how === 'copy') expect(await readdir(join(root, '.syncline/staging'))).toEqual([])
  })

  it('of what was swept says so', async () => {
    const revision = await trash.keep(await put('a', 'old'), 'deleted')
    clock.time += DAY
    await trash.sweep({ olderThanMs: 0 })
    await expect(textOf(revision)).rejects.toMatchObject({ code: 'missing' })
    await expect(trash.copy(revision, 'a')).rejects.toMatchObject({ code: 'missing' })
    expect(await isThere('a')).toBe(false)
  })

  it.each(['../../secret', 'x', '.syncline/index.db'])('an id that was never given reaches nothing: %s', async id => {
    await put('x', 'private')
    const made = await trash.keep(await put('a', 'old'), 'deleted')
    await expect(textOf({ ...made, id })).rejects.toMatchObject({ code: 'missing' })
  })
})

describe('sweeping', () => {
  async function fourDays() {
    for (const day of [1, 2, 3, 4]) {
      await trash.keep(await put(`d/day${day}`, 'x'.repeat(10)), 'deleted')
      clock.time += DAY
    }
  }
  const left = async () => (await listed()).map(({ path }) => path)

  it('takes nothing unless told', async () => {
    await fourDays()
    expect(await trash.sweep({})).toEqual({ removed: 0, bytes: 0 })
    expect(await left()).toHaveLength(4)
  })

  it('by age takes only what is older', async () => {
    await fourDays()
    expect(await trash.sweep({ olderThanMs: 2 * DAY })).toEqual({ removed: 2, bytes: 20 })
    expect(await left()).toEqual(['d/day4', 'd/day3'])
    expect(await readdir(join(root, '.syncline/trash'))).toHaveLength(2)
  })

  it('by size takes the oldest until the rest fits', async () => {
    await fourDays()
    expect(await trash.sweep({ maxBytes: 25 })).toEqual({ removed: 2, bytes: 20 })
    expect(await left()).toEqual(['d/day4', 'd/day3'])
    expect(await trash.sweep({ maxBytes: 25 })).toEqual({ removed: 0, bytes: 0 })
  })

  it('by size takes no more of one directory than it must', async () => {
    for (const name of ['a', 'b', 'c']) await trash.keep(await put(name, 'x'.repeat(10)), 'deleted')
    expect(await trash.sweep({ maxBytes: 20 })).toEqual({ removed: 1, bytes: 10 })
  })

  it('by both spares what is fresh although it is too much', async () => {
    await fourDays()
    expect(await trash.sweep({ olderThanMs: 3 * DAY, maxBytes: 0 })).toEqual({ removed: 1, bytes: 10 })
    await trash.sweep({ olderThanMs: 0, maxBytes: 30 })
    expect(await left()).toHaveLength(3)
  })

  it('spares what is not ours', async () => {
    await fourDays()
    await mkdir(join(root, '.syncline/trash/mine'), { recursive: true })
    await trash.sweep({ maxBytes: 0 })
    expect(await readdir(join(root, '.syncline/trash'))).toEqual(['mine'])
  })

  it('of links removes the links only', async () => {
    await put('target', 'stays')
    await symlink('target', join(root, 'link'))
    await trash.keep('link' as Path, 'deleted')
    clock.time += DAY
    expect((await trash.sweep({ olderThanMs: 0 })).removed).toBe(1)
    expect(await readFile(join(root, 'target'), 'utf8')).toBe('stays')
  })

  it('while files are being kept loses none that it did not count', async () => {
    const paths = await Promise.all(Array.from({ length: 40 }, (_, i) => put(`d${i}/f`, 'x')))
    const keeping = paths.map(path => trash.keep(path, 'deleted'))
    const swept = await trash.sweep({ olderThanMs: DAY })
    await Promise.all(keeping)
    expect(swept.removed).toBe(0)
    expect(await listed()).toHaveLength(40)
  })
})

describe('a directory that leaves as a whole', () => {
  it('leaves in one act, shows as revisions of its files, and comes back with what is in it', async () => {
    await put('a/b/one', '1')
    await put('a/b/c/two', '22')
    await mkdir(join(root, 'a/b/empty'))
    const kept = await trash.keepTree('a/b' as Path)
    expect(await isThere('a/b')).toBe(false)
    expect((await listed()).map(({ path, why, size }) => [path, why, size])).toEqual([
      ['a/b/c/two', 'deleted', 2],
      ['a/b/one', 'deleted', 1],
    ])
    for await (const revision of trash.list('', { trees: new Set([kept.id]) })) expect.unreachable(revision.path)
    expect(await trash.holdsTree(kept)).toBe(true)
    await trash.takeTree(kept, 'back')
    expect(await readFile(join(root, 'back/c/two'), 'utf8')).toBe('22')
    expect(await isThere('back/empty')).toBe(true)
    expect(await trash.holdsTree(kept)).toBe(false)
    expect(await listed()).toEqual([])
  })

  it('shares its place with nothing, and is removed for good', async () => {
    const other = await trash.keep(await put('b', '2'), 'deleted')
    await put('a/one', '1')
    const kept = await trash.keepTree('a' as Path)
    await trash.removeTree(kept)
    expect(await listed()).toEqual([asListed(other)])
    await trash.remove(other)
    await trash.remove(other)
    expect(await listed()).toEqual([])
  })

  it('stays in the trash when something is where it is to go', async () => {
    await put('a/one', '1')
    const kept = await trash.keepTree('a' as Path)
    await put('a', 'in the way')
    await expect(trash.takeTree(kept, 'a')).rejects.toMatchObject({ code: 'changed' })
    expect(await trash.holdsTree(kept)).toBe(true)
  })
})
