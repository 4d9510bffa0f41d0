import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, benchOn, path, SIGNAL, sourceOf } from '../../../test/fakes/owncloud/bench.ts'
import { htmlLoginPage, otherBytes, withHeaders } from '../../../test/fakes/owncloud/faults.ts'
import { type FakeOwncloud, startFakeOwncloud } from '../../../test/fakes/owncloud/server.ts'
import type { Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Commit, Committed, Resume } from '../../replica/replica.ts'

let server: FakeOwncloud
let bench: Bench

async function begin(
  flavour: 'owncloud' | 'nextcloud' = 'nextcloud',
  bulk = false,
  maxChunkSize?: number,
): Promise<void> {
  server = await startFakeOwncloud({ flavour, bulk, ...(maxChunkSize === undefined ? {} : { maxChunkSize }) })
  bench = await benchOn(server)
  server.resetCounters()
}

afterEach(async () => {
  await bench.replica.close()
  await server.stop()
})

const sha1 = (content: string | Uint8Array): string => `SHA1:${createHash('sha1').update(content).digest('hex')}`
const stampOf = (at: string): Stamp => server.tree.get(at).etag as Stamp
const readAgain = (code: string) => expect.objectContaining({ code })
/** What the replica yields until it ends or fails, and the failure. */
async function readUntilFault(at: string, from = 0): Promise<{ bytes: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of bench.replica.read(path(at), stampOf(at), from, SIGNAL)) chunks.push(chunk)
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error }
  }
  return { bytes: Buffer.concat(chunks), error: undefined }
}

describe('downloads', () => {
  beforeEach(() => begin())
  const content = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * 31) & 0xff))

  test('go on with a range where they were cut', async () => {
    server.tree.put('a', content, { sums: [sha1(content)] })
    server.faults.add({ method: 'GET', times: 1, act: { do: 'cut-reply', bytes: 300_000 } })
    const first = await readUntilFault('a')
    expect(first.error).toMatchObject({ code: 'offline', scope: 'entry' })
    expect(first.bytes.length).toBeGreaterThan(0)
    const second = await readUntilFault('a', first.bytes.length)
    expect(Buffer.concat([first.bytes, second.bytes]).equals(content)).toBe(true)
    expect(server.requests.at(-1)?.headers['range']).toBe(`bytes=${first.bytes.length}-`)
  })

  test('are not mixed from two states', async () => {
    const old = server.tree.put('a', content).etag as Stamp
    server.tree.put('a', 'another content')
    await expect(bench.read('a', old, 100)).rejects.toMatchObject({ code: 'changed' })
    expect(server.requests.at(-1)?.status, 'not a byte travels').toBe(412)
    server.faults.add({ act: { do: 'edit', edit: withHeaders({ ETag: '"other"', 'OC-ETag': '"other"' }) } })
    await expect(bench.read('a', stampOf('a'))).rejects.toMatchObject({ code: 'changed' })
  })

  test('start over when the range is refused, or not understood', async () => {
    server.tree.put('a', 'hello world', { sums: [sha1('hello world')] })
    server.faults.add({ method: 'GET', times: 1, act: { do: 'reply', reply: { status: 416 } } })
    expect(await bench.read('a', stampOf('a'), 6)).toBe('world')
    const whole = { status: 200, headers: { ETag: `"${stampOf('a')}"` }, body: 'hello world' }
    server.faults.add({ method: 'GET', times: 1, act: { do: 'reply', reply: whole } })
    expect(await bench.read('a', stampOf('a'), 6)).toBe('world')
  })

  test('are refused when the bytes are not those of the checksum', async () => {
    server.tree.put('a', 'hello', { sums: [sha1('hello')] })
    server.faults.add({ method: 'GET', times: 1, act: { do: 'edit', edit: otherBytes() } })
    await expect(bench.read('a', stampOf('a'))).rejects.toMatchObject({ code: 'corrupt' })
    expect(await bench.read('a', stampOf('a'))).toBe('hello')
  })

  test('take a checksum that an uploader got wrong for what it is, after asking the server', async () => {
    server.tree.put('a', 'hello', { sums: [sha1('something else')] })
    expect(await bench.read('a', stampOf('a'))).toBe('hello')
    expect(server.count('PATCH')).toBe(1)
  })

  test.each([
    ['an unknown kind', 'BLAKE9:00ff', undefined],
    ['the best of several', `ADLER32:deadbeef BLAKE9:00 ${sha1('hello')}`, undefined],
    ['a weak kind', 'ADLER32:062c0215', undefined],
    ['a wrong weak kind', 'ADLER32:062c0216', 'corrupt'],
  ])('judge by %s as it deserves', async (_, sums, code) => {
    server.tree.put('a', 'hello', { sums: ['SHA1:0000000000000000000000000000000000000000'] })
    server.faults.add({ method: 'GET', act: { do: 'edit', edit: withHeaders({ 'OC-Checksum': sums }) } })
    server.faults.add({ method: 'PATCH', act: { do: 'reply', reply: { status: 501 } } })
    const read = bench.read('a', stampOf('a'))
    if (code === undefined) expect(await read).toBe('hello')
    else await expect(read).rejects.toMatchObject({ code })
  })

  test('do not take a login page for a file', async () => {
    server.tree.put('a', 'hello')
    server.faults.add({ method: 'GET', act: { do: 'reply', reply: htmlLoginPage() } })
    await expect(bench.read('a', stampOf('a'))).rejects.toMatchObject({ code: 'protocol' })
  })

  test('of many files fail one by one', async () => {
    const names = ['a', 'b', 'c']
    for (const name of names) server.tree.put(name, name)
    server.faults.add({ method: 'GET', path: 'b', act: { do: 'reply', reply: { status: 500 } } })
    const wanted = names.map(name => ({ path: path(name), expect: stampOf(name), size: 1 }))
    const results = (await bench.replica.readMany?.(wanted, SIGNAL)) ?? []
    expect(results.map(one => (one instanceof SyncError ? one.code : String(one)))).toEqual(['a', 'io', 'c'])
  })
})

describe.each(['owncloud', 'nextcloud'] as const)('uploads in one request to %s', flavour => {
  beforeEach(() => begin(flavour))

  test('carry checksum, time and guard, and cost one request', async () => {
    const committed = await bench.put('a', 'hello')
    expect(committed).toMatchObject({
      as: 'done',
      entry: { stamp: stampOf('a'), size: 5, mtimeNs: 1_700_000_000_000_000_000n },
    })
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT'])
    expect(server.requests[0]?.headers).toMatchObject({
      'oc-checksum': sha1('hello'),
      'x-oc-mtime': '1700000000',
      'if-none-match': '*',
    })
    await bench.put('a', 'again', stampOf('a'))
    expect(server.tree.text('a')).toBe('again')
    expect(server.count()).toBe(2)
  })

  test('whose reply was lost are done, as the checksum proves', async () => {
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'lose-reply' } })
    expect(await bench.put('a', 'hello')).toMatchObject({ as: 'done', entry: { stamp: stampOf('a') } })
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'repeat' } })
    expect(await bench.put('a', 'world', stampOf('a'))).toMatchObject({ as: 'done', entry: { stamp: stampOf('a') } })
    expect(server.tree.text('a')).toBe('world')
  })

  test('that somebody else came before are stale, and replace nothing', async () => {
    const first = await bench.put('a', 'mine')
    server.tree.put('a', 'theirs')
    const stamp = first.as === 'done' && first.entry?.kind === 'file' ? first.entry.stamp : ('' as Stamp)
    expect(await bench.put('a', 'mine again', stamp)).toMatchObject({ as: 'stale', found: { stamp: stampOf('a') } })
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'lose-reply' } })
    expect(await bench.put('a', 'once more', stamp)).toMatchObject({ as: 'stale' })
    expect(server.tree.text('a')).toBe('theirs')
  })

  test('that were cut on the way are sent again, a bounded number of times', async () => {
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'cut-request', bytes: 1 } })
    expect(await bench.put('a', 'hello')).toMatchObject({ as: 'done' })
    server.faults.add({ method: 'PUT', act: { do: 'cut-request', bytes: 1 } })
    server.resetCounters()
    await expect(bench.put('b', 'hello')).rejects.toMatchObject({ code: 'offline', scope: 'entry' })
    expect(server.count('PUT')).toBeLessThanOrEqual(6)
    expect(server.tree.find('b')).toBeUndefined()
  })

  test('are looked at when the reply does not say what is there', async () => {
    const edit = withHeaders({ ETag: undefined, 'OC-ETag': undefined })
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'edit', edit } })
    expect(await bench.put('a', 'hello')).toMatchObject({ as: 'done', entry: { stamp: stampOf('a') } })
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'edit', edit: withHeaders({ 'X-OC-MTime': undefined }) } })
    expect(await bench.put('b', 'hello')).toMatchObject({ as: 'done', entry: { stamp: stampOf('b') } })
  })

  test('of some megabytes are streamed, and given up when the bytes are not the announced ones', async () => {
    const source = sourceOf('big', Buffer.alloc(3_000_000, 'x'))
    const resume: Resume = { token: undefined, save: () => {} }
    const torn = {
      ...source,
      async *open() {
        yield Buffer.alloc(2_999_999, 'x')
        yield Buffer.from('y')
      },
    }
    const staged = await bench.replica.stage(torn, resume, SIGNAL)
    expect(server.count()).toBe(0)
    const change: Commit = { do: 'put', path: path('big'), staged, mtimeNs: source.mtimeNs, expect: 'absent' }
    await expect(bench.replica.commit(change, SIGNAL)).rejects.toMatchObject({ code: 'changed' })
    expect(server.tree.find('big')).toBeUndefined()
    expect(await bench.put('big', Buffer.alloc(3_000_000, 'x'))).toMatchObject({ as: 'done' })
    expect(server.tree.get('big').sums).toEqual([sha1(Buffer.alloc(3_000_000, 'x'))])
  })

  test('say why they were refused', async () => {
    server.tree.put('share/a', '1')
    server.tree.restrict('share', { own: 'SGDNV', files: 'SG', directories: 'SG' })
    await expect(bench.put('share/a', '2', stampOf('share/a'))).rejects.toMatchObject({ code: 'denied' })
    await expect(bench.put('x.part', '2')).rejects.toMatchObject({ code: 'name-not-allowed' })
    await expect(bench.put('missing/a', '2')).rejects.toMatchObject({ code: 'missing' })
    const locked = { status: 423, headers: { 'Content-Type': 'application/xml' }, body: '<d:error xmlns:d="DAV:"/>' }
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'reply', reply: locked } })
    await expect(bench.put('l', '2')).rejects.toMatchObject({ code: 'locked', retry: 'soon' })
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'reply', reply: { status: 413 } } })
    await expect(bench.put('l', '2')).rejects.toMatchObject({ code: 'too-large' })
  })

  test('that do not fit leave room for smaller ones', async () => {
    server.tree.quota = 10
    await expect(bench.put('large', 'x'.repeat(20))).rejects.toMatchObject({ code: 'quota-exceeded', scope: 'entry' })
    expect(await bench.put('small', 'x')).toMatchObject({ as: 'done' })
  })

  test('are not stopped by the fault of another', async () => {
    server.faults.add({ method: 'PUT', path: 'b', act: { do: 'reply', reply: { status: 500 } } })
    const results = await commitAll(['a', 'b', 'c'])
    expect(results.map(one => (one instanceof SyncError ? one.code : one.as))).toEqual(['done', 'io', 'done'])
  })
})

async function commitAll(
  names: readonly string[],
  content = (name: string) => name,
): Promise<readonly (Committed | SyncError)[]> {
  const sources = names.map(name => ({ ...sourceOf(name, content(name)), bytes: Buffer.from(content(name)) }))
  const staged = (await bench.replica.stageMany?.(sources, SIGNAL)) ?? []
  const changes = staged.map((one, i): Commit => {
    if (one instanceof SyncError) throw one
    return { do: 'put', path: path(names[i] ?? ''), staged: one, mtimeNs: 1_700_000_000_000_000_000n, expect: 'absent' }
  })
  return (await bench.replica.commitMany?.(changes, SIGNAL)) ?? []
}

describe('ownCloud', () => {
  test('refuses bytes that do not match their checksum, which is told as damage', async () => {
    await begin('owncloud')
    const refusal = {
      status: 400,
      headers: { 'Content-Type': 'application/xml; charset=utf-8' },
      body: '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception><s:message>The computed checksum does not match the one received from the client.</s:message></d:error>',
    }
    server.faults.add({ method: 'PUT', times: 1, act: { do: 'reply', reply: refusal } })
    await expect(bench.put('a', '1')).rejects.toMatchObject({ code: 'corrupt', retry: 'soon' })
  })
})

describe('uploads in chunks', () => {
  const CHUNK = 2_000_000
  const content = Buffer.from(Array.from({ length: 5_000_000 }, (_, i) => (i * 7 + (i >> 10)) & 0xff))
  const memo = (): Resume & { tokens: string[] } => {
    const tokens: string[] = []
    return { token: undefined, tokens, save: token => void tokens.push(token) }
  }
  beforeEach(() => begin('owncloud', false, CHUNK))
  const chunks = () => server.count('PUT', /uploads/)

  test('arrive whole, with time and checksum, and are guarded', async () => {
    const resume = memo()
    expect(await bench.put('big', content, 'absent', resume)).toMatchObject({
      as: 'done',
      entry: { stamp: stampOf('big') },
    })
    expect(server.tree.read('big').equals(content)).toBe(true)
    expect([chunks(), server.tree.get('big').mtime, resume.tokens.length]).toEqual([3, 1_700_000_000, 1])
    const { id } = server.tree.get('big')
    const old = stampOf('big')
    server.tree.put('big', 'theirs')
    expect(await bench.put('big', content, old)).toMatchObject({ as: 'stale', found: { stamp: stampOf('big') } })
    expect(await bench.put('big', content, 'absent')).toMatchObject({ as: 'stale' })
    expect(server.tree.text('big')).toBe('theirs')
    expect(await bench.put('big', content, stampOf('big'))).toMatchObject({ as: 'done' })
    expect(server.tree.get('big').id).toBe(id)
  })

  test('go on in a later run with what is there', async () => {
    const resume = memo()
    server.faults.add({ method: 'PUT', path: /uploads.*0000004000000$/, act: { do: 'reply', reply: { status: 500 } } })
    await expect(bench.put('big', content, 'absent', resume)).rejects.toMatchObject({ code: 'io' })
    server.faults.clear()
    server.resetCounters()
    const later = await benchOn(server, { memory: bench.memory })
    expect(await later.put('big', content, 'absent', { token: resume.tokens[0], save: () => {} })).toMatchObject({
      as: 'done',
    })
    expect(chunks()).toBe(1)
    expect(server.tree.read('big').equals(content)).toBe(true)
    await later.replica.close()
  })

  test('throw away chunks that do not fit, and fill the gap', async () => {
    const resume = memo()
    server.faults.add({ method: 'PUT', path: /uploads.*0000004000000$/, act: { do: 'reply', reply: { status: 500 } } })
    await expect(bench.put('big', content, 'absent', resume)).rejects.toBeInstanceOf(SyncError)
    server.faults.clear()
    const [transfer] = [...server.account('alice').uploads.values()]
    transfer?.chunks.delete('0000000000000000')
    transfer?.chunks.set('junk', Buffer.from('junk'))
    await bench.put('big', content, 'absent', { token: resume.tokens[0], save: () => {} })
    expect(server.tree.read('big').equals(content)).toBe(true)
  })

  test('do not go on with another content', async () => {
    const resume = memo()
    server.faults.add({ method: 'PUT', path: /uploads.*0000004000000$/, act: { do: 'reply', reply: { status: 500 } } })
    await expect(bench.put('big', content, 'absent', resume)).rejects.toBeInstanceOf(SyncError)
    server.faults.clear()
    const other = Buffer.from(content).fill(1, 0, 100)
    await bench.put('big', other, 'absent', { token: resume.tokens[0], save: () => {} })
    expect(server.tree.read('big').equals(other)).toBe(true)
    expect(server.account('alice').uploads.size).toBe(0)
  })

  test('start over when the server lost the session', async () => {
    const hold = server.faults.add({ method: 'PUT', path: /uploads.*0000002000000$/, times: 1, act: { do: 'hold' } })
    const resume = memo()
    const putting = bench.put('big', content, 'absent', resume)
    await hold.reached
    server.account('alice').uploads.clear()
    hold.release()
    expect(await putting).toMatchObject({ as: 'done' })
    expect(server.tree.read('big').equals(content)).toBe(true)
    expect(resume.tokens.length).toBe(2)
  })

  test('whose last reply was lost are done, as the checksum proves', async () => {
    server.faults.add({ method: 'MOVE', times: 1, act: { do: 'lose-reply' } })
    expect(await bench.put('big', content)).toMatchObject({ as: 'done', entry: { stamp: stampOf('big') } })
    expect(server.count('MOVE')).toBe(2)
  })

  test('that arrived damaged are begun anew', async () => {
    const resume = memo()
    const staged = await bench.replica.stage(sourceOf('big', content), resume, SIGNAL)
    const [transfer] = [...server.account('alice').uploads.values()]
    transfer?.chunks.set('0000000000000000', Buffer.alloc(CHUNK, 'z'))
    const change: Commit = { do: 'put', path: path('big'), staged, mtimeNs: undefined, expect: 'absent' }
    await expect(bench.replica.commit(change, SIGNAL)).rejects.toMatchObject({ code: 'corrupt' })
    await bench.put('big', content, 'absent', { token: resume.tokens[0], save: () => {} })
    expect(server.tree.read('big').equals(content)).toBe(true)
  })

  test('that are given up leave nothing on the server', async () => {
    const staged = await bench.replica.stage(sourceOf('big', content), memo(), SIGNAL)
    expect(server.account('alice').uploads.size).toBe(1)
    await bench.replica.discard(staged, SIGNAL)
    expect(server.account('alice').uploads.size).toBe(0)
  })
})

describe('bulk uploads', () => {
  const names = Array.from({ length: 250 }, (_, i) => `d/f${i} ü`)
  beforeEach(async () => {
    await begin('nextcloud', true)
    server.tree.mkdir('d')
  })

  test('bring many new files in few requests', async () => {
    const results = await commitAll(names)
    expect(results.every(one => !(one instanceof SyncError) && one.as === 'done')).toBe(true)
    expect([server.count('POST'), server.count('PUT'), server.count('PROPFIND')]).toEqual([3, 0, 3])
    expect(server.tree.text('d/f7 ü')).toBe('d/f7 ü')
    expect(server.tree.get('d/f7 ü').mtime).toBe(1_700_000_000)
  })

  test('leave out what is there already, and empty files', async () => {
    server.tree.put(names[3] ?? '', 'theirs')
    const results = await commitAll(names.slice(0, 20), name => (name === names[5] ? '' : name))
    expect(results.map(one => (one instanceof SyncError ? one.code : one.as)).indexOf('stale')).toBe(3)
    expect(server.tree.text(names[3] ?? '')).toBe('theirs')
    expect(server.tree.text(names[5] ?? '')).toBe('')
    expect([server.count('POST'), server.count('PUT')]).toEqual([1, 2])
  })

  test('that break off are finished one by one', async () => {
    server.faults.add({ method: 'POST', times: 1, act: { do: 'lose-reply' } })
    const results = await commitAll(names.slice(0, 10))
    expect(results.every(one => !(one instanceof SyncError) && (one.as === 'done' || one.as === 'stale'))).toBe(true)
    expect(Object.keys(server.tree.contents())).toHaveLength(11)
  })

  test('are not tried again where they do not work', async () => {
    server.faults.add({ method: 'POST', act: { do: 'reply', reply: { status: 500 } } })
    expect((await commitAll(names.slice(0, 10))).every(one => !(one instanceof SyncError))).toBe(true)
    await commitAll(names.slice(10, 20))
    expect(server.count('POST')).toBe(1)
  })

  test('tell why a single file was refused', async () => {
    server.tree.quota = 60
    const results = await commitAll(names.slice(0, 10), name => (name === names[2] ? 'x'.repeat(100) : 'x'))
    expect(results[2]).toEqual(readAgain('quota-exceeded'))
    expect(results.filter(one => !(one instanceof SyncError))).toHaveLength(9)
  })
})
