// Directories, links, renames and removals, and what they never replace.
import { expect } from 'vitest'
import { codeOf } from '../tree.ts'
import { codeFrom, content, plant, type Suite, stated, throwIfError } from './tree-bench.ts'

export function namingTests(it: Suite): void {
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
