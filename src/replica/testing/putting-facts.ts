// How bytes come and are read again, and what a put never replaces.
import { expect } from 'vitest'
import { SyncError } from '../../model/errors.ts'
import type { Commit } from '../replica.ts'
import { type Fact, fact, needs } from './facts.ts'
import { asFile, bytes, gist, large, MTIME, RESUME, SIGNAL, sourceOf, stampOf, thatIs } from './replica-bench.ts'

export const PUTTING: Readonly<Record<string, Fact>> = {
  'empty files are files': fact(async at => {
    const entry = await at.file('empty', bytes(''))
    expect(entry.size).toBe(0)
    expect(await at.read('empty', entry.stamp)).toHaveLength(0)
    const filled = await at.file('empty', bytes('full'), entry.stamp)
    const again = await at.file('empty', bytes(''), filled.stamp)
    expect(again.size).toBe(0)
  }),

  'files of some megabytes arrive whole': fact(async at => {
    const content = large(3 * 1024 * 1024 + 7, 1)
    const entry = await at.file('large', content)
    expect(entry.size).toBe(content.length)
    expect((await at.read('large', entry.stamp)).equals(content)).toBe(true)
    const other = large(3 * 1024 * 1024, 2)
    const changed = await at.file('large', other, entry.stamp)
    expect((await at.read('large', changed.stamp)).equals(other)).toBe(true)
  }),

  'a put that expects nothing does not replace what is there': fact(async at => {
    await at.file('a', bytes('first'))
    const committed = await at.put('a', bytes('second!'))
    expect(committed).toMatchObject({ as: 'stale', found: { kind: 'file', size: 5 } })
    await at.makeDirectory('d')
    expect(await at.put('d', bytes('file'))).toMatchObject({ as: 'stale', found: { kind: 'directory' } })
    expect(await at.read('a', stampOf(await at.look('a')))).toEqual(bytes('first'))
  }),

  'a put with an outdated stamp does not replace what is there': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const second = await at.file('a', bytes('three'), first.stamp)
    const committed = await at.put('a', bytes('seventeen'), first.stamp)
    expect(committed).toMatchObject({ as: 'stale', found: { stamp: second.stamp } })
    expect(await at.read('a', second.stamp)).toEqual(bytes('three'))
  }),

  'a put that expects a file which is gone does not bring it back': fact(async at => {
    const entry = await at.file('a', bytes('one'))
    await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: entry.stamp })
    expect(await at.put('a', bytes('two'), entry.stamp)).toEqual({ as: 'stale', found: undefined })
    expect(await at.look('a')).toBeUndefined()
  }),

  'of two puts to one new name at once exactly one wins, where the guard is atomic': needs(
    'an atomic guard',
    async at => {
      for (let round = 0; round < 5; round += 1) {
        const contents = [bytes(`left ${round}`), bytes(`the right ${round}`)]
        const both = await Promise.all(contents.map(content => at.put(`a${round}`, content)))
        expect(both.map(committed => committed.as).sort()).toEqual(['done', 'stale'])
        const winner = both.findIndex(committed => committed.as === 'done')
        expect(await at.read(`a${round}`, stampOf(await at.look(`a${round}`)))).toEqual(contents[winner])
      }
    },
  ),

  'of two puts over one state at once exactly one wins, where the guard is atomic': needs(
    'an atomic guard',
    async at => {
      let state = await at.file('a', bytes('start'))
      for (let round = 0; round < 5; round += 1) {
        const contents = [bytes(`left ${round}`), bytes(`the right ${round}`)]
        const both = await Promise.all(contents.map(content => at.put('a', content, state.stamp)))
        expect(both.map(committed => committed.as).sort()).toEqual(['done', 'stale'])
        const winner = both.findIndex(committed => committed.as === 'done')
        state = asFile(await at.look('a'))
        expect(await at.read('a', state.stamp)).toEqual(contents[winner])
      }
    },
  ),

  'staged bytes are invisible until they are committed, and gone when they are discarded': fact(async at => {
    await at.makeDirectory('d')
    const small = await at.stage('d/small', bytes('s'))
    const content = large(2 * 1024 * 1024, 3)
    const big = await at.stage('d/big', content)
    expect([...(await at.observe()).keys()]).toEqual(['d'])
    expect(await at.look('d/big')).toBeUndefined()
    await at.replica.discard(small, SIGNAL)
    const put: Commit = { do: 'put', path: at.path('d/big'), staged: big, mtimeNs: MTIME, expect: 'absent' }
    expect(await at.commit(put)).toMatchObject({ as: 'done', entry: { kind: 'file', size: content.length } })
    expect([...(await at.observe()).keys()].sort()).toEqual(['d', 'd/big'])
    const given = await at.stage('d/given-up', content)
    await at.replica.discard(given, SIGNAL)
    const empty = await at.commit({
      do: 'remove',
      path: at.path('d/big'),
      kind: 'file',
      expect: stampOf(await at.look('d/big')),
    })
    expect(empty).toMatchObject({ as: 'done' })
    const removed = await at.commit({
      do: 'remove',
      path: at.path('d'),
      kind: 'directory',
      expect: stampOf(await at.look('d')),
    })
    expect(removed, 'nothing was left behind').toMatchObject({ as: 'done' })
  }),

  'reading goes on from where it was left': fact(async at => {
    const content = large(300_000, 4)
    const { stamp } = await at.file('a', content)
    for (const from of [0, 1, 131_072, 299_999, 300_000])
      expect((await at.read('a', stamp, from)).equals(content.subarray(from)), `from ${from}`).toBe(true)
  }),

  'a file that is not in the state that was asked for is not read': fact(async at => {
    const first = await at.file('a', bytes('one'))
    const second = await at.file('a', bytes('three'), first.stamp)
    await expect(at.read('a', first.stamp)).rejects.toMatchObject({ code: 'changed' })
    await at.commit({ do: 'remove', path: at.path('a'), kind: 'file', expect: second.stamp })
    const gone = await at.read('a', second.stamp).catch(error => error)
    expect(gone).toBeInstanceOf(SyncError)
    expect(['changed', 'missing']).toContain(gone.code)
  }),

  'many at once come to the same as one by one': needs('many at once', async at => {
    const { replica } = at
    await at.makeDirectory('d')
    await at.file('d/taken', bytes('first'))
    const names = ['taken', ...Array.from({ length: 30 }, (_, i) => `n${i} %&`)]
    const sources = names.map(name => ({ ...sourceOf(at.path(`d/${name}`), bytes(name)), bytes: bytes(name) }))
    const staged = replica.stageMany
      ? await replica.stageMany(sources, SIGNAL)
      : await Promise.all(sources.map(source => replica.stage(source, RESUME, SIGNAL)))
    const changes = staged.map((one, i): Commit => {
      if (one instanceof SyncError) throw one
      return { do: 'put', path: at.path(`d/${names[i]}`), staged: one, mtimeNs: MTIME, expect: 'absent' }
    })
    const all: Commit[] = [...changes, { do: 'make-directory', path: at.path('e') }]
    const results = thatIs(await replica.commitMany?.(all, SIGNAL))
    expect(results[0]).toMatchObject({ as: 'stale', found: { kind: 'file', size: 5 } })
    expect(results.slice(1).map(result => (result instanceof SyncError ? result.message : result.as))).toEqual([
      ...names.slice(1).map(() => 'done'),
      'done',
    ])
    for (const [i, name] of names.entries()) {
      const result = results[i]
      if (result === undefined || result instanceof SyncError || result.as === 'stale') continue
      expect(gist(await at.look(`d/${name}`)), name).toEqual(gist(result.entry))
    }
    const seen = await at.observe()
    expect(seen.size).toBe(names.length + 2)
    if (replica.readMany === undefined) return
    const outdated = stampOf(seen.get('d/taken'))
    await at.file('d/taken', bytes('rewritten'), outdated)
    const wanted = names.map(name => ({
      path: at.path(`d/${name}`),
      expect: stampOf(seen.get(`d/${name}`)),
      size: name.length,
    }))
    const read = await replica.readMany(wanted, SIGNAL)
    expect(read[0]).toMatchObject({ code: 'changed' })
    expect(read.slice(1).map(one => (one instanceof SyncError ? one.message : Buffer.from(one).toString()))).toEqual(
      names.slice(1),
    )
  }),
}
