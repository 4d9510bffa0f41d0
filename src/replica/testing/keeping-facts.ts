// What is kept of a file besides its bytes: times, modes, links, ids and checksums.
import { expect } from 'vitest'
import { kindOfChecksum } from '../../model/content.ts'
import { type Fact, fact, needs } from './facts.ts'
import { asFile, bytes, entryOf, gist, MTIME, SIGNAL, stampOf, sumOf } from './replica-bench.ts'

export const KEEPING: Readonly<Record<string, Fact>> = {
  'times are kept as it says': needs('times', async at => {
    const { setsMtime, mtimePrecisionNs } = at.replica.can
    const cut = (ns: bigint) => ns - (ns % mtimePrecisionNs)
    const entry = await at.file('a', bytes('timed'))
    expect(cut(entry.mtimeNs ?? 0n)).toBe(cut(MTIME))
    if (setsMtime !== 'always') return
    const wanted = MTIME + 86_400_000_000_000n
    const set = await at.commit({ do: 'set-metadata', path: at.path('a'), mtimeNs: wanted, expect: entry.stamp })
    expect(cut(asFile(entryOf(set)).mtimeNs ?? 0n)).toBe(cut(wanted))
    const seen = asFile((await at.observe()).get('a'))
    expect(gist(seen)).toEqual(gist(entryOf(set)))
    expect(await at.read('a', seen.stamp)).toEqual(bytes('timed'))
  }),

  'modes are kept as it says': needs('modes', async at => {
    const staged = await at.stage('run', bytes('#!'))
    const put = await at.commit({
      do: 'put',
      path: at.path('run'),
      staged,
      mtimeNs: MTIME,
      mode: 0o755,
      expect: 'absent',
    })
    const entry = asFile(entryOf(put))
    expect(entry.mode).toBe(0o755)
    const set = await at.commit({ do: 'set-metadata', path: at.path('run'), mode: 0o640, expect: entry.stamp })
    expect(asFile(entryOf(set)).mode).toBe(0o640)
    expect(asFile((await at.observe()).get('run')).mode).toBe(0o640)
  }),

  'symlinks are kept as it says, and never followed': needs('symlinks', async at => {
    await at.file('target', bytes('t'))
    const made = await at.commit({ do: 'make-symlink', path: at.path('link'), target: 'target', expect: 'absent' })
    expect(entryOf(made)).toMatchObject({ kind: 'symlink', target: 'target' })
    const seen = (await at.observe()).get('link')
    expect(seen).toMatchObject({ kind: 'symlink', target: 'target' })
    const again = await at.commit({ do: 'make-symlink', path: at.path('link'), target: 'x', expect: 'absent' })
    expect(again).toMatchObject({ as: 'stale' })
    const removed = await at.commit({ do: 'remove', path: at.path('link'), kind: 'symlink', expect: stampOf(seen) })
    expect(removed).toMatchObject({ as: 'done' })
    expect([...(await at.observe()).keys()]).toEqual(['target'])
  }),

  'ids survive moves, where there are any': needs('ids', async at => {
    const entry = await at.file('a', bytes('one'))
    const rewritten = await at.file('a', bytes('three'), entry.stamp)
    // Taken now: a place that replaces by rename gives new bytes a new id.
    const id = asFile(await at.look('a')).id
    expect(id).toBeDefined()
    await at.commit({ do: 'move', from: at.path('a'), to: at.path('b'), kind: 'file', expect: rewritten.stamp })
    expect(asFile((await at.observe()).get('b')).id).toBe(id)
  }),

  'checksums it shows are those of the bytes': fact(async at => {
    const content = bytes('sum me up')
    const entry = await at.file('a', content)
    const seen = asFile((await at.observe()).get('a'))
    for (const sum of [...(entry.sums ?? []), ...(seen.sums ?? [])]) {
      const own = sumOf(content, kindOfChecksum(sum))
      if (own !== undefined) expect(sum).toBe(own)
    }
    const kind = at.replica.can.sums[0]
    if (kind === undefined || at.replica.checksum === undefined) return
    const said = await at.replica.checksum(at.path('a'), seen.stamp, kind, SIGNAL)
    if (said !== undefined) expect(said).toBe(sumOf(content, kind))
  }),
}
