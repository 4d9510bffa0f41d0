import { describe, expect, it } from 'vitest'
import { plainSync } from './plain-sync.ts'

describe('a plain sync', () => {
  it('names two places and options without values', () => {
    expect(plainSync(['sync', 'a', 'b'])).toEqual({ folder: 'a', remote: 'b', options: {} })
    expect(plainSync(['sync', '-v', 'a', '--no-trash', 'b', '--json', '-n'])).toEqual({
      folder: 'a',
      remote: 'b',
      options: { verbose: true, trash: false, json: true, dryRun: true },
    })
  })

  it.each([
    [],
    ['--version'],
    ['sync'],
    ['sync', 'a'],
    ['sync', 'a', 'b', 'c'],
    ['sync', 'a', 'b', '--user', 'c'],
    ['sync', 'a', 'b', '--watch'],
    ['sync', 'a', 'b', '-nv'],
    ['sync', 'a', 'b', '--help'],
    ['sync', '--', 'a', 'b'],
    ['sync', 'a', '-'],
    ['why', 'a', 'b'],
  ])('is not what needs the parser: %j', (...args: string[]) => {
    expect(plainSync(args)).toBeUndefined()
  })
})
