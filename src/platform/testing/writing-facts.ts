// How files come: written, copied, or received in pieces.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { type Copied, codeOf, type Stat, type Written } from '../tree.ts'
import {
  blocksOf,
  codeFrom,
  content,
  microsOf,
  NEVER,
  noise,
  plant,
  type Suite,
  stated,
  streamed,
  throwIfError,
} from './tree-bench.ts'

export function writingTests(it: Suite): void {
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

export function receivingTests(it: Suite): void {
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
        expect(Buffer.compare(blocks, blocksOf(bytes))).toBe(0)
      }),
    )
  })

  it('what is proven already is received under the hashes that it was proven by', async tree => {
    const bytes = noise(3_000_001)
    const receiving = await tree.receive('f', bytes.length, blocksOf(bytes))
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    for (let at = 0; at < bytes.length; at += 1_000_000) await receiving.write(shared.subarray(at, at + 1_000_000))
    const { blocks, size } = await receiving.finish({})
    expect(size).toBe(bytes.length)
    expect(Buffer.compare(blocks, blocksOf(bytes))).toBe(0)
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
    expect(Buffer.compare(blocks, blocksOf(Buffer.from('new')))).toBe(0)
    expect((await tree.stat('f'))?.size).toBe(3)
  })
}
