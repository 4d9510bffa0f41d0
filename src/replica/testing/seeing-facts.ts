// What is looked at: names, stamps, and what others change.
import { expect } from 'vitest'
import type { Stamp } from '../../model/entry.ts'
import { faultOfNameFor } from '../../model/names.ts'
import { isBelow, type Path } from '../../model/path.ts'
import type { Replica, Seen } from '../replica.ts'
import { type Fact, fact, needs } from './facts.ts'
import { bytes, gist, observeBelow, SEEN, SIGNAL, stampOf, thatIs } from './replica-bench.ts'

export const SEEING: Readonly<Record<string, Fact>> = {
  'a file that is put is there, under its name, with its bytes': fact(async at => {
    const entry = await at.file('a.txt', bytes('hello'))
    expect(entry.size).toBe(5)
    expect(gist(await at.look('a.txt'))).toEqual(gist(entry))
    expect(await at.read('a.txt', entry.stamp)).toEqual(bytes('hello'))
    expect([...(await at.observe()).keys()]).toEqual(['a.txt'])
  }),

  'nothing is there before it is put': fact(async at => {
    expect(await at.look('a')).toBeUndefined()
    expect(await at.look('a/b')).toBeUndefined()
    expect(await at.observe()).toEqual(new Map())
  }),

  'observe shows the whole tree, empty directories included, and look agrees with it': fact(async at => {
    await at.makeDirectory('d')
    await at.makeDirectory('d/e')
    if (at.replica.can.emptyDirectories) await at.makeDirectory('d/empty')
    await at.file('d/e/deep', bytes('1'))
    await at.file('top', bytes('22'))
    const seen = await at.observe()
    const wanted = ['d', 'd/e', 'd/e/deep', ...(at.replica.can.emptyDirectories ? ['d/empty'] : []), 'top']
    expect([...seen.keys()].sort()).toEqual(wanted)
    for (const [name, entry] of seen) expect(gist(await at.look(name)), name).toEqual(gist(entry))
  }),

  'odd names come back as they went, as far as it takes them': fact(async at => {
    const names = ODD_NAMES.filter(name => faultOfNameFor(at.replica.can.names, name) === undefined)
    expect(names.length).toBeGreaterThan(10)
    await at.makeDirectory('dirs')
    for (const name of names) {
      const entry = await at.file(name, bytes(name))
      await at.makeDirectory(`dirs/${name}`)
      await at.file(`dirs/${name}/${name}`, bytes('x'))
      expect(await at.read(name, entry.stamp), name).toEqual(bytes(name))
    }
    const seen = await at.observe()
    const wanted = names.flatMap(name => [name, `dirs/${name}`, `dirs/${name}/${name}`])
    expect([...seen.keys()].sort()).toEqual(['dirs', ...wanted].sort())
    for (const name of names) {
      const entry = seen.get(name)
      const removed = await at.commit({ do: 'remove', path: at.path(name), kind: 'file', expect: stampOf(entry) })
      expect(removed, name).toMatchObject({ as: 'done' })
    }
  }),

  'names that differ only in case are two names, where it says so': needs('case-sensitive names', async at => {
    await at.file('same', bytes('lower'))
    const upper = await at.file('SAME', bytes('UPPER!'))
    expect([...(await at.observe()).keys()].sort()).toEqual(['SAME', 'same'])
    expect(await at.read('SAME', upper.stamp)).toEqual(bytes('UPPER!'))
  }),

  'a stamp changes with the content, and not without': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const before = await at.observe()
    expect(gist((await at.observe()).get('a'))).toEqual(gist(before.get('a')))
    expect(stampOf(before.get('a'))).toBe(first.stamp)
    const second = await at.file('a', bytes('three'), first.stamp)
    expect(second.stamp).not.toBe(first.stamp)
    expect(stampOf((await at.observe()).get('a'))).toBe(second.stamp)
  }),

  'a change made elsewhere is seen': needs('foreign changes', async at => {
    const entry = await at.file('a', bytes('mine'))
    await at.foreign?.put('a', bytes('theirs'))
    await at.foreign?.makeDirectory('d')
    await at.foreign?.put('d/new', bytes('n'))
    const seen = await at.observe()
    expect([...seen.keys()].sort()).toEqual(['a', 'd', 'd/new'])
    expect(stampOf(seen.get('a'))).not.toBe(entry.stamp)
    await at.foreign?.remove('a')
    expect([...(await at.observe()).keys()].sort()).toEqual(['d', 'd/new'])
    expect(await at.look('a')).toBeUndefined()
  }),

  'what a later run sees is what this one saw': needs('reopening', async (at, opened) => {
    await at.makeDirectory('d')
    await at.file('d/a', bytes('stay'))
    await at.replica.flush(SIGNAL)
    const before = await at.observe()
    const later = await thatIs(opened.reopen)()
    try {
      expect(later.id).toBe(at.replica.id)
      const after = await observeBelow(later, at.path(''))
      expect([...after].map(([name, entry]) => [name, gist(entry)])).toEqual(
        [...before].map(([name, entry]) => [name, gist(entry)]),
      )
    } finally {
      await later.close()
    }
  }),

  'a directory that is unchanged under a recursive stamp need not be listed': needs('recursive stamps', async at => {
    await at.makeDirectory('d')
    await at.file('d/a', bytes('one'))
    const stamps = new Map<string, Stamp>()
    for await (const seen of at.replica.observe(SEEN, SIGNAL))
      if (seen.as === 'listing' && seen.stamp !== undefined) stamps.set(seen.place, seen.stamp)
    const known: Seen = { ...SEEN, directory: place => stamps.get(place) }
    const saidOf = async (place: string) => {
      for await (const seen of at.replica.observe(known, SIGNAL))
        if (seen.place === place || (seen.as === 'unchanged' && isBelow(place as Path, seen.place))) return seen.as
    }
    expect(await saidOf(at.path('d'))).toBe('unchanged')
    await at.file('d/b', bytes('two'))
    expect(await saidOf(at.path('d'))).toBe('listing')
  }),

  'an abort ends what is under way with its own reason': fact(async at => {
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    await expect(collectObservations(at.replica, aborted)).rejects.toBe(reason)
  }),
}

async function collectObservations(replica: Replica, signal: AbortSignal): Promise<void> {
  for await (const _ of replica.observe(SEEN, signal));
}

const ODD_NAMES = [
  ...[
    'a b',
    ' lead',
    'trail ',
    'per%cent',
    '%41',
    '%2e%2e',
    'ha#sh',
    'am&p',
    'pl+us',
    'semi;colon',
    'que?ry',
    'eq=',
    'at@',
    'co:lon',
  ],
  ...[
    'com,ma',
    'ti~lde',
    "quo'te",
    'dou"ble',
    '[br]',
    '{cu}',
    'back\\slash',
    'pi|pe',
    '<lt>',
    ']]>',
    'st*r',
    '$dol',
    '`tick',
    '^hat',
    '!bang',
  ],
  ...[
    'ünïcödé',
    '日本語',
    '🙂',
    '.hidden',
    '..dots',
    '...',
    '-dash',
    'a.tar.gz',
    'UPPER',
    'x'.repeat(200),
    'con',
    'nul.txt',
  ],
]
