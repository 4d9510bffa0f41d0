// What comes of bytes that are sent, and of directories that are made.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { contentIdOfBytes } from '../../index/content-id.ts'
import type { Checksum } from '../../model/content.ts'
import type { Condition, FileNode, Received, SpaceChange } from '../space.ts'
import { fact } from './facts.ts'
import { expectRefused, MTIME, nodeOf, SIGNAL, type SpaceBench } from './space-bench.ts'

export const PUTTING = {
  'a put creates, and then replaces under the same id': fact(async at => {
    const created = await at.put('a', 'one')
    expect(created).toMatchObject({ as: 'done', made: 'created' })
    const replaced = await at.put('a', 'two!')
    expect(replaced).toMatchObject({ as: 'done', made: 'replaced', node: { id: nodeOf(created).id, size: 4 } })
    expect(await at.there('a')).toEqual(nodeOf(replaced))
    expect(String(await at.read('a'))).toBe('two!')
  }),
  'another content or another time is another etag, the same again is the same': fact(async at => {
    const first = await at.file('a', 'one')
    const content = nodeOf(await at.put('a', 'two'))
    const time = nodeOf(await at.put('a', 'two', 'any', MTIME + 1000))
    expect(new Set([first.etag, content.etag, time.etag]).size).toBe(3)
    expect(nodeOf(await at.put('a', 'one')).etag).toBe(first.etag)
  }),
  'without a time it is the time of arrival': fact(async at => {
    const received = await at.receive('a', 'x')
    const change: SpaceChange = { do: 'put', at: at.path('a'), received, mtimeMs: undefined, when: 'any' }
    const { mtimeMs } = nodeOf(await at.space.change(change, SIGNAL))
    expect(Math.abs(mtimeMs - Date.now())).toBeLessThan(60_000)
  }),
  'a put is made only when its condition holds': fact(async at => {
    const cases: readonly [Condition, 'absent' | 'there', boolean][] = [
      ['any', 'absent', true],
      ['absent', 'absent', true],
      ['present', 'absent', false],
      [['0'] as unknown as Condition, 'absent', false],
      ['any', 'there', true],
      ['absent', 'there', false],
      ['present', 'there', true],
      [['0'] as unknown as Condition, 'there', false],
      [[], 'there', false],
    ]
    for (const [i, [when, state, isMade]] of cases.entries()) {
      if (state === 'there') await at.file(`f${i}`, 'old')
      const before = await at.there('')
      const changed = await at.put(`f${i}`, 'new', when)
      if (isMade) expect(changed.as).toBe('done')
      else {
        expectRefused(changed, 'stale')
        expect(await at.there('')).toEqual(before)
      }
    }
  }),
  'an etag that is current allows a put, one that was does not': fact(async at => {
    const first = await at.file('a', 'one')
    expect((await at.put('a', 'two', [first.etag])).as).toBe('done')
    expectRefused(await at.put('a', 'three', [first.etag]), 'stale')
    const { etag } = await at.there('a')
    expect((await at.put('a', 'three', [first.etag, etag])).as).toBe('done')
  }),
  'of many puts on the same etag exactly one is made': fact(async at => {
    const { etag } = await at.file('a', 'old')
    const puts = Array.from({ length: 20 }, (_, i) => at.put('a', `new ${i}`, [etag]))
    const made = (await Promise.all(puts))
      .map((changed, i) => ({ changed, i }))
      .filter(({ changed }) => changed.as === 'done')
    expect(made).toHaveLength(1)
    expect(String(await at.read('a'))).toBe(`new ${made[0]?.i}`)
  }),
  'of many that create the same exactly one is made': fact(async at => {
    const puts = await Promise.all(Array.from({ length: 20 }, (_, i) => at.put('a', `${i}`, 'absent')))
    const makes = await Promise.all(Array.from({ length: 20 }, () => at.makeDirectory('d')))
    expect(puts.filter(({ as }) => as === 'done')).toHaveLength(1)
    expect(makes.filter(({ as }) => as === 'done')).toHaveLength(1)
  }),
  'a hundred puts at once into one directory are all there': fact(async at => {
    await at.directory('d')
    await at.directory('d/e')
    const before = await statesOf(at, ['', 'd', 'd/e'])
    const bodies = Array.from({ length: 100 }, (_, i) => `body ${i}`)
    const made = await Promise.all(bodies.map((body, i) => at.put(`d/e/f${i}`, body, 'absent')))
    expect(made.every(({ as }) => as === 'done')).toBe(true)
    expect(new Set(made.map(changed => nodeOf(changed).id)).size).toBe(100)
    for (const [i, body] of bodies.entries()) expect(String(await at.read(`d/e/f${i}`))).toBe(body)
    const size = bodies.join('').length
    for (const [i, node] of (await statesOf(at, ['', 'd', 'd/e'])).entries()) {
      expect(node.size).toBe(size)
      expect(node.etag).not.toBe(before[i]?.etag)
    }
    expect(await at.list('d/e')).toHaveLength(100)
  }),
  'nothing is put where no directory is': fact(async at => {
    await at.file('file', 'x')
    expectRefused(await at.put('none/a', 'x'), 'no-parent')
    expectRefused(await at.put('file/a', 'x'), 'no-parent')
    expectRefused(await at.makeDirectory('none/a'), 'no-parent')
    expectRefused(await at.makeDirectory('file/a'), 'no-parent')
  }),
  'a directory is not replaced by a put': fact(async at => {
    await at.directory('d')
    await at.file('d/a', 'x')
    expectRefused(await at.put('d', 'x'), 'is-a-directory')
    expect(String(await at.read('d/a'))).toBe('x')
  }),
  'a directory is made once, and never where something is': fact(async at => {
    expect(await at.makeDirectory('d')).toMatchObject({
      as: 'done',
      made: 'created',
      node: { kind: 'directory', size: 0 },
    })
    await at.file('a', 'x')
    expectRefused(await at.makeDirectory('d'), 'exists')
    expectRefused(await at.makeDirectory('a'), 'exists')
  }),
  'what is received tells what it is, and is nowhere until it is put': fact(async at => {
    const before = await at.there('')
    const bytes = Buffer.from('hello')
    const received = await at.receive('a', bytes, { kinds: ['SHA1', 'MD5', 'ADLER32', 'SHA256'] })
    expect(received).toMatchObject({ size: 5, content: contentIdOfBytes(bytes) })
    expect([...received.sums].sort()).toEqual(SUMS_OF_HELLO)
    expect(await at.there('')).toEqual(before)
    await at.space.discard(received)
    expect(await at.there('')).toEqual(before)
  }),
  'the checksums that were computed are known afterwards': fact(async at => {
    const received = await at.receive('a', 'hello', { sums: [SHA1_OF_HELLO], kinds: ['MD5'] })
    const { sums } = nodeOf(await putReceived(at, 'a', received)) as FileNode
    expect(sums).toEqual(expect.arrayContaining([SHA1_OF_HELLO]))
    expect(((await at.there('a')) as FileNode).sums).toEqual(sums)
    const [listed] = await at.list('')
    expect((listed as FileNode).sums).toEqual(sums)
  }),
  'what is not what its checksum says is refused, and leaves nothing': fact(async at => {
    const before = await at.there('')
    const wrong = `SHA1:${'0'.repeat(40)}` as Checksum
    await expect(at.receive('a', 'hello', { sums: [wrong] })).rejects.toMatchObject({ code: 'corrupt' })
    await expect(at.receive('a', 'hello', { sums: [SHA1_OF_HELLO, wrong] })).rejects.toMatchObject({ code: 'corrupt' })
    const large = Buffer.alloc(2_000_000)
    await expect(at.receive('a', large, { sums: [wrong] })).rejects.toMatchObject({ code: 'corrupt' })
    expect(await at.there('')).toEqual(before)
  }),
  'another length than was announced is refused': fact(async at => {
    for (const size of [0, 4, 6, 1_000_000]) {
      await expect(at.receive('a', 'hello', { size })).rejects.toMatchObject({ code: 'protocol' })
    }
    await expect(at.receive('a', Buffer.alloc(2_000_000), { size: 1_999_999 })).rejects.toMatchObject({
      code: 'protocol',
    })
    await expect(at.receive('a', Buffer.alloc(2_000_000), { size: 2_000_001 })).rejects.toMatchObject({
      code: 'protocol',
    })
  }),
  'a length that was not announced is found': fact(async at => {
    for (const [name, bytes] of [
      ['small', Buffer.from('hello')],
      ['large', Buffer.alloc(2_000_000, 'x')],
    ] as const) {
      const received = await at.receive(name, bytes, { size: undefined, kinds: ['SHA1'] })
      expect(received).toMatchObject({ size: bytes.length, content: contentIdOfBytes(bytes) })
      expect(received.sums).toContain(`SHA1:${createHash('sha1').update(bytes).digest('hex')}`)
      await putReceived(at, name, received)
      expect((await at.read(name)).equals(bytes)).toBe(true)
    }
  }),
  'a sender that fails, or is stopped, leaves nothing': fact(async at => {
    const before = await at.there('')
    const fault = new Error('the line was cut')
    const failing = async function* () {
      yield Buffer.alloc(1_000_000)
      throw fault
    }
    await expect(at.receive('a', '', { size: undefined, bytes: failing() })).rejects.toThrow('the line was cut')
    const stop = new AbortController()
    const stopping = async function* () {
      yield Buffer.alloc(1_000_000)
      stop.abort(new Error('stopped'))
      yield Buffer.alloc(1_000_000)
    }
    const incoming = { at: at.path('a'), size: undefined, bytes: stopping() }
    await expect(at.space.receive(incoming, stop.signal)).rejects.toThrow('stopped')
    expect(await at.there('')).toEqual(before)
  }),
  'a time that is set is another etag, under the same id': fact(async at => {
    const file = await at.file('a', 'x')
    expect(nodeOf(await at.setMtime('a', 1_000_000_000_000))).toMatchObject({ id: file.id, mtimeMs: 1_000_000_000_000 })
    expect((await at.there('a')).etag).not.toBe(file.etag)
    expectRefused(await at.setMtime('a', 5000, [file.etag]), 'stale')
    expectRefused(await at.setMtime('b', 5000), 'missing')
  }),
}

const SHA1_OF_HELLO = 'SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d' as Checksum
const SUMS_OF_HELLO = [
  'ADLER32:062c0215',
  'MD5:5d41402abc4b2a76b9719d911017c592',
  SHA1_OF_HELLO,
  'SHA256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
]

function putReceived(at: SpaceBench, name: string, received: Received) {
  return at.space.change({ do: 'put', at: at.path(name), received, mtimeMs: MTIME, when: 'any' }, SIGNAL)
}

function statesOf(at: SpaceBench, names: readonly string[]) {
  return Promise.all(names.map(name => at.there(name)))
}
