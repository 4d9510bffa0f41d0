// Times and modes.
import { expect } from 'vitest'
import { codeFrom, microsOf, plant, type Suite, stated } from './tree-bench.ts'

export function metadataTests(it: Suite): void {
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
