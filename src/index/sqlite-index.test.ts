import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agreement } from '../model/agreement.ts'
import type { ContentId } from '../model/content.ts'
import type { Stamp } from '../model/entry.ts'
import { type Path, parsePath } from '../model/path.ts'
import { compareVersions, type DeviceId } from '../model/version.ts'
import { Database } from '../platform/node/sqlite.ts'
import type { DiskMark, FolderIndex, Row, RowState } from './folder-index.ts'
import { setAsideIndex } from './set-aside.ts'
import { openIndex } from './sqlite-index.ts'
import { INDEX_WORDS } from './words.ts'

const device = 0xfedcba9876543210n as DeviceId
const options = { device, now: () => 1_700_000_000_000 }
const HARD_NAMES = [
  'a%b',
  'a_b',
  "it's",
  'say "x"',
  'two\nlines',
  '🦀 crab',
  '\u{10FFFF}',
  'ü',
  'a;DROP TABLE rows',
  '0',
  '!',
  '\\',
]

let directory: string
let file: string
let index: FolderIndex

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'index-test-'))
  file = join(directory, 'index.db')
  index = openIndex(file, options)
})
afterEach(() => {
  index.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('what is ignored and dropped', () => {
  it('was never there: no row, no tombstone, no news; live rows, other reasons and other directories stay', () => {
    const ignored: RowState = { kind: 'blocked', why: 'ignored' }
    const states: readonly (readonly [string, RowState])[] = [
      ['a', ignored],
      ['a/x', ignored],
      ['a/live', aFile({})],
      ['a/odd', { kind: 'blocked', why: 'unsupported-kind' }],
      ['a!', ignored],
      ['ab/x', ignored],
    ]
    index.record(states.map(([each, state]) => ({ path: path(each), state })))
    index.note('all rolls')
    const { sequence } = index
    index.dropIgnored(path('a'))
    expect(index.sequence).toBe(sequence)
    const left = states.filter(([each]) => index.row(path(each)) !== undefined).map(([each]) => each)
    expect(left).toEqual(['a/live', 'a/odd', 'a!', 'ab/x'])
    expect(index.noted()).toBeUndefined()
  })

  it('what is recorded durably is all there or not at all, and is part of nothing else', () => {
    const record = () => index.record([{ path: path('a'), state: aFile({}) }])
    const fail = () => {
      record()
      throw new Error('no')
    }
    expect(() => index.durably(fail)).toThrow('no')
    expect(index.row(path('a'))).toBeUndefined()
    expect(() => index.transaction(() => index.durably(record))).toThrow(/a transaction of its own/)
    index.durably(record)
    expect(index.row(path('a'))?.state.kind).toBe('file')
  })
})

describe('rows', () => {
  it('come back exactly as recorded, over the whole range of times and inodes', () => {
    const states: RowState[] = [
      aFile({ mtimeNs: -1n, inode: 2n ** 63n - 1n, size: Number.MAX_SAFE_INTEGER }),
      aFile({ mtimeNs: 2n ** 63n - 1n, inode: -(2n ** 63n) }),
      aFile({ mtimeNs: 253_402_300_800_123_456_789n, inode: 0n }),
      { kind: 'directory', mark: 'd' as DiskMark, inode: 9_007_199_254_740_993n, mode: 0o755 },
      { kind: 'symlink', mark: 's' as DiskMark, inode: 5n, target: '../näher/🦀\n' },
      { kind: 'deleted' },
      { kind: 'blocked', why: 'ignored' },
    ]
    const changes = states.map((state, i) => ({ path: path(`p${i}`), state }))
    const recorded = index.record(changes)
    expect(recorded.map(row => row.state)).toEqual(states)
    expect(changes.map(change => index.row(change.path))).toEqual(recorded)
    const marks = states.map(state => ({ mark: Reflect.get(state, 'mark'), mode: Reflect.get(state, 'mode') }))
    // A tombstone is nothing that a scan could find.
    expect(index.marksIn('')).toEqual(marks.flatMap((mark, i) => (i === 5 ? [] : [{ path: `p${i}`, ...mark }])))
  })

  it('come many at once, those that are there', () => {
    const recorded = index.record([
      ...HARD_NAMES.map(name => put(name)),
      { path: path('gone'), state: { kind: 'deleted' } },
    ])
    const found = index.rowsAt([...recorded.map(row => row.path), path('none')])
    expect([...found]).toEqual(recorded.map(row => [row.path, index.row(row.path)]))
    expect(index.rowsAt([]).size).toBe(0)
  })

  it('are told of as rolls: every directory in order, its names in the order of their bytes, without tombstones', () => {
    const places = ['', 'd', 'd!', 'd/é', 'd/🦀']
    for (const place of places.slice(1)) index.record([dir(place)])
    for (const place of places) index.record(HARD_NAMES.map(name => put(place === '' ? name : `${place}/${name}`)))
    index.record([
      { path: path('gone'), state: { kind: 'deleted' } },
      link('zx'),
      { path: path('zz'), state: { kind: 'blocked', why: 'ignored' } },
    ])
    const rolls = [...index.rolls()]
    expect(rolls.map(({ place }) => place)).toEqual(places)
    const files = HARD_NAMES.map(name => `${name}//m/420/`)
    expect(rolls[1]?.text).toBe(inByteOrder([...files, 'é//d/493/', '🦀//d/493/']).join(''))
    expect(rolls[0]?.text).toBe(inByteOrder([...files, 'd//d/493/', 'd!//d/493/', 'zx//l/*/', 'zz//?/*/']).join(''))
  })

  it('are told of as rolls in as many pages as there are', () => {
    const places = Array.from({ length: 100 }, (_, i) => `d${String(i).padStart(3, '0')}`)
    index.record(places.flatMap(place => [dir(place), put(`${place}/f`)]))
    expect([...index.rolls()].map(({ place }) => place)).toEqual(['', ...places])
  })

  it('get sequences in order and versions signed by this device', () => {
    const [a, b] = index.record([put('a'), put('b')])
    expect([a?.sequence, b?.sequence, index.sequence]).toEqual([1, 2, 2])
    expect(a?.version).toEqual([[device, 1_700_000_000n]])
    const [again] = index.record([put('a', { size: 2 })])
    expect(again?.sequence).toBe(3)
    expect(again?.version).toEqual([[device, 1_700_000_001n]])
    expect(again?.node).toBe(a?.node)
  })

  it('a new mark alone is no news', () => {
    const [before] = index.record([put('a')])
    const [after] = index.record([{ ...put('a', { mark: 'other' as DiskMark, inode: 77n }), news: 'same' }])
    expect(after).toEqual({ ...before, state: aFile({ mark: 'other' as DiskMark, inode: 77n }) })
    expect(index.row(path('a'))).toEqual(after)
    expect(index.sequence).toBe(1)
    expect(() => index.record([{ ...put('nothing'), news: 'same' }])).toThrow('no file row')
  })

  it('what comes after a deletion is a new node, what comes after blocking is the old one', () => {
    const [first] = index.record([put('a')])
    const [blocked] = index.record([{ path: path('a'), state: { kind: 'blocked', why: 'ignored' } }])
    expect(blocked?.node).toBe(first?.node)
    const [gone] = index.record([{ path: path('a'), state: { kind: 'deleted' } }])
    expect(gone?.node).toBe(first?.node)
    const [second] = index.record([put('a')])
    expect(second?.node).not.toBe(first?.node)
    expect(compareVersions(second!.version, gone!.version)).toBe('newer')
  })

  it('carry a given node along', () => {
    const [old] = index.record([put('a')])
    const [, moved] = index.record([
      { path: path('a'), state: { kind: 'deleted' } },
      { ...put('b'), node: old!.node },
    ])
    expect(moved?.node).toBe(old?.node)
    expect(index.check()).toEqual([])
    const [next] = index.record([put('c')])
    expect(next?.node).not.toBe(old?.node)
  })

  it('are found by place, whatever the names', () => {
    for (const name of HARD_NAMES) index.record([dir(name), put(`${name}/x`), dir(`${name}/d`), put(`${name}/d/y`)])
    index.record([put('a'), put('a%bc'), { path: path('a_b/gone'), state: { kind: 'deleted' } }])
    for (const name of HARD_NAMES) {
      expect(paths(index.rowsIn(path(name)))).toEqual([`${name}/d`, `${name}/x`])
      expect(paths(index.rowsBelow(path(name)))).toEqual([`${name}/d`, `${name}/d/y`, `${name}/x`])
    }
    expect(paths(index.rowsIn(path('a_b'), 'with-tombstones'))).toContain('a_b/gone')
    expect(index.rowsIn('')).toHaveLength(HARD_NAMES.length + 2)
    expect([...index.rowsBelow('')]).toHaveLength(HARD_NAMES.length * 4 + 2)
    expect(index.count()).toBe(HARD_NAMES.length * 4 + 2)
    expect(index.check()).toEqual([])
  })

  it('may be changed while they are iterated', () => {
    index.record(Array.from({ length: 2500 }, (_, i) => put(`f${String(i).padStart(5, '0')}`)))
    let seen = 0
    for (const row of index.rowsBelow('')) {
      seen += 1
      index.record([{ path: row.path, state: { kind: 'deleted' } }])
    }
    expect(seen).toBe(2500)
    expect(index.count()).toBe(0)
  })

  it('are counted, however many change at once, within transactions and after those that were taken back', () => {
    const isThere = () => [...index.rowsBelow('')].length
    const many = Array.from({ length: 700 }, (_, i) => put(`f${i}`))
    expect(index.count()).toBe(0)
    for (const changes of [[put('a'), put('a'), dir('d'), put('d/x')], many, many.slice(0, 3)]) {
      index.record(changes)
      expect(index.count()).toBe(isThere())
    }
    index.moveRows(path('d'), path('e'))
    expect(index.count()).toBe(703)
    const attempt = () =>
      index.transaction(() => {
        index.record([put('b'), { path: path('a'), state: { kind: 'deleted' } }, put('c')])
        expect(index.count()).toBe(704)
        throw new Error('stop')
      })
    expect(attempt).toThrow('stop')
    expect([index.count(), isThere()]).toEqual([703, 703])
  })

  it('are found by inode, tombstones too', () => {
    index.record([put('a', { inode: 5n }), put('b', { inode: 5n }), put('c', { inode: 6n })])
    index.record([{ path: path('a'), state: { kind: 'deleted' } }])
    expect(paths(index.rowsByInode(5n)).sort()).toEqual(['a', 'b'])
    expect(index.rowsByInode(7n)).toEqual([])
  })
})

describe('moveRows', () => {
  it('takes everything below along, keeps nodes and leaves tombstones, whatever the names', () => {
    for (const [i, name] of HARD_NAMES.entries()) {
      const to = `to${i}/${HARD_NAMES.at(-1 - i)}`
      index.record([dir(`to${i}`), dir(name), dir(`${name}/d`), put(`${name}/d/${name}`), put(`${name}0`)])
      const before = [...index.rowsBelow(path(name))]
      index.moveRows(path(name), path(to))
      const after = [...index.rowsBelow(path(to))]
      expect(paths(after)).toEqual([`${to}/d`, `${to}/d/${name}`])
      expect(after.map(row => row.node)).toEqual(before.map(row => row.node))
      expect(after.map(row => row.state)).toEqual(before.map(row => row.state))
      expect(paths(index.rowsIn(path(to)))).toEqual([`${to}/d`])
      expect(index.row(path(name))?.state.kind).toBe('deleted')
      expect(index.row(path(`${name}/d/${name}`))?.state.kind).toBe('deleted')
      expect(index.row(path(`${name}0`))?.state.kind).toBe('file')
    }
    expect(index.check()).toEqual([])
  })

  it('gives every moved row and every tombstone a new sequence and a newer version', () => {
    index.record([put('b/x'), dir('a'), put('a/x')])
    const [tombstone] = index.record([{ path: path('b/x'), state: { kind: 'deleted' } }])
    const old = index.row(path('a/x'))
    const before = index.sequence
    index.moveRows(path('a'), path('b'))
    expect(index.sequence).toBe(before + 4)
    expect(compareVersions(index.row(path('b/x'))!.version, tombstone!.version)).toBe('newer')
    expect(compareVersions(index.row(path('a/x'))!.version, old!.version)).toBe('newer')
    const sequences = ['a', 'a/x', 'b', 'b/x'].map(text => index.row(path(text))!.sequence)
    expect(new Set(sequences).size).toBe(4)
    expect(Math.min(...sequences)).toBe(before + 1)
  })

  it('refuses to move into itself, onto something live, or nothing at all', () => {
    index.record([dir('a'), put('b')])
    expect(() => index.moveRows(path('a'), path('a/b'))).toThrow('into itself')
    expect(() => index.moveRows(path('a'), path('a'))).toThrow('into itself')
    expect(() => index.moveRows(path('c/d'), path('c'))).toThrow('which it is in')
    expect(() => index.moveRows(path('a'), path('b'))).toThrow('in the way')
    expect(() => index.moveRows(path('c'), path('d'))).toThrow('no live row')
  })
})

describe('agreements', () => {
  it('are told of as rolls of what the remote showed', () => {
    const pair = index.pair('r')
    pair.agree([
      { ...agreed('d', '1'), kind: 'directory', remote: 'd.1.755' as Stamp, mode: 0o755 },
      { ...agreed('e', '2'), kind: 'directory', remote: 'd.2.755' as Stamp },
      { ...agreed('d/b', '3'), remote: 'f.b' as Stamp, mode: 0o644 },
      { ...agreed('d/a', '4'), remote: 'f.a' as Stamp },
    ])
    index.pair('other').agree([agreed('x', '1')])
    expect([...pair.rolls()]).toEqual([
      { place: '', text: 'd//d.1.755/493/e//d.2.755/*/' },
      { place: 'd', text: 'a//f.a/*/b//f.b/*/' },
    ])
  })

  it('keep what was noted of their rolls until one of them changes, and rows until one of those does', () => {
    const pair = index.pair('r')
    index.record([dir('d'), put('d/f'), put('g')])
    pair.agree([agreed('d/f', '1')])
    const changes: { readonly of: 'rows' | 'agreements'; readonly change: () => unknown }[] = [
      { of: 'rows', change: () => index.record([put('d/f', { size: 9 })]) },
      { of: 'rows', change: () => index.record([{ ...put('g', { size: 1 }), news: 'same' }]) },
      { of: 'rows', change: () => index.moveRows(path('d'), path('e')) },
      { of: 'rows', change: () => index.record([{ path: path('g'), state: { kind: 'deleted' } }]) },
      { of: 'agreements', change: () => pair.agree([agreed('h', '1')]) },
      { of: 'agreements', change: () => pair.moveAgreements(path('d'), path('e')) },
      { of: 'agreements', change: () => pair.forget([path('e')]) },
      { of: 'agreements', change: () => pair.forgetAll() },
    ]
    for (const { of, change } of changes) {
      index.note('of rows')
      pair.note('of agreements')
      change()
      const left = of === 'rows' ? [undefined, 'of agreements'] : ['of rows', undefined]
      expect([index.noted(), pair.noted()], String(change)).toEqual(left)
    }
    index.note('of rows')
    const undone = () =>
      index.transaction(() => {
        index.record([put('z')])
        throw new Error('no')
      })
    expect(undone).toThrow('no')
    expect(index.noted()).toBe('of rows')
  })

  it('that were found clean are so until one of them, or a row, changes', () => {
    const pair = index.pair('r')
    const changes: (() => unknown)[] = [
      () => pair.agree([agreed('d', '1')]),
      () => index.record([put('d')]),
      () => pair.moveAgreements(path('d'), path('e')),
      () => index.moveRows(path('d'), path('e')),
      () => pair.forget([path('e')]),
      () => pair.forgetAll(),
    ]
    for (const change of changes) {
      pair.noteClean(index.sequence)
      expect(pair.isCleanAt(index.sequence)).toBe(true)
      index.record(
        [{ ...put('d', { inode: 7n }), news: 'same' as const }].filter(
          () => index.row(path('d'))?.state.kind === 'file',
        ),
      )
      expect(pair.isCleanAt(index.sequence)).toBe(true)
      change()
      expect(pair.isCleanAt(index.sequence)).toBe(false)
    }
    pair.noteClean(index.sequence)
    index.pair('other').agree([agreed('x', '1')])
    expect(pair.isCleanAt(index.sequence)).toBe(true)
  })

  it('come back exactly as agreed', () => {
    const pair = index.pair('r')
    const full: Agreement = {
      ...agreed('a/b', '12'),
      localId: '5' as Agreement['localId'] & string,
      remoteId: 'oc:1' as Agreement['remoteId'] & string,
      content: 'c' as ContentId,
      sums: ['SHA1:00', 'MD5:11'] as unknown as NonNullable<Agreement['sums']>,
      size: 0,
      localMtimeNs: -5n,
      remoteMtimeNs: 2n ** 70n,
      mode: 0,
      target: '',
    }
    const bare = agreed('a/c', 'not a number')
    pair.agree([full, bare, agreed('z', '007')])
    expect(pair.agreementsIn(path('a'))).toEqual([full, bare])
    expect(pair.remoteStampsIn(path('a'))).toEqual(
      [full, bare].map(({ path, kind, remote, remoteId, mode }) => ({ path, kind, remote, remoteId, mode })),
    )
    expect(pair.agreement(path('z'))).toEqual(agreed('z', '007'))
    expect(pair.agreementsByRemoteId('oc:1')).toEqual([full])
    expect(pair.countAgreements('entries')).toBe(3)
    expect(index.pair('other').countAgreements('entries')).toBe(0)
    pair.forget([path('a/b')])
    expect(pair.agreement(path('a/b'))).toBeUndefined()
    expect(paths(pair.agreementsBelow(''))).toEqual(['a/c', 'z'])
  })

  it('make rows clean, and changes make them dirty again', () => {
    const pair = index.pair('r')
    const rows = index.record([put('a'), dir('d'), put('d/x'), put('d/y'), put('gone'), put('hidden')])
    expect(dirty(pair)).toEqual(['a', 'd', 'd/x', 'd/y', 'gone', 'hidden'])
    pair.agree(rows.map(row => agreed(row.path, String(row.sequence))))
    expect(dirty(pair)).toEqual([])
    index.record([
      put('d/y', { size: 9 }),
      put('new'),
      { path: path('gone'), state: { kind: 'deleted' } },
      { path: path('hidden'), state: { kind: 'blocked', why: 'ignored' } },
      { path: path('never-agreed'), state: { kind: 'deleted' } },
    ])
    expect(dirty(pair)).toEqual(['d/y', 'gone', 'hidden', 'new'])
    const found = [...pair.dirtyRows()]
    expect(found.map(({ agreed }) => agreed?.path)).toEqual(['d/y', 'gone', 'hidden', undefined])
    expect(found[0]?.row).toEqual(index.row(path('d/y')))
    expect(dirty(index.pair('second'))).toEqual(['a', 'd', 'd/x', 'd/y', 'new'])
  })

  it('may be made while dirty rows are iterated', () => {
    const pair = index.pair('r')
    index.record(Array.from({ length: 2500 }, (_, i) => put(`f${i}`)))
    let seen = 0
    for (const { row } of pair.dirtyRows()) {
      seen += 1
      pair.agree([agreed(row.path, String(row.sequence))])
    }
    expect(seen).toBe(2500)
    expect(dirty(pair)).toEqual([])
  })

  it('move with their rows and stay clean where only the path changed', () => {
    const pair = index.pair('r')
    for (const name of HARD_NAMES) {
      const rows = index.record([dir(name), put(`${name}/same`), put(`${name}/edited`), link(`${name}/link`)])
      pair.agree(rows.map(agreementOfRow))
      index.record([put(`${name}/edited`, { content: 'other' as ContentId })])
      index.moveRows(path(name), path(`moved ${name}`))
      pair.moveAgreements(path(name), path(`moved ${name}`))
    }
    expect(dirty(pair)).toEqual(HARD_NAMES.map(name => `moved ${name}/edited`).sort(byBytes))
    expect(paths(pair.agreementsIn('')).sort()).toEqual(HARD_NAMES.map(name => `moved ${name}`).sort())
    expect(pair.countAgreements('entries')).toBe(HARD_NAMES.length * 4)
    expect(() => pair.moveAgreements(path('a'), path('a/b'))).toThrow('into themselves')
  })

  it('are all forgotten together with the seen stamps, and only those of one remote', () => {
    const [pair, other] = [index.pair('r'), index.pair('s')]
    for (const each of [pair, other]) {
      each.agree([agreed('a', '1')])
      each.markSeen(new Map([['' as const, 'etag' as Stamp]]))
    }
    pair.forgetAll()
    expect([pair.countAgreements('entries'), pair.seen('')]).toEqual([0, undefined])
    expect([other.countAgreements('entries'), other.seen('')]).toEqual([1, 'etag'])
  })
})

describe('what else is remembered', () => {
  it('survives reopening', () => {
    const pair = index.pair('r')
    const failure = {
      ...{ path: path('a'), message: 'No.', code: 'denied', count: 3, lastAt: 1_700_000_000_123, nextTryAt: 9e12 },
      ...{ local: '1' as Stamp, remote: 'absent' as const },
    }
    pair.recordFailure(failure)
    pair.saveResume('up a', 'token')
    pair.set('cookie', 'x')
    pair.markSeen(new Map([[path('d'), 'e1' as Stamp]]))
    index.recordConflict({ path: path('a (conflict)'), origin: path('a'), at: 5 })
    index.set('setting', 'value')
    index.recordBlocks('c' as ContentId, Uint8Array.of(1, 2, 3))
    const { id } = index
    index.close()
    index = openIndex(file, options)
    const again = index.pair('r')
    expect(index.id).toBe(id)
    expect([again.failures(), again.failure(path('a'))]).toEqual([[failure], failure])
    expect([again.resume('up a'), again.resumes()]).toEqual(['token', [{ key: 'up a', token: 'token' }]])
    expect([again.get('cookie'), again.seen(path('d')), index.get('setting')]).toEqual(['x', 'e1', 'value'])
    expect(index.conflicts()).toEqual([{ path: 'a (conflict)', origin: 'a', at: 5 }])
    expect(Array.from(index.blocks('c' as ContentId)!)).toEqual([1, 2, 3])
    expect(index.remotes()).toEqual(['r'])
  })

  it('can be taken back', () => {
    const pair = index.pair('r')
    pair.saveResume('k', 't')
    pair.saveResume('k', undefined)
    pair.set('k', 'v')
    pair.set('k', undefined)
    index.set('k', 'v')
    index.set('k', undefined)
    index.recordConflict({ path: path('c'), origin: path('o'), at: 5 })
    index.forgetConflict(path('c'))
    pair.markSeen(new Map([[path('d'), 'e1' as Stamp]]))
    pair.unsee([path('d')])
    expect([pair.resume('k'), pair.get('k'), index.get('k'), pair.seen(path('d'))]).toEqual(Array(4).fill(undefined))
    expect([pair.failure(path('x')), index.conflicts()]).toEqual([undefined, []])
  })
})

describe('transactions', () => {
  it('are all or nothing, counters included', () => {
    const attempt = () =>
      index.transaction(() => {
        index.record([put('a'), put('b')])
        index.pair('made inside').agree([agreed('a', '1')])
        throw new Error('stop')
      })
    expect(attempt).toThrow('stop')
    expect([index.count(), index.sequence, index.remotes()]).toEqual([0, 0, []])
    const [row] = index.record([put('a')])
    expect([row?.sequence, row?.node]).toEqual([1, 1])
    index.pair('made inside').agree([agreed('a', '1')])
    expect(index.check()).toEqual([])
  })

  it('do not keep half when a part failed and somebody caught it', () => {
    const attempt = () =>
      index.transaction(() => {
        index.record([put('a')])
        try {
          index.record([put('b'), { ...put('missing'), news: 'same' }])
        } catch {}
      })
    expect(attempt).toThrow('failed part')
    expect(index.count()).toBe(0)
  })
})

describe('the file', () => {
  it('that is no database, or is damaged, is reported and left alone', () => {
    const other = join(directory, 'other.db')
    writeFileSync(other, 'no database at all, but long enough to be taken for one by somebody in a hurry'.repeat(50))
    const before = readFileSync(other)
    expect(() => openIndex(other, options)).toThrow(expect.objectContaining({ code: 'folder-unusable' }))
    expect(() => openIndex(other, options)).toThrow('syncline doctor')
    expect(readFileSync(other)).toEqual(before)
  })

  it("that is another program's database, or a newer version's, is refused", () => {
    const foreign = new Database(join(directory, 'foreign.db'), INDEX_WORDS)
    foreign.exec('CREATE TABLE t (x)')
    foreign.close()
    expect(() => openIndex(foreign.file, options)).toThrow('another program')
    index.close()
    const newer = new Database(file, INDEX_WORDS)
    newer.exec('PRAGMA user_version = 999')
    newer.close()
    expect(() => openIndex(file, options)).toThrow('newer version')
    index = openIndex(':memory:', options)
  })

  it.runIf(process.platform === 'linux')(
    'is let go of when it cannot be used: its disk may be about to be unplugged',
    async () => {
      index.close()
      const odd = new Database(file, INDEX_WORDS)
      odd.exec('DROP TABLE settings')
      odd.close()
      expect(() => openIndex(file, options)).toThrow('settings')
      index = openIndex(join(directory, 'another.db'), options)
      expect(openFiles(directory)).toContain('another.db')
      await expect.poll(() => openFiles(directory).filter(each => each.startsWith('index.db')), WAIT).toEqual([])
    },
  )

  it.runIf(process.platform === 'linux')('is let go of when it is closed', async () => {
    index.record([put('a')])
    expect(openFiles(directory)).toContain('index.db')
    index.close()
    await expect.poll(() => openFiles(directory), WAIT).toEqual([])
    index = openIndex(':memory:', options)
  })

  it('can be set aside and built anew', () => {
    index.record([put('a')])
    index.close()
    const aside = setAsideIndex(file, new Date(0))
    expect(readdirSync(directory).filter(name => !/-(wal|shm)$/.test(name))).toEqual([
      'index.db.damaged-1970-01-01T000000.000Z',
    ])
    index = openIndex(file, options)
    expect(index.count()).toBe(0)
    const old = openIndex(aside!, options)
    expect(old.count()).toBe(1)
    old.close()
  })

  it('can be worked on as a private copy that leaves no trace, also while it is open', () => {
    index.record([put('a')])
    const before = snapshot()
    const copy = openIndex(file, { ...options, mode: 'copy' })
    copy.record([put('b')])
    expect([copy.count(), index.count(), copy.id]).toEqual([2, 1, index.id])
    copy.close()
    expect(snapshot()).toEqual(before)
    const missing = openIndex(join(directory, 'none.db'), { ...options, mode: 'copy' })
    missing.record([put('b')])
    missing.close()
    expect(snapshot()).toEqual(before)
  })

  it('shows what is wrong when it is checked', () => {
    index.record([put('a'), put('b')])
    index.close()
    const raw = new Database(file, INDEX_WORDS)
    raw.exec(`UPDATE rows SET parent = 'x', node = 1, sequence = 7 WHERE path = 'b'; UPDATE rows SET content = NULL`)
    raw.close()
    index = openIndex(file, options)
    expect(index.check().join(' ')).toMatch(/never given.*shares its node id.*not in.*incomplete/)
  })
})

// The shared memory of an open index changes whenever it is read.
function snapshot(): readonly string[] {
  return readdirSync(directory).map(name =>
    name.endsWith('-shm') ? name : `${name} ${digestOf(join(directory, name))}`,
  )
}

function digestOf(name: string): string {
  return createHash('sha256').update(readFileSync(name)).digest('hex')
}

function path(text: string): Path {
  const parsed = parsePath(text)
  if (parsed === undefined) throw new Error(`no path: ${text}`)
  return parsed
}

function aFile(some: Partial<Extract<RowState, { kind: 'file' }>> = {}): Extract<RowState, { kind: 'file' }> {
  return {
    ...{ kind: 'file', mark: 'm' as DiskMark, inode: 1n, size: 1, mtimeNs: 1n, mode: 0o644, content: 'c' as ContentId },
    ...some,
  }
}

/** By their names, which the slash ends. */
function inByteOrder(words: readonly string[]): readonly string[] {
  const nameOf = (word: string) => Buffer.from(word.slice(0, word.indexOf('/')))
  return [...words].sort((a, b) => Buffer.compare(nameOf(a), nameOf(b)))
}

function put(text: string, some: Partial<Extract<RowState, { kind: 'file' }>> = {}) {
  return { path: path(text), state: aFile(some) }
}

function dir(text: string) {
  return { path: path(text), state: { kind: 'directory', mark: 'd' as DiskMark, inode: 3n, mode: 0o755 } as const }
}

function link(text: string) {
  return { path: path(text), state: { kind: 'symlink', mark: 'l' as DiskMark, inode: 4n, target: 'there' } as const }
}

function agreed(text: string, local: string): Agreement {
  return { path: path(text), kind: 'file', local: local as Stamp, remote: 'etag' as Stamp }
}

function agreementOfRow({ path, sequence, state }: Row): Agreement {
  const base = { path, local: String(sequence) as Stamp, remote: 'etag' as Stamp }
  if (state.kind === 'file') {
    return { ...base, kind: 'file', content: state.content, localMtimeNs: state.mtimeNs, mode: state.mode }
  }
  return state.kind === 'symlink' ? { ...base, kind: 'symlink', target: state.target } : { ...base, kind: 'directory' }
}

function dirty(pair: ReturnType<FolderIndex['pair']>): readonly string[] {
  return [...pair.dirtyRows()].map(({ row }) => row.path)
}

function paths(found: Iterable<{ readonly path: Path }>): string[] {
  return [...found].map(({ path }) => path)
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const WAIT = { timeout: 60_000 }

/** What this process has open in `directory`, as the kernel tells. */
function openFiles(directory: string): readonly string[] {
  const inside = `${realpathSync(directory)}/`
  return readdirSync('/proc/self/fd').flatMap(each => {
    const file = fileOf(each)
    return file?.startsWith(inside) ? [file.slice(inside.length)] : []
  })
}

function fileOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    // It was that of the listing, and is closed by now.
    return undefined
  }
}
