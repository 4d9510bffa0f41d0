import { expect, test } from 'vitest'
import type { NameRow } from '../../index/folder-index.ts'
import type { Path, Place } from '../../model/path.ts'
import { Listings } from './listings.ts'

const SIGNAL = new AbortController().signal
const BY_NAME = { place: '' as Place, sort: 'name', order: 'up' } as const

/** Rows that change, and a clock of which each look at the rows takes some. */
function changing(tookMs: number) {
  const names: string[] = []
  const world = { now: 0, sequence: 0 }
  const index = {
    get sequence() {
      return world.sequence
    },
    namesIn: (_: Place, after: string) => {
      world.now += tookMs
      return names
        .filter(name => name > after)
        .map(name => ({ path: name as Path, kind: 'file', size: 1, mtimeMs: 1 }) as unknown as NameRow)
    },
  }
  const add = (name: string) => {
    names.push(name)
    world.sequence += 1
  }
  return { world, add, listings: new Listings(index, () => world.now) }
}

test('what takes no time is told as it is, whatever changes', async () => {
  const { add, listings } = changing(1)
  for (const name of ['a', 'b', 'c']) {
    add(name)
    const { listing, againInMs } = await listings.of(BY_NAME, SIGNAL)
    expect([listing.names.at(-1), againInMs]).toEqual([name, undefined])
  }
})

test('what takes long is told as it was, and when it will be told as it is', async () => {
  const { world, add, listings } = changing(100)
  add('a')
  expect((await listings.of(BY_NAME, SIGNAL)).againInMs).toBeUndefined()
  add('b')
  const old = await listings.of(BY_NAME, SIGNAL)
  expect(old).toEqual({ listing: { names: ['a'], directories: 0 }, againInMs: 1000 })
  world.now += old.againInMs ?? 0
  expect((await listings.of(BY_NAME, SIGNAL)).listing.names).toEqual(['a', 'b'])
})

test('what changed while it was put in order is told as old', async () => {
  const { world, add, listings } = changing(1)
  add('a')
  const asking = listings.of(BY_NAME, SIGNAL)
  world.sequence += 1
  expect((await asking).againInMs).toBe(1)
  expect((await listings.of(BY_NAME, SIGNAL)).againInMs).toBeUndefined()
})
