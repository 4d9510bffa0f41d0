// Directories, moves and removals.
import { expect } from 'vitest'
import type { Commit } from '../replica.ts'
import { type Fact, fact, needs } from './facts.ts'
import { bytes, entryOf, gist, stampOf } from './replica-bench.ts'

export const MOVING: Readonly<Record<string, Fact>> = {
  'making a directory that is there is no fault, but a file in its place is': fact(async at => {
    await at.makeDirectory('d')
    await at.file('d/a', bytes('kept'))
    await at.makeDirectory('d')
    expect([...(await at.observe()).keys()].sort()).toEqual(['d', 'd/a'])
    const blocked = await at.commit({ do: 'make-directory', path: at.path('d/a') })
    expect(blocked).toMatchObject({ as: 'stale', found: { kind: 'file' } })
  }),

  'a file moves with its content': needs('moves', async at => {
    await at.makeDirectory('to here')
    const entry = await at.file('a %41 ü', bytes('cargo'))
    const moved = entryOf(
      await at.commit({
        do: 'move',
        from: at.path('a %41 ü'),
        to: at.path('to here/b#'),
        kind: 'file',
        expect: entry.stamp,
      }),
    )
    expect(gist(await at.look('to here/b#'))).toEqual(gist(moved))
    expect(await at.read('to here/b#', stampOf(moved))).toEqual(bytes('cargo'))
    expect([...(await at.observe()).keys()].sort()).toEqual(['to here', 'to here/b#'])
  }),

  'a tree moves with everything in it': needs('moves of trees', async at => {
    await at.makeDirectory('old')
    await at.makeDirectory('old/in')
    await at.file('old/in/a', bytes('cargo'))
    const expected = stampOf(await at.look('old'))
    const moved = await at.commit({
      do: 'move',
      from: at.path('old'),
      to: at.path('new'),
      kind: 'directory',
      expect: expected,
    })
    expect(moved).toMatchObject({ as: 'done', entry: { kind: 'directory' } })
    const seen = await at.observe()
    expect([...seen.keys()].sort()).toEqual(['new', 'new/in', 'new/in/a'])
    expect(await at.read('new/in/a', stampOf(seen.get('new/in/a')))).toEqual(bytes('cargo'))
  }),

  'a move onto something, or of something else than expected, does not happen': needs('moves', async at => {
    const first = await at.file('a', bytes('one'))
    await at.file('b', bytes('other'))
    const onto = await at.commit({
      do: 'move',
      from: at.path('a'),
      to: at.path('b'),
      kind: 'file',
      expect: first.stamp,
    })
    expect(onto).toMatchObject({ as: 'stale' })
    await at.file('a', bytes('three'), first.stamp)
    const outdated = await at.commit({
      do: 'move',
      from: at.path('a'),
      to: at.path('c'),
      kind: 'file',
      expect: first.stamp,
    })
    expect(outdated).toMatchObject({ as: 'stale' })
    expect([...(await at.observe()).keys()].sort()).toEqual(['a', 'b'])
    expect(await at.read('b', stampOf(await at.look('b')))).toEqual(bytes('other'))
  }),

  'a file is removed in the expected state only': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const second = await at.file('a', bytes('three'), first.stamp)
    const outdated = await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: first.stamp })
    expect(outdated).toMatchObject({ as: 'stale', found: { stamp: second.stamp } })
    const removed = await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: second.stamp })
    expect(removed).toEqual({ as: 'done', entry: undefined })
    expect(await at.observe()).toEqual(new Map())
  }),

  'a directory is removed only when it is empty': fact(async at => {
    await at.makeDirectory('d')
    const file = await at.file('d/a', bytes('precious'))
    const remove: Commit = { do: 'remove', path: at.path('d'), kind: 'directory', expect: stampOf(await at.look('d')) }
    expect(await at.commit(remove)).toMatchObject({ as: 'stale' })
    expect(await at.read('d/a', file.stamp)).toEqual(bytes('precious'))
    await at.commit({ do: 'remove', path: at.path('d/a'), kind: 'file', expect: file.stamp })
    expect(await at.commit({ ...remove, expect: stampOf(await at.look('d')) })).toMatchObject({ as: 'done' })
    expect(await at.look('d')).toBeUndefined()
  }),

  'a tree is removed whole in the expected state only, where it can': needs('removal of trees', async at => {
    await at.makeDirectory('d')
    await at.makeDirectory('d/e')
    const before = stampOf((await at.observe()).get('d'))
    await at.file('d/e/a', bytes('late'))
    const remove: Commit = { do: 'remove', path: at.path('d'), kind: 'directory', expect: before, tree: 'tree' }
    expect(await at.commit(remove)).toMatchObject({ as: 'stale' })
    expect(await at.look('d/e/a')).toBeDefined()
    expect(await at.commit({ ...remove, expect: stampOf((await at.observe()).get('d')) })).toMatchObject({ as: 'done' })
    expect(await at.observe()).toEqual(new Map())
  }),
}
