// What is particular to a directory as a remote: its mark, its own corner, what it shows of odd things, and what it refuses to take.
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentIdOfBytes } from '../../index/content-id.ts'
import type { Checksum } from '../../model/content.ts'
import type { Path } from '../../model/path.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import type { Roll, Tree } from '../../platform/tree.ts'
import type { Clock, World } from '../../platform/world.ts'
import type { Memory, Observation, Replica, Resume, Seen, Source } from '../../replica/replica.ts'
import { openTrash } from '../../revisions/trash.ts'
import { connectDirectory } from './connect.ts'

const signal = new AbortController().signal
const real = nodeWorld({ log: () => {} })
let root: string
let tree: Tree
let values: Map<string, string>
let memory: Memory

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'place-'))
  tree = await openNodeTree(root)
  values = new Map()
  memory = {
    get: key => values.get(key),
    set: (key, value) => void (value === undefined ? values.delete(key) : values.set(key, value)),
  }
})

afterEach(async () => {
  await tree.close()
  await rm(root, { recursive: true })
})

const connect = (mode: 'read-only' | 'read-write' = 'read-write', world: World = real): Promise<Replica> =>
  connectDirectory({ tree, world, memory, mode, trash: openTrash({ tree, clock: world.clock, random: world.random }) })

async function observed(replica: Replica): Promise<Map<string, Observation>> {
  const places = new Map<string, Observation>()
  const seen = { directory: () => undefined, skips: (path: Path) => path === 'skipped' }
  for await (const observation of replica.observe(seen, signal)) places.set(observation.place, observation)
  return places
}

/** What a listing showed, as it is agreed on. */
function rollOf({ place, children }: Extract<Observation, { as: 'listing' }>): Roll {
  const names = [...children.keys()].sort()
  const words = names.map(name => {
    const entry = children.get(name)
    return entry === undefined || entry.kind === 'blocked' ? '' : `${name}//${entry.stamp}/*/`
  })
  return { place, text: words.join('') }
}

function sourceOf(bytes: Uint8Array, rest: Partial<Source> = {}): Source {
  return {
    path: 'file' as Path,
    size: bytes.length,
    mtimeNs: undefined,
    async *open(from) {
      for (let at = from; at < bytes.length; at += 300_000) yield bytes.subarray(at, at + 300_000)
    },
    sum: async () => undefined,
    ...rest,
  }
}

const noResume: Resume = { token: undefined, save: () => {} }
const staging = () => readdirSync(join(root, '.syncline', 'staging'))

describe('the mark of a directory', () => {
  test('is made once and stays', async () => {
    const { id } = await connect()
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(values.get('place')).toBe(id)
    expect((await connect()).id).toBe(id)
  })

  test('that is missing means another place, and nothing is written there', async () => {
    await connect()
    rmSync(join(root, '.syncline'), { recursive: true })
    await expect(connect()).rejects.toMatchObject({ code: 'wrong-place', scope: 'replica' })
    expect(readdirSync(root)).toEqual([])
  })

  test('that is another one, or none, means another place', async () => {
    await connect()
    for (const mark of [`${'0'.repeat(32)}\n`, 'nonsense']) {
      writeFileSync(join(root, '.syncline', 'remote-id'), mark)
      await expect(connect()).rejects.toMatchObject({ code: 'wrong-place' })
    }
  })

  test('is not made by a dry run, which writes nothing at all', async () => {
    writeFileSync(join(root, 'file'), 'x')
    const replica = await connect('read-only')
    expect([...(await observed(replica)).keys()]).toEqual([''])
    expect(readdirSync(root)).toEqual(['file'])
    expect(values.size).toBe(0)
  })
})

describe('observing a directory', () => {
  test('shows no file of this program, and every other thing as what it is', async () => {
    const replica = await connect()
    mkdirSync(join(root, 'below', '.syncline'), { recursive: true })
    mkdirSync(join(root, 'skipped', 'deep'), { recursive: true })
    symlinkSync('nowhere', join(root, 'link'))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), '')
    const places = await observed(replica)
    const top = places.get('')
    if (top?.as !== 'listing') throw new Error('no listing')
    expect([...top.children.keys()].sort()).toEqual(['below', 'link', 'skipped'])
    expect(top.children.get('link')).toMatchObject({ kind: 'symlink', target: 'nowhere' })
    expect(top.unusable).toEqual([{ name: 'bad\uFFFD', reason: 'the name is not valid Unicode' }])
    expect([...places.keys()].sort()).toEqual(['', 'below', 'below/.syncline'])
  })

  test('says of a directory that it is the same, word for word, and lists the others', async () => {
    for (const place of ['as-it-was/deep', 'other', 'skipped']) mkdirSync(join(root, place), { recursive: true })
    for (const file of ['as-it-was/f', 'as-it-was/deep/g', 'other/h', 'skipped/i'])
      writeFileSync(join(root, file), file)
    const replica = await connect()
    const rolls = [...(await observed(replica)).values()].flatMap(seen => (seen.as === 'listing' ? [rollOf(seen)] : []))
    writeFileSync(join(root, 'other/new'), '')
    const seen: Seen = {
      directory: () => undefined,
      skips: path => path === 'skipped',
      rolls: { rolls: () => rolls, noted: () => undefined, note: () => {}, get: () => undefined, set: () => {} },
    }
    const found: string[] = []
    for await (const { as, place } of replica.observe(seen, signal)) found.push(`${as} ${place}`)
    expect(found.sort()).toEqual(['listing other', 'same ', 'same as-it-was', 'same as-it-was/deep'])
  })

  test('ends with an error when the whole directory is gone, not with an empty listing', async () => {
    const replica = await connect()
    rmSync(root, { recursive: true })
    await expect(observed(replica)).rejects.toMatchObject({ code: 'wrong-place' })
    mkdirSync(root)
  })
})

describe('a file that was modified at this very moment', () => {
  /** A clock that stands at the file's time, and moves only while somebody sleeps. */
  function clockAtFile(path: string, onSleep: () => void): Clock {
    let nowMs = Math.floor(statSync(path).mtimeMs)
    return {
      now: () => nowMs,
      sleep: async ms => {
        nowMs += ms
        onSleep()
      },
    }
  }

  const entryIn = async (replica: Replica) => {
    const top = (await observed(replica)).get('')
    const entry = top?.as === 'listing' ? top.children.get('file') : undefined
    return entry?.kind === 'file' ? entry : undefined
  }

  test('is looked at again when it has settled, and then keeps its stamp', async () => {
    writeFileSync(join(root, 'file'), 'x')
    let slept = 0
    const clock = clockAtFile(join(root, 'file'), () => {
      slept += 1
    })
    const replica = await connect('read-write', { ...real, clock })
    const first = await entryIn(replica)
    expect(slept).toBe(1)
    expect((await entryIn(replica))?.stamp).toBe(first?.stamp)
    expect((await replica.look('file' as Path, signal))?.kind).toBe('file')
    expect(slept).toBe(1)
  })

  test('has no stamp to rely on while it keeps being written', async () => {
    writeFileSync(join(root, 'file'), 'x')
    const clock = clockAtFile(join(root, 'file'), () => {
      const now = clock.now() / 1000
      utimesSync(join(root, 'file'), now, now)
    })
    const replica = await connect('read-write', { ...real, clock })
    const stamps = [(await entryIn(replica))?.stamp, (await entryIn(replica))?.stamp]
    expect(stamps[0]).not.toBe(stamps[1])
  })
})

describe('staging', () => {
  const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 7919) >>> 3)

  test('goes on where it was cut off, and proves the whole', async () => {
    const replica = await connect()
    const asked: number[] = []
    let token: string | undefined
    const resume: Resume = {
      token: undefined,
      save(text) {
        token = text
      },
    }
    const cut = sourceOf(bytes, {
      async *open() {
        yield bytes.subarray(0, 1_000_000)
        throw new Error('line cut')
      },
    })
    await expect(replica.stage(cut, resume, signal)).rejects.toThrow('line cut')
    const whole = sourceOf(bytes, {
      content: contentIdOfBytes(bytes),
      async *open(from) {
        asked.push(from)
        yield bytes.subarray(from)
      },
    })
    const staged = await replica.stage(whole, { token, save: () => {} }, signal)
    expect(asked).toEqual([1_000_000])
    expect(staged.content).toBe(contentIdOfBytes(bytes))
    expect(readFileSync(join(root, '.syncline', 'staging', staged.id)).equals(bytes)).toBe(true)
  })

  test('starts anew when what was left is gone, or the token names something else', async () => {
    const replica = await connect()
    for (const token of ['0'.repeat(24), '../remote-id', 'x']) {
      const staged = await replica.stage(sourceOf(bytes), { token, save: () => {} }, signal)
      expect(staged.content).toBe(contentIdOfBytes(bytes))
      await replica.discard(staged, signal)
    }
    expect(staging()).toEqual([])
  })

  test('refuses bytes that are not those promised, and keeps none of them', async () => {
    const replica = await connect()
    const other = contentIdOfBytes(Buffer.from('other'))
    const small = Buffer.from('small')
    const wrong = `SHA1:${'0'.repeat(40)}` as Checksum
    for (const source of [
      sourceOf(bytes, { content: other }),
      sourceOf(bytes, { sums: [wrong] }),
      sourceOf(small, { bytes: small, content: other }),
      sourceOf(small, { bytes: small, sums: [wrong] }),
    ]) {
      await expect(replica.stage(source, noResume, signal)).rejects.toMatchObject({ code: 'corrupt', path: 'file' })
    }
    expect(staging()).toEqual([])
  })

  test('takes bytes whose checksums are right', async () => {
    const replica = await connect()
    const sums = [`SHA1:${createHash('sha1').update(bytes).digest('hex')}` as Checksum]
    expect((await replica.stage(sourceOf(bytes, { sums }), noResume, signal)).size).toBe(bytes.length)
  })

  test('refuses a source that is shorter or longer than it said', async () => {
    const replica = await connect()
    for (const size of [bytes.length - 1, bytes.length + 1]) {
      await expect(replica.stage(sourceOf(bytes, { size }), noResume, signal)).rejects.toMatchObject({
        code: 'changed',
      })
    }
    expect(staging()).toEqual([])
  })

  test('sweeps what was left behind long ago, and keeps what is young', async () => {
    await connect()
    writeFileSync(join(root, '.syncline', 'staging', 'a'.repeat(24)), 'left')
    await connect()
    expect(staging()).toHaveLength(1)
    const later: Clock = { ...real.clock, now: () => Date.now() + 15 * 24 * 3600 * 1000 }
    await connect('read-write', { ...real, clock: later })
    expect(staging()).toEqual([])
  })
})

describe('committing', () => {
  const put = async (replica: Replica, path: string, text: string, expected: 'absent' | 'found' = 'absent') => {
    const bytes = Buffer.from(text)
    const staged = await replica.stage(sourceOf(bytes, { path: path as Path, bytes }), noResume, signal)
    const found = await replica.look(path as Path, signal)
    const stamp = found !== undefined && 'stamp' in found ? found.stamp : 'absent'
    const expect = expected === 'found' ? stamp : 'absent'
    return replica.commit({ do: 'put', path: path as Path, staged, mtimeNs: 1_000_000_000n, expect }, signal)
  }

  test('keeps what it replaces and removes in the trash, by path', async () => {
    const replica = await connect()
    mkdirSync(join(root, 'd'))
    await put(replica, 'd/file', 'first')
    await put(replica, 'd/file', 'second', 'found')
    await put(replica, 'd/file', 'third', 'found')
    const entry = await replica.look('d/file' as Path, signal)
    if (entry?.kind !== 'file') throw new Error('no file')
    await replica.commit({ do: 'remove', path: 'd/file' as Path, kind: 'file', expect: entry.stamp }, signal)
    const heaps = readdirSync(join(root, '.syncline', 'trash'))
    const kept = heaps.map(heap => readFileSync(join(root, '.syncline', 'trash', heap, 'd', 'file'), 'utf8'))
    expect(kept.sort()).toEqual(['first', 'second', 'third'])
    for (const heap of heaps) expect(heap).toMatch(/-(replaced|deleted)$/)
  })

  test('leaves the old state in place when the staged bytes are gone', async () => {
    const replica = await connect()
    await put(replica, 'file', 'old')
    const entry = await replica.look('file' as Path, signal)
    if (entry?.kind !== 'file') throw new Error('no file')
    const staged = { id: '0'.repeat(24), size: 3 }
    const change = { do: 'put', path: 'file' as Path, staged, mtimeNs: undefined, expect: entry.stamp } as const
    await expect(replica.commit(change, signal)).rejects.toMatchObject({ code: 'missing' })
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('old')
  })

  test('goes through no link that took the place of a directory', async () => {
    const replica = await connect()
    mkdirSync(join(root, 'd'))
    const outside = await mkdtemp(join(tmpdir(), 'outside-'))
    renameSync(join(root, 'd'), join(root, 'e'))
    symlinkSync(outside, join(root, 'd'))
    await expect(put(replica, 'd/file', 'x')).rejects.toMatchObject({ scope: 'entry' })
    expect(readdirSync(outside)).toEqual([])
    await rm(outside, { recursive: true })
  })

  test('names nothing by an id of staged bytes that is no such id', async () => {
    const replica = await connect()
    await replica.discard({ id: '../remote-id', size: 0 }, signal).catch(() => undefined)
    expect(existsSync(join(root, '.syncline', 'remote-id'))).toBe(true)
    const change = {
      do: 'put',
      path: 'file' as Path,
      staged: { id: '../remote-id', size: 0 },
      mtimeNs: undefined,
    } as const
    await expect(replica.commit({ ...change, expect: 'absent' }, signal)).rejects.toMatchObject({ code: 'missing' })
  })
})
