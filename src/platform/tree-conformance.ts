// What every tree must do, as tests: the real disk and the simulated one both pass it.
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { blockSizeOf } from '../model/content.ts'
import { markOf } from './roll.ts'
import type { Roll } from './tree.ts'
import { type Copied, codeOf, type Hashed, type Listed, type Stat, type Tree, type Written } from './tree.ts'

export interface OpenedTree {
  /** Empty. */
  readonly tree: Tree
  dispose(): Promise<void>
}

const NEVER = new AbortController().signal
const BLOCKED_WAY = ['ENOTDIR', 'ELOOP']

/** Defines the suite. `open` gives a new and empty tree each time. */
export function treeConformance(name: string, open: () => Promise<OpenedTree>): void {
  describe(`${name} as a tree`, () => {
    let opened: OpenedTree
    let tree: Tree
    beforeEach(async () => {
      opened = await open()
      tree = opened.tree
    })
    afterEach(() => opened.dispose())
    const it: Suite = (fact, body) => test(fact, () => body(tree))

    lookingTests(it)
    rollTests(it)
    readingTests(it)
    readingManyTests(it)
    hashingTests(it)
    namingTests(it)
    writingTests(it)
    receivingTests(it)
    metadataTests(it)
    confinementTests(it)
  })
}

type Suite = (fact: string, body: (tree: Tree) => Promise<void>) => void

function lookingTests(it: Suite): void {
  it('the root is a directory and starts empty', async tree => {
    expect((await tree.stat(''))?.kind).toBe('directory')
    expect(await tree.list('')).toEqual([])
  })

  it('nothing is at a path that was never made, nor below one', async tree => {
    expect(await tree.stat('none')).toBeUndefined()
    expect(await tree.stat('none/below')).toBeUndefined()
  })

  it('a listing shows every name with the state that stat shows', async tree => {
    await plant(tree, 'file', 'hello')
    await tree.makeDirectory('directory')
    await plant(tree, 'directory/inner', '')
    await tree.makeSymlink('link', 'file')
    const listed = byName(await tree.list(''))
    expect([...listed.keys()].sort()).toEqual(['directory', 'file', 'link'])
    for (const [name, { stat }] of listed) expect(stat).toEqual(await tree.stat(name))
    expect([...listed.values()].map(({ stat }) => stat?.kind).sort()).toEqual(['directory', 'file', 'symlink'])
    expect((await tree.list('directory')).map(({ name }) => name)).toEqual(['inner'])
  })

  it('names come back as they were given, letter for letter', async tree => {
    const names = [
      'a b',
      'über',
      'u\u0308ber',
      '日本',
      '😀',
      'quote\'"',
      'back\\slash',
      '-dash',
      ' lead',
      'line\nbreak',
    ]
    for (const name of names) await plant(tree, name, name)
    expect((await tree.list('')).map(({ name }) => name).sort()).toEqual([...names].sort())
  })

  it('a file is listed as a fault, not as an empty directory', async tree => {
    await plant(tree, 'file', '')
    expect(await codeFrom(tree.list('file'))).toBe('ENOTDIR')
    expect(await codeFrom(tree.list('none'))).toBe('ENOENT')
  })

  it('an inode goes along with a rename and is not shared by two files', async tree => {
    await plant(tree, 'a', '1')
    await plant(tree, 'b', '2')
    const a = await stated(tree, 'a')
    expect((await stated(tree, 'b')).inode).not.toBe(a.inode)
    await tree.rename('a', 'c', 'keep')
    const c = await stated(tree, 'c')
    expect([c.inode, c.device]).toEqual([a.inode, a.device])
  })
}

function rollTests(it: Suite): void {
  const rollOf = async (tree: Tree, place: string, modes: 'modes' | 'any' = 'modes'): Promise<Roll> => {
    const listed = (await tree.list(place)).filter(({ name }) => name !== '.syncline')
    const words = listed
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
      .map(({ name, stat }) => {
        if (stat === undefined) throw new Error(`nothing is known of ${name}`)
        const mode = stat.kind === 'symlink' || modes === 'any' ? '*' : stat.mode
        return `${name}//${markOf(stat)}/${mode}/`
      })
    return { place, text: words.join('') }
  }
  const plantMany = async (tree: Tree) => {
    await tree.makeDirectory('d')
    for (let i = 0; i < 30; i += 1) await plant(tree, `d/f${i}`, 'x'.repeat(i))
    await tree.makeDirectory('d/sub')
    await plant(tree, 'd/sub/deep', 'deep')
    await plant(tree, 'd/ü', 'y')
    await tree.makeSymlink('d/link', 'nowhere')
    await tree.makeDirectory('.syncline')
  }

  it('directories answer to rolls that say what is there, and the root without what the program keeps there', async tree => {
    await plantMany(tree)
    const rolls = await Promise.all(['', 'd', 'd/sub'].map(place => rollOf(tree, place)))
    expect(await tree.answersTo(rolls)).toEqual([true, true, true])
    expect(await tree.answersTo([await rollOf(tree, 'd', 'any')])).toEqual([true])
    expect(await tree.answersTo([])).toEqual([])
  })

  it('directories do not answer once anything in them is otherwise, and the others still do', async tree => {
    await plantMany(tree)
    const changes: (() => Promise<unknown>)[] = [
      () => plant(tree, 'd/zz', 'new'),
      () => tree.removeFile('d/zz'),
      () => plant(tree, 'd/f3', 'longer than before'),
      () => tree.setMode('d/f4', 0o600),
      () => tree.setMode('d/sub', 0o700),
      () => tree.rename('d/f5', 'd/f55', 'keep'),
      () => tree.removeFile('d/f29'),
      () => tree.removeFile('d/link'),
    ]
    for (const change of changes) {
      const before = [await rollOf(tree, 'd'), await rollOf(tree, 'd/sub')]
      await change()
      expect(await tree.answersTo(before)).toEqual([false, true])
    }
  })

  it('nothing answers for what is gone, no directory, behind a link or outside', async tree => {
    await plantMany(tree)
    const { text } = await rollOf(tree, 'd/sub')
    await tree.makeSymlink('to-sub', 'd/sub')
    const places = ['none', 'd/f1', 'd/link', 'to-sub', '..', 'd/../d/sub']
    expect(await tree.answersTo(places.map(place => ({ place, text })))).toEqual(places.map(() => false))
  })

  it('many directories are called at once, each with its own answer', async tree => {
    const rolls: Roll[] = []
    for (let i = 0; i < 200; i += 1) {
      await tree.makeDirectory(`d${i}`)
      for (let j = 0; j < 5; j += 1) await plant(tree, `d${i}/f${j}`, String(j))
      rolls.push(await rollOf(tree, `d${i}`))
    }
    const isWrong = (i: number) => i % 7 === 0
    const called = rolls.map((roll, i) => (isWrong(i) ? { ...roll, text: `${roll.text} ` } : roll))
    expect(await tree.answersTo(called)).toEqual(called.map((_, i) => !isWrong(i)))
  })
}

function readingTests(it: Suite): void {
  it('a small file is read whole with its state', async tree => {
    await plant(tree, 'file', 'content')
    const { bytes, stat } = await tree.readSmall('file', 7)
    expect(text(bytes)).toBe('content')
    expect(stat).toEqual(await tree.stat('file'))
  })

  it('a file above the limit is EFBIG', async tree => {
    await plant(tree, 'file', 'content')
    expect(await codeFrom(tree.readSmall('file', 6))).toBe('EFBIG')
  })

  it('small reads of what is no file are faults', async tree => {
    await tree.makeDirectory('directory')
    await tree.makeSymlink('link', 'directory')
    expect(await codeFrom(tree.readSmall('none', 10))).toBe('ENOENT')
    expect(await tree.readSmallMany([])).toEqual([])
    expect(await codeFrom(tree.readSmall('directory', 10))).toBe('EISDIR')
    expect(await codeFrom(tree.readSmall('link', 10))).toBe('ELOOP')
  })

  for (const size of [0, 1, 100_000, 300_000, 3_500_000]) {
    it(`a stream of ${size} bytes carries them all, from any offset`, async tree => {
      const bytes = noise(size)
      await plant(tree, 'file', bytes)
      for (const from of [0, Math.floor(size / 3), size]) {
        const read = await streamed(tree.read('file', from, () => {}))
        expect(read.equals(bytes.subarray(from))).toBe(true)
      }
    })
  }

  it('lent pieces carry all bytes, each until the next is asked for', async tree => {
    const bytes = noise(3_500_000)
    await plant(tree, 'file', bytes)
    const copies: Buffer[] = []
    for await (const piece of tree.read('file', 1000, () => {}, 'lent')) {
      // The next one is on its way already.
      await tree.stat('file')
      copies.push(Buffer.from(piece))
    }
    expect(Buffer.concat(copies).equals(bytes.subarray(1000))).toBe(true)
  })

  it('a stream shows the state of its file before and after', async tree => {
    await plant(tree, 'file', noise(2_000_000))
    const seen: Stat[] = []
    await streamed(tree.read('file', 0, stat => seen.push(stat)))
    const stat = await stated(tree, 'file')
    expect(seen).toEqual([stat, stat])
  })

  it('a stream shows at its end that the file has changed meanwhile', async tree => {
    await plant(tree, 'file', noise(5_000_000))
    const seen: Stat[] = []
    for await (const _ of tree.read('file', 0, stat => seen.push(stat))) await tree.setMtime('file', 5_000_000_000n)
    expect(microsOf(seen[1])).toBe(5_000_000n)
    expect(microsOf(seen[0])).not.toBe(5_000_000n)
  })

  it('a stream stops with what its check throws', async tree => {
    await plant(tree, 'file', 'content')
    const refused = new Error('refused')
    const stream = tree.read('file', 0, () => {
      throw refused
    })
    await expect(streamed(stream)).rejects.toBe(refused)
  })

  it('parts are filled one after the other, as far as the file goes, and its state is shown before and after', async tree => {
    const bytes = noise(700_000)
    await plant(tree, 'file', bytes)
    if (tree.readInto === undefined) return
    const parts = [1, 0, 300_000, 350_000, 60_000].map(size => new Uint8Array(size))
    const seen: Stat[] = []
    expect(await tree.readInto('file', 10_000, parts, stat => seen.push(stat))).toBe(690_000)
    expect(Buffer.compare(Buffer.concat(parts).subarray(0, 690_000), bytes.subarray(10_000))).toBe(0)
    const stat = await stated(tree, 'file')
    expect(seen).toEqual([stat, stat])
    const few = [new Uint8Array(3), new Uint8Array(4)]
    expect(await tree.readInto('file', 699_996, few)).toBe(4)
    expect(Buffer.concat(few).subarray(0, 4).equals(bytes.subarray(699_996))).toBe(true)
    expect(await codeFrom(tree.readInto('none', 0, few))).toBe('ENOENT')
  })

  it('blocks that are not what their hashes say are named, in each memory for itself', async tree => {
    const proving = tree.openProving?.()
    if (proving === undefined) return
    const bytes = noise(1_000_001)
    const hashes = blocksIn(bytes)
    for (const spoilt of [[], [0, 7], [2]]) {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 10)).subarray(10)
      shared.set(bytes)
      expect(await proving.wrong(shared, 131_072, hashes)).toEqual([])
      for (const block of spoilt) shared[block * 131_072] = (shared[block * 131_072] ?? 0) ^ 1
      expect(await proving.wrong(shared, 131_072, hashes)).toEqual(spoilt)
    }
    await proving.close()
  })

  it('a stream may be left early', async tree => {
    const bytes = noise(5_000_000)
    await plant(tree, 'file', bytes)
    for await (const piece of tree.read('file', 0, () => {})) {
      expect(bytes.subarray(0, piece.length).equals(piece)).toBe(true)
      break
    }
    await tree.removeFile('file')
    expect(await tree.stat('file')).toBeUndefined()
  })

  it('streams of what is no file are faults', async tree => {
    await tree.makeDirectory('directory')
    await tree.makeSymlink('link', 'directory')
    const reading = (path: string) => codeFrom(streamed(tree.read(path, 0, () => {})))
    expect(await reading('none')).toBe('ENOENT')
    expect(await reading('directory')).toBe('EISDIR')
    expect(await reading('link')).toBe('ELOOP')
  })

  it('a link is read, and what is no link is not', async tree => {
    await plant(tree, 'file', '')
    await tree.makeSymlink('link', '../no where')
    expect(await tree.readLink('link')).toBe('../no where')
    expect(await codeFrom(tree.readLink('file'))).toBe('EINVAL')
    expect(await codeFrom(tree.readLink('none'))).toBe('ENOENT')
  })
}

function readingManyTests(it: Suite): void {
  it('many small files are read with one result each', async tree => {
    await tree.makeDirectory('d')
    const files = Array.from({ length: 300 }, (_, i) => ({
      path: `d/f${i}`,
      bytes: noise(i % 2 === 0 ? i : 70_000 + i),
    }))
    for (const { path, bytes } of files) await plant(tree, path, bytes)
    const wanted = files.map(({ path, bytes }) => ({ path, limit: bytes.length }))
    const found = await tree.readSmallMany([
      ...wanted,
      { path: 'd/none', limit: 9 },
      { path: 'd/f9', limit: 9 },
      { path: 'd', limit: 9 },
    ])
    for (const [i, { path, bytes }] of files.entries()) {
      const read = found[i]
      if (read === undefined || read instanceof Error) throw read
      expect(read.stat).toEqual(await tree.stat(path))
      expect(Buffer.compare(read.bytes, bytes)).toBe(0)
    }
    expect(found.slice(300).map(codeOf)).toEqual(['ENOENT', 'EFBIG', 'EISDIR'])
    expect((await tree.readSmallMany([{ path: 'd/none', limit: 9 }])).map(codeOf)).toEqual(['ENOENT'])
  })
}

function hashingTests(it: Suite): void {
  it('hashes are those of the blocks, for one file and for many', async tree => {
    const block = blockSizeOf(0)
    const sizes = [0, 1, block - 1, block, block + 1, 2 * block, 700_001]
    const files = sizes.map((size, i) => ({ path: `f${i}`, bytes: noise(size) }))
    for (const { path, bytes } of files) await plant(tree, path, bytes)
    const paths = files.map(({ path }) => path)
    const many = await tree.hash(paths, NEVER)
    for (const [i, { path, bytes }] of files.entries()) {
      const stat = await stated(tree, path)
      const expected: Hashed = { size: bytes.length, blocks: blocksOf(bytes), before: stat, after: stat }
      expect(plainHashed(many[i])).toEqual(plainHashed(expected))
      expect(plainHashed((await tree.hash([path], NEVER))[0])).toEqual(plainHashed(expected))
    }
  })

  it('a file that cannot be hashed does not stop the others', async tree => {
    await tree.makeDirectory('directory')
    await tree.makeSymlink('link', 'f0')
    for (let i = 0; i < 300; i += 1) await plant(tree, `f${i}`, String(i))
    const paths = Array.from({ length: 300 }, (_, i) => `f${i}`)
    const results = await tree.hash(['none', ...paths, 'directory', 'link'], NEVER)
    expect(results).toHaveLength(303)
    expect([0, 301, 302].map(i => codeOf(results[i]))).toEqual(['ENOENT', 'EISDIR', 'ELOOP'])
    for (const [i, path] of paths.entries()) {
      expect(plainHashed(results[i + 1]).blocks).toEqual([...blocksOf(Buffer.from(String(i)))])
      expect(plainHashed(results[i + 1]).before).toEqual(await tree.stat(path))
    }
  })

  it('hashing nothing gives nothing', async tree => {
    expect(await tree.hash([], NEVER)).toEqual([])
  })

  it('an aborted hashing rejects with the reason', async tree => {
    await plant(tree, 'file', 'x')
    const reason = new Error('enough')
    await expect(tree.hash(['file'], AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('checksums of the whole file are the well-known ones', async tree => {
    await plant(tree, 'file', 'Wikipedia')
    const sum = async (kind: Parameters<Tree['checksum']>[1]) => (await tree.checksum('file', kind, NEVER)).value
    expect(await sum('ADLER32')).toBe('11e60398')
    expect(await sum('MD5')).toBe(createHash('md5').update('Wikipedia').digest('hex'))
    expect(await sum('SHA1')).toBe(createHash('sha1').update('Wikipedia').digest('hex'))
    expect(await sum('SHA256')).toBe(createHash('sha256').update('Wikipedia').digest('hex'))
    expect(await sum('SHA3-256')).toBe(createHash('sha3-256').update('Wikipedia').digest('hex'))
    const stat = await stated(tree, 'file')
    expect(await tree.checksum('file', 'MD5', NEVER)).toMatchObject({ before: stat, after: stat })
  })

  it('a large file has its checksum too, and a missing one a fault', async tree => {
    const bytes = noise(2_500_000)
    await plant(tree, 'file', bytes)
    expect((await tree.checksum('file', 'SHA1', NEVER)).value).toBe(createHash('sha1').update(bytes).digest('hex'))
    expect(await codeFrom(tree.checksum('none', 'SHA1', NEVER))).toBe('ENOENT')
  })
}

function namingTests(it: Suite): void {
  it('directories are made once, in directories that are there', async tree => {
    await tree.makeDirectory('a')
    await tree.makeDirectory('a/b', 0o750)
    expect((await stated(tree, 'a/b')).mode).toBe(0o750)
    expect(await codeFrom(tree.makeDirectory('a'))).toBe('EEXIST')
    expect(await codeFrom(tree.makeDirectory('none/b'))).toBe('ENOENT')
  })

  it('only an empty directory is removed', async tree => {
    await tree.makeDirectory('a')
    await plant(tree, 'a/file', '')
    expect(await codeFrom(tree.removeDirectory('a'))).toBe('ENOTEMPTY')
    expect((await stated(tree, 'a/file')).kind).toBe('file')
    await tree.removeFile('a/file')
    await tree.removeDirectory('a')
    expect(await tree.stat('a')).toBeUndefined()
    expect(await codeFrom(tree.removeDirectory('a'))).toBe('ENOENT')
  })

  it('removing a file never removes a directory, nor the other way round', async tree => {
    await tree.makeDirectory('directory')
    await plant(tree, 'file', '')
    expect(['EISDIR', 'EPERM']).toContain(await codeFrom(tree.removeFile('directory')))
    expect(await codeFrom(tree.removeDirectory('file'))).toBe('ENOTDIR')
    expect(await codeFrom(tree.removeFile('none'))).toBe('ENOENT')
    expect((await tree.list('')).length).toBe(2)
  })

  it('removing a link leaves what it points to', async tree => {
    await plant(tree, 'file', 'kept')
    await tree.makeSymlink('link', 'file')
    await tree.removeFile('link')
    expect(await content(tree, 'file')).toBe('kept')
  })

  it('a replacing rename takes the place of a file', async tree => {
    await plant(tree, 'old', 'old')
    await plant(tree, 'new', 'new')
    await tree.rename('new', 'old', 'replace')
    expect(await content(tree, 'old')).toBe('new')
    expect(await tree.stat('new')).toBeUndefined()
  })

  it('a replacing rename takes the place of a link, not of what it points to', async tree => {
    await plant(tree, 'target', 'target')
    await tree.makeSymlink('link', 'target')
    await plant(tree, 'new', 'new')
    await tree.rename('new', 'link', 'replace')
    expect((await stated(tree, 'link')).kind).toBe('file')
    expect(await content(tree, 'target')).toBe('target')
  })

  it('a keeping rename never takes the place of anything', async tree => {
    await plant(tree, 'a', 'a')
    await tree.makeDirectory('d')
    await tree.makeSymlink('l', 'dangling')
    await plant(tree, 'file', 'file')
    await tree.makeDirectory('directory')
    await tree.makeSymlink('link', 'nowhere')
    for (const from of ['a', 'd', 'l']) {
      for (const to of ['file', 'directory', 'link']) {
        expect([from, to, await codeFrom(tree.rename(from, to, 'keep'))]).toEqual([from, to, 'EEXIST'])
      }
    }
    expect(await content(tree, 'file')).toBe('file')
    expect(await tree.readLink('link')).toBe('nowhere')
    expect((await tree.list('')).length).toBe(6)
  })

  it('a keeping rename to a free name carries files, links and whole directories', async tree => {
    await tree.makeDirectory('d')
    await plant(tree, 'd/inner', 'inner')
    await plant(tree, 'a', 'a')
    await tree.makeSymlink('l', 'dangling')
    await tree.makeDirectory('to')
    for (const name of ['a', 'd', 'l']) await tree.rename(name, `to/${name}`, 'keep')
    expect((await tree.list('')).map(({ name }) => name)).toEqual(['to'])
    expect(await content(tree, 'to/d/inner')).toBe('inner')
    expect(await content(tree, 'to/a')).toBe('a')
    expect(await tree.readLink('to/l')).toBe('dangling')
  })

  it('many files get their names at once, and none takes the place of another', async tree => {
    await tree.makeDirectory('to')
    for (const name of ['a', 'b', 'c']) await plant(tree, name, name)
    await plant(tree, 'to/b', 'kept')
    const moves = [
      ...['a', 'b', 'c', 'none'].map(name => ({ from: name, to: `to/${name}` })),
      { from: 'b', to: 'no/b' },
    ]
    const [a, b, c, none, nowhere] = await tree.renameMany(moves)
    expect([a, c]).toEqual([await tree.stat('to/a'), await tree.stat('to/c')])
    expect([b, none, nowhere].map(codeOf)).toEqual(['EEXIST', 'ENOENT', 'ENOENT'])
    expect(await content(tree, 'b')).toBe('b')
    expect(await content(tree, 'to/b')).toBe('kept')
  })

  it('very many files get their names at once, and what was in the way of one stays', async tree => {
    await tree.makeDirectory('from')
    await tree.makeDirectory('to')
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`)
    throwIfError(await tree.writeSmall(names.map(name => ({ path: `from/${name}`, bytes: Buffer.from(name) }))))
    await plant(tree, 'to/f7', 'kept')
    const results = await tree.renameMany(names.map(name => ({ from: `from/${name}`, to: `to/${name}` })))
    expect(results.map(codeOf)).toEqual(names.map(name => (name === 'f7' ? 'EEXIST' : undefined)))
    expect((await tree.list('from')).map(({ name }) => name)).toEqual(['f7'])
    for (const name of names) expect(await content(tree, `to/${name}`)).toBe(name === 'f7' ? 'kept' : name)
  })

  it('a rename of nothing, or to a directory that is not there, is ENOENT', async tree => {
    await plant(tree, 'a', 'a')
    for (const existing of ['keep', 'replace'] as const) {
      expect(await codeFrom(tree.rename('none', 'b', existing))).toBe('ENOENT')
      expect(await codeFrom(tree.rename('a', 'none/b', existing))).toBe('ENOENT')
    }
    expect(await content(tree, 'a')).toBe('a')
  })

  it('no rename replaces a directory that holds something', async tree => {
    await tree.makeDirectory('from')
    await tree.makeDirectory('to')
    await plant(tree, 'to/file', 'kept')
    await plant(tree, 'file', 'x')
    expect(['ENOTEMPTY', 'EEXIST']).toContain(await codeFrom(tree.rename('from', 'to', 'replace')))
    expect(['EISDIR', 'EEXIST', 'ENOTEMPTY']).toContain(await codeFrom(tree.rename('file', 'to', 'replace')))
    expect(await content(tree, 'to/file')).toBe('kept')
  })

  it('a link is never made over something', async tree => {
    await plant(tree, 'file', 'kept')
    expect(await codeFrom(tree.makeSymlink('file', 'x'))).toBe('EEXIST')
    expect(await content(tree, 'file')).toBe('kept')
  })
}

function writingTests(it: Suite): void {
  it('a file that is being written is private, and complete when finished', async tree => {
    const writing = await tree.openWrite('file', 0)
    expect((await stated(tree, 'file')).mode).toBe(0o600)
    await writing.write(Buffer.from('hel'))
    await writing.write(Buffer.from('lo'))
    const stat = await writing.finish({ mode: 0o640, mtimeNs: 1_234_567_890_123_456_000n })
    expect(stat).toMatchObject({ size: 5, mode: 0o640 })
    expect(microsOf(stat)).toBe(1_234_567_890_123_456n)
    expect(stat).toEqual(await tree.stat('file'))
    expect(await content(tree, 'file')).toBe('hello')
  })

  it('without a mode a file becomes readable and writable for its owner', async tree => {
    await (await tree.openWrite('file', 0)).finish({})
    await plant(tree, 'small', '')
    for (const path of ['file', 'small']) expect((await stated(tree, path)).mode & 0o600).toBe(0o600)
  })

  it('an abandoned file is gone on with where it ended', async tree => {
    const bytes = noise(400_000)
    const first = await tree.openWrite('file', 0)
    await first.write(bytes.subarray(0, 150_000))
    await first.abandon()
    expect((await stated(tree, 'file')).size).toBe(150_000)
    const second = await tree.openWrite('file', 100_000)
    expect((await stated(tree, 'file')).size).toBe(100_000)
    await second.write(bytes.subarray(100_000))
    await second.finish({})
    expect((await streamed(tree.read('file', 0, () => {}))).equals(bytes)).toBe(true)
  })

  it('writing at 0 starts anew', async tree => {
    await plant(tree, 'file', 'something longer')
    const writing = await tree.openWrite('file', 0)
    await writing.write(Buffer.from('new'))
    await writing.finish({})
    expect(await content(tree, 'file')).toBe('new')
  })

  it('going on with nothing, or beyond the end, is a fault', async tree => {
    await plant(tree, 'short', '123')
    expect(await codeFrom(tree.openWrite('none', 5))).toBe('ENOENT')
    expect(await codeFrom(tree.openWrite('short', 5))).toBe('EINVAL')
    expect(await codeFrom(tree.openWrite('none/file', 0))).toBe('ENOENT')
  })

  it('many small files are written with one result each', async tree => {
    await tree.makeDirectory('a')
    const files = Array.from({ length: 200 }, (_, i) => ({
      path: i % 2 === 0 ? `a/f${i}` : `f${i}`,
      bytes: Buffer.from(`content ${i}`),
      mode: 0o644,
      mtimeNs: BigInt(i) * 1_000_001_000n,
    }))
    const results = await tree.writeSmall([...files, { path: 'none/file', bytes: Buffer.from('x') }])
    expect(results).toHaveLength(201)
    expect(codeOf(results[200])).toBe('ENOENT')
    for (const [i, { path, bytes, mtimeNs }] of files.entries()) {
      const { blocks, ...state } = results[i] as Written
      expect(state).toEqual(await tree.stat(path))
      expect(Buffer.from(blocks).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(results[i]).toMatchObject({ mode: 0o644, size: bytes.length })
      expect(microsOf(results[i])).toBe(mtimeNs / 1000n)
      expect(await content(tree, path)).toBe(`content ${i}`)
      expect(bytes.length).toBeGreaterThan(0)
    }
  })

  it('a small file replaces a leftover, also one that is a link', async tree => {
    await plant(tree, 'victim', 'untouched')
    await tree.makeSymlink('leftover', 'victim')
    await plant(tree, 'old', 'a longer leftover')
    const results = await tree.writeSmall([
      { path: 'leftover', bytes: Buffer.from('new') },
      { path: 'old', bytes: Buffer.from('new') },
    ])
    expect(results.map(result => (result as Stat).size)).toEqual([3, 3])
    expect(await content(tree, 'victim')).toBe('untouched')
    expect(await content(tree, 'old')).toBe('new')
  })

  it('small files of a tree are copied, and what each was and has become is told', async tree => {
    await tree.makeDirectory('from')
    await tree.makeDirectory('to')
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`)
    throwIfError(await tree.writeSmall(names.map(name => ({ path: `from/${name}`, bytes: Buffer.from(name) }))))
    const wanted = [...names, 'missing'].map(name => ({
      from: `from/${name}`,
      to: `to/${name}`,
      limit: 4,
      mode: 0o640,
    }))
    const results = (await tree.copySmall?.(tree, wanted)) ?? []
    expect(results).toHaveLength(301)
    expect(codeOf(results[300])).toBe('ENOENT')
    for (const [i, name] of names.entries()) {
      const { written, source, blocks } = results[i] as Copied
      expect(written).toMatchObject((await tree.stat(`to/${name}`)) as Stat)
      expect(source).toEqual(await tree.stat(`from/${name}`))
      expect(written).toMatchObject({ mode: 0o640, size: name.length })
      expect(Buffer.from(blocks).toString('hex')).toBe(createHash('sha256').update(name).digest('hex'))
      expect(await content(tree, `to/${name}`)).toBe(name)
    }
  })

  it('a few small files of a tree are copied as many are', async tree => {
    await plant(tree, 'a', 'first')
    await plant(tree, 'b', 'second')
    const wanted = ['a', 'missing', 'b'].map(from => ({
      from,
      to: `copy of ${from}`,
      limit: 10,
      mtimeNs: 5_000_000_000n,
    }))
    const results = (await tree.copySmall?.(tree, wanted)) ?? []
    expect(results.map(codeOf)).toEqual([undefined, 'ENOENT', undefined])
    for (const [i, name, text] of [[0, 'a', 'first'] as const, [2, 'b', 'second'] as const]) {
      const { written, source, blocks } = results[i] as Copied
      expect(written).toMatchObject((await tree.stat(`copy of ${name}`)) as Stat)
      expect(written.mtimeNs).toBe(5_000_000_000n)
      expect(source).toEqual(await tree.stat(name))
      expect(Buffer.from(blocks).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'))
      expect(await content(tree, `copy of ${name}`)).toBe(text)
    }
  })

  it('a file that has grown beyond what was expected is not copied', async tree => {
    await plant(tree, 'file', 'longer')
    const results = await tree.copySmall?.(tree, [{ from: 'file', to: 'copy', limit: 3 }])
    expect(results?.map(codeOf)).toEqual(['EFBIG'])
  })

  it('flushes and knows how much room there is', async tree => {
    await plant(tree, 'file', 'x')
    await Promise.all([tree.flush(), tree.flush(), tree.flush()])
    await tree.rename('file', 'other', 'keep')
    await tree.flush()
    expect(await tree.freeBytes()).toBeGreaterThan(0)
    expect(await content(tree, 'other')).toBe('x')
  })
}

function receivingTests(it: Suite): void {
  it('what is received in pieces of any size arrives whole, with its hashes, several files at once', async tree => {
    const sizes = [0, 1, 128 * 1024, 3_500_001, 9_000_000]
    await Promise.all(
      sizes.map(async (size, i) => {
        const bytes = noise(size)
        const receiving = await tree.receive(`f${i}`, size)
        for (let at = 0; at < size; at += 70_001) await receiving.write(bytes.slice(at, at + 70_001))
        const { blocks, ...state } = await receiving.finish({ mode: 0o640, mtimeNs: 1_700_000_000_123_456_000n })
        expect(state).toEqual(await tree.stat(`f${i}`))
        expect(state).toMatchObject({ size, mode: 0o640 })
        const [hashed] = await tree.hash([`f${i}`], NEVER)
        if (hashed === undefined || hashed instanceof Error) throw hashed
        expect(Buffer.compare(blocks, hashed.blocks)).toBe(0)
        expect(Buffer.compare(blocks, blocksIn(bytes))).toBe(0)
      }),
    )
  })

  it('what is proven already is received under the hashes that it was proven by', async tree => {
    const bytes = noise(3_000_001)
    const receiving = await tree.receive('f', bytes.length, blocksIn(bytes))
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    for (let at = 0; at < bytes.length; at += 1_000_000) await receiving.write(shared.subarray(at, at + 1_000_000))
    const { blocks, size } = await receiving.finish({})
    expect(size).toBe(bytes.length)
    expect(Buffer.compare(blocks, blocksIn(bytes))).toBe(0)
    const { bytes: there } = await tree.readSmall('f', bytes.length)
    expect(Buffer.compare(there, bytes)).toBe(0)
  })

  it('what was received until it was abandoned is there, and the next one begins with nothing', async tree => {
    const bytes = noise(2_500_000)
    const receiving = await tree.receive('f', 5_000_000)
    await receiving.write(bytes)
    await receiving.abandon()
    const { bytes: left } = await tree.readSmall('f', 5_000_000)
    expect(Buffer.compare(left, bytes)).toBe(0)
    const again = await tree.receive('f', 3)
    await again.write(Buffer.from('new'))
    const { blocks } = await again.finish({})
    expect(Buffer.compare(blocks, blocksIn(Buffer.from('new')))).toBe(0)
    expect((await tree.stat('f'))?.size).toBe(3)
  })
}

function blocksIn(bytes: Uint8Array): Buffer {
  const blockSize = blockSizeOf(bytes.length)
  const blocks: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += blockSize)
    blocks.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + blockSize))
        .digest(),
    )
  return Buffer.concat(blocks)
}

function metadataTests(it: Suite): void {
  it('times keep every microsecond, long ago and far ahead', async tree => {
    await plant(tree, 'file', '')
    await tree.makeDirectory('directory')
    const micros = [
      0n,
      1n,
      -1n,
      -1_500_001n,
      999_999n,
      1_763_766_000_123_457n,
      4_294_967_296_123_457n,
      5_000_000_000_999_999n,
    ]
    for (const wanted of micros) {
      for (const path of ['file', 'directory']) {
        await tree.setMtime(path, wanted * 1000n)
        expect(microsOf(await stated(tree, path))).toBe(wanted)
      }
    }
  })

  it('modes are set on files and directories', async tree => {
    await plant(tree, 'file', '')
    await tree.makeDirectory('directory')
    for (const path of ['file', 'directory']) {
      await tree.setMode(path, 0o700)
      expect((await stated(tree, path)).mode).toBe(0o700)
    }
  })

  it('a file that nobody may read can still be given its mode and time back', async tree => {
    await plant(tree, 'file', '')
    await tree.setMode('file', 0)
    await tree.setMtime('file', 7_000_000n)
    await tree.setMode('file', 0o644)
    const after = await stated(tree, 'file')
    expect([after.mode, microsOf(after)]).toEqual([0o644, 7000n])
  })

  it('a change of content or metadata shows in the times', async tree => {
    await plant(tree, 'file', 'a')
    await tree.setMtime('file', 1_000_000_000n)
    const before = await stated(tree, 'file')
    const writing = await tree.openWrite('file', 1)
    await writing.write(Buffer.from('b'))
    await writing.finish({})
    const after = await stated(tree, 'file')
    expect(after.mtimeNs).not.toBe(before.mtimeNs)
    expect(after.ctimeNs >= before.ctimeNs).toBe(true)
  })

  it('mode and time of a link are not those of what it points to', async tree => {
    await plant(tree, 'file', '')
    await tree.makeSymlink('link', 'file')
    const before = await tree.stat('file')
    expect(await codeFrom(tree.setMode('link', 0o777))).toBe('ELOOP')
    expect(await codeFrom(tree.setMtime('link', 0n))).toBe('ELOOP')
    expect(await codeFrom(tree.setMode('none', 0o777))).toBe('ENOENT')
    expect(await codeFrom(tree.setMtime('none', 0n))).toBe('ENOENT')
    expect(await tree.stat('file')).toEqual(before)
  })
}

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

function confinementTests(it: Suite): void {
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

async function plant(tree: Tree, path: string, bytes: string | Uint8Array): Promise<void> {
  throwIfError(await tree.writeSmall([{ path, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes }]))
}

function throwIfError(results: readonly unknown[]): void {
  for (const result of results) if (result instanceof Error) throw result
}

async function stated(tree: Tree, path: string): Promise<Stat> {
  const stat = await tree.stat(path)
  if (stat === undefined) throw new Error(`nothing at ${path}`)
  return stat
}

/** Whole microseconds: what is below is not promised. */
function microsOf(stat: Stat | Error | undefined): bigint {
  if (stat === undefined || stat instanceof Error) throw stat ?? new Error('nothing is there')
  return stat.mtimeNs / 1000n - (stat.mtimeNs % 1000n < 0n ? 1n : 0n)
}

async function content(tree: Tree, path: string): Promise<string> {
  return text((await tree.readSmall(path, 1_000_000)).bytes)
}

async function codeFrom(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return codeOf(error) ?? String(error)
  }
}

async function streamed(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece.slice())
  return Buffer.concat(pieces)
}

function plainHashed(hashed: Hashed | Error | undefined) {
  if (hashed === undefined || hashed instanceof Error) throw hashed ?? new Error('no result')
  return { ...hashed, blocks: [...hashed.blocks] }
}

/** Written apart from the code under test. */
function blocksOf(bytes: Buffer): Buffer {
  const size = blockSizeOf(bytes.length)
  const hashes: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    hashes.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + size))
        .digest(),
    )
  }
  return Buffer.concat(hashes)
}

function byName(listed: readonly Listed[]): Map<string, Listed> {
  return new Map(listed.map(each => [each.name, each]))
}

/** Bytes that repeat nowhere near, the same every time. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = size + 1
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
