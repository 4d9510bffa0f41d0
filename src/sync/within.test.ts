import { expect, test } from 'vitest'
import type { Path, Place } from '../model/path.ts'
import type { Replica } from '../replica/replica.ts'
import type { HintReach } from '../scan/hints.ts'
import { joinPlaces, narrowed, type Places } from './within.ts'

const DIRECTORIES = ['a', 'a/b', 'a/b/c', 'a/x', 'd', 'd/e', 'new', 'new/er'] as Path[]
const isKnown = (place: Place) => !place.startsWith('new')

/** Which directories an adapter would enter. */
async function entered(places: readonly (readonly [string, HintReach])[]): Promise<readonly string[]> {
  const found: string[] = []
  const remote: Pick<Replica, 'observe'> = {
    async *observe(seen) {
      found.push('')
      const skipped = new Set<string>()
      for (const path of DIRECTORIES) {
        const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
        if (skipped.has(parent) || seen.skips(path)) skipped.add(path)
        else {
          found.push(path)
          yield { as: 'unchanged', place: path }
        }
      }
    },
  }
  const seen = { directory: () => undefined, skips: () => false }
  const narrow = narrowed(remote, new Map(places as [Place, HintReach][]), isKnown)
  for await (const _ of narrow.observe(seen, new AbortController().signal));
  return found
}

test('nothing is asked when nothing was hinted at', async () => {
  expect(await entered([])).toEqual([])
})

test('only the way to a place is entered, and what is asked for in it', async () => {
  expect(await entered([['a/b', 'here']])).toEqual(['', 'a', 'a/b'])
  expect(await entered([['a', 'below']])).toEqual(['', 'a', 'a/b', 'a/b/c', 'a/x'])
  expect(
    await entered([
      ['d/e', 'here'],
      ['a', 'here'],
    ]),
  ).toEqual(['', 'a', 'd', 'd/e'])
})

test('what is new in a place is entered as a whole', async () => {
  expect(await entered([['', 'here']])).toEqual(['', 'new', 'new/er'])
})

test('everything and something is everything, and the further reach wins', () => {
  const one: Places = new Map([['a' as Path, 'here' as const]])
  const all: Places = new Map([['a' as Path, 'below' as const]])
  expect(joinPlaces(one, 'everything')).toBe('everything')
  expect(joinPlaces(one, all)).toEqual(all)
  expect(joinPlaces(all, one)).toEqual(all)
})
