import { describe, expect, it } from 'vitest'
import { callRolls, directoriesOn, markOf, type RollBook, readRoll } from './roll.ts'
import type { Census, Roll, Stat, Tree } from './tree.ts'

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
    const called = await callRolls(tree, bookOf(rolls), never)
    const same = called.as === 'some' ? called.same : new Map()
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.reduce((sum, count) => sum + count)).toBe(20)
    expect([...same.keys()].map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i).filter(i => i !== 7),
    )
    expect(same.get('1')).toEqual({ files: 1, directories: ['d.e', 'd.'] })
  })
})

describe('the rolls of a large tree', () => {
  const rolls: readonly Roll[] = [
    { place: '', text },
    { place: 'd.', text: `x//${markOf(file)}/*/` },
  ]
  let census: Census | undefined
  const closed: string[] = []
  const forgone: string[] = []
  let nowMs = 0
  const tree = {
    census: { above: 10, take: async () => census, forgo: () => void forgone.push('forgone'), now: () => nowMs },
    answersTo: async (asked: readonly Roll[]) => asked.map(() => false),
  } as unknown as Tree

  /** The directory `d.e` is empty, and on no roll. */
  function showing(sum: string, other: readonly string[] = [], some: Partial<Census> = {}): void {
    census = {
      sum,
      answersTo: async asked => asked.map(({ place }) => !other.includes(place)),
      empty: ['d.e'],
      at: nowMs,
      size: 100,
      directories: 3,
      isSettled: true,
      close: () => void closed.push(sum),
      ...some,
    }
  }

  it('are called by a census, and what it shows to be empty without a roll is the same too', async () => {
    showing('one', ['d.'])
    expect(await callRolls(tree, bookOf(rolls), never)).toEqual({
      as: 'some',
      same: new Map([
        ['', { files: 1, directories: ['d.e', 'd.'] }],
        ['d.e', { files: 0, directories: [] }],
      ]),
    })
    expect(closed).toContain('one')
  })

  it('are not answered to by a directory that was to hold something and is empty', async () => {
    showing('empty', ['d.'], { empty: ['d.', 'd.e'] })
    const called = await callRolls(tree, bookOf(rolls), never)
    expect(called.as === 'some' && [...called.same.keys()]).toEqual(['', 'd.e'])
  })

  it('need not be read again when another census shows the same, until one of them changes', async () => {
    const book = bookOf(rolls)
    showing('two')
    expect((await callRolls(tree, book, never)).as).toBe('some')
    expect(await callRolls(tree, book, never)).toEqual({ as: 'all', files: 2, directories: 2 })
    showing('three', ['d.'])
    expect((await callRolls(tree, book, never)).as).toBe('some')
    showing('three')
    expect((await callRolls(tree, book, never)).as).toBe('some')
    book.change()
    expect((await callRolls(tree, book, never)).as).toBe('some')
  })

  it.each([
    ['shows something that is on no roll', { directories: 4 }],
    ['shows something so young that it may change without a trace', { isSettled: false }],
  ])('are read again when the census %s', async (_, some) => {
    const book = bookOf(rolls)
    showing('four', [], some)
    await callRolls(tree, book, never)
    expect((await callRolls(tree, book, never)).as).toBe('some')
  })

  it('are read again when one of them changed while they were called', async () => {
    const book = bookOf(rolls)
    const answersTo = async (asked: readonly Roll[]) => {
      book.change()
      return asked.map(() => true)
    }
    showing('five', [], { answersTo })
    await callRolls(tree, book, never)
    showing('five')
    expect((await callRolls(tree, book, never)).as).toBe('some')
    expect((await callRolls(tree, book, never)).as).toBe('all')
  })

  it('are called one by one for a day after a census that showed much that is on no roll', async () => {
    const book = bookOf(rolls)
    const day = 24 * 60 * 60 * 1000
    showing('crowd', ['d.'], { size: 10_000 })
    await callRolls(tree, book, never)
    const taken = closed.length
    nowMs = day - 1
    expect(await callRolls(tree, book, never)).toEqual({ as: 'some', same: new Map() })
    expect([closed.length - taken, forgone.length]).toEqual([0, 1])
    const grown = rolls.map(roll => ({ ...roll, text: roll.text.repeat(100) }))
    await callRolls(tree, { ...book, rolls: () => grown }, never)
    expect([closed.length - taken, forgone.length]).toEqual([1, 1])
    book.change()
    nowMs = day
    book.set('crowded-since', '0 10000')
    await callRolls(tree, book, never)
    expect([closed.length - taken, forgone.length]).toEqual([2, 1])
  })

  it('are called one by one when no census can be taken', async () => {
    census = undefined
    expect(await callRolls(tree, bookOf(rolls), never)).toEqual({ as: 'some', same: new Map() })
  })
})

const never = new AbortController().signal

function bookOf(rolls: readonly Roll[]): RollBook & { change(): void } {
  let words: string | undefined
  const memory = new Map<string, string | undefined>()
  return {
    rolls: () => rolls,
    noted: () => words,
    note: given => {
      words = given
    },
    get: key => memory.get(key),
    set: (key, value) => void memory.set(key, value),
    change: () => {
      words = undefined
    },
  }
}
