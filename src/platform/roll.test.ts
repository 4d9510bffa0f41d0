import { describe, expect, it } from 'vitest'
import { callRolls, directoriesOn, markOf, readRoll } from './roll.ts'
import type { Roll, Stat, Tree } from './tree.ts'

const file: Stat = { kind: 'file', size: 5, mtimeNs: 1n, ctimeNs: 2n, inode: 3n, device: 4n, mode: 0o644 }
const directory: Stat = { ...file, kind: 'directory', mode: 0o755 }
const text = `a.d//${markOf(file)}/420/d.e//${markOf(directory)}/493/d.//${markOf(directory)}/*/`

describe('a roll', () => {
  it('is read name by name', () => {
    const second = readRoll(text, 0, 'a.d', file)
    const third = readRoll(text, second, 'd.e', directory)
    expect(readRoll(text, third, 'd.', directory)).toBe(text.length)
  })

  it('says no to another name, state, kind or mode, and to its end', () => {
    const others: [string, Stat][] = [
      ['a', file],
      ['a.d', directory],
      ['a.d', { ...file, size: 6 }],
      ['a.d', { ...file, mtimeNs: 9n }],
      ['a.d', { ...file, ctimeNs: 9n }],
      ['a.d', { ...file, inode: 9n }],
      ['a.d', { ...file, mode: 0o600 }],
      ['a.d', { ...file, kind: 'other' }],
    ]
    for (const [name, stat] of others) expect(readRoll(text, 0, name, stat)).toBe(-1)
    expect(readRoll(text, text.length, 'z', file)).toBe(-1)
  })

  it('names its directories, whatever files are called', () => {
    expect(directoriesOn(text)).toEqual(['d.e', 'd.'])
    expect(directoriesOn('')).toEqual([])
  })

  it('is called in pages, and only those that answer are the same', async () => {
    const asked: number[] = []
    const tree = {
      answersTo: async (rolls: readonly Roll[]) => {
        asked.push(rolls.length)
        return rolls.map(({ place }) => place !== '7')
      },
    } as unknown as Tree
    const rolls = Array.from({ length: 20 }, (_, i) => ({ place: String(i), text: text.padEnd(100_000, ' ') }))
    const same = await callRolls(tree, rolls, new AbortController().signal)
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.reduce((sum, count) => sum + count)).toBe(20)
    expect([...same.keys()].map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i).filter(i => i !== 7),
    )
    expect(same.get('1')).toEqual(['d.e', 'd.'])
  })
})
