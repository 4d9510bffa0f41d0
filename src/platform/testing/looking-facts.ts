// What a tree shows: states, listings, and rolls that are answered at one stroke.
import { expect } from 'vitest'
import { markOf } from '../roll.ts'
import type { Roll, Tree } from '../tree.ts'
import { byName, codeFrom, plant, type Suite, stated } from './tree-bench.ts'

export function lookingTests(it: Suite): void {
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

export function rollTests(it: Suite): void {
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
