// Blocks and checksums of what is read.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { blockSizeOf } from '../../model/content.ts'
import { codeOf, type Hashed, type Tree } from '../tree.ts'
import { blocksOf, codeFrom, NEVER, noise, plant, type Suite, stated } from './tree-bench.ts'

export function hashingTests(it: Suite): void {
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

function plainHashed(hashed: Hashed | Error | undefined) {
  if (hashed === undefined || hashed instanceof Error) throw hashed ?? new Error('no result')
  return { ...hashed, blocks: [...hashed.blocks] }
}
