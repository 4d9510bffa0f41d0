// How bytes are read, one file at a time or many.
import { expect } from 'vitest'
import { codeOf, type Stat } from '../tree.ts'
import { blocksOf, codeFrom, microsOf, noise, plant, type Suite, stated, streamed, text } from './tree-bench.ts'

export function readingTests(it: Suite): void {
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
    const hashes = blocksOf(bytes)
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

export function readingManyTests(it: Suite): void {
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
