import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openIndex } from '../index/sqlite-index.ts'
import type { FileEntry } from '../model/entry.ts'
import { type ErrorCode, SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import type { Transfer } from '../plan/step.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import type { Commit, Replica } from '../replica/replica.ts'
import type { Ends } from './ends.ts'
import { Ledger } from './ledger.ts'
import { transferMany, transferOne } from './transfer.ts'

const SIGNAL = new AbortController().signal
const BIG = 2 * 1024 * 1024
const world = nodeWorld({ log: () => undefined })

let top: string
const closing: (() => unknown)[] = []
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'syncline-transfer-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  rmSync(top, { recursive: true, force: true })
})

test('what was staged is discarded when its commit fails', async () => {
  const ends = await openEnds()
  const step = await transferOf(ends, 'gone/f', 'small')
  await expect(transferOne(step, ends, new Ledger(ends), SIGNAL)).rejects.toMatchObject({ code: 'missing' })
  expect(staged()).toEqual([])
})

test('of many files those that were not committed are discarded, the others are there', async () => {
  const ends = await openEnds()
  const steps = [
    await transferOf(ends, 'gone/f', 'small'),
    await transferOf(ends, 'g', 'arrives'),
    { ...(await transferOf(ends, 'h', 'is stale')), expect: 'another state' as Transfer['expect'] },
  ]
  const outcomes = await transferMany(steps, ends, new Ledger(ends), SIGNAL)
  expect(Object.fromEntries(outcomes.map(({ as, step }) => [step.path, as]))).toEqual({
    'gone/f': 'failed',
    g: 'done',
    h: 'stale',
  })
  expect(readFileSync(join(top, 'there', 'g'), 'utf8')).toBe('arrives')
  expect(staged()).toEqual([])
})

test('many files from afar come in parts, and each outcome is that of its own file', async () => {
  const ends = await openEnds({ isFar: true })
  const steps = await Promise.all(Array.from({ length: 260 }, (_, i) => transferOf(ends, `f${i}`, `text ${i}`)))
  writeFileSync(join(top, 'here', 'f257'), 'something else')
  const outcomes = await transferMany(steps, ends, new Ledger(ends), SIGNAL)
  expect(outcomes.filter(({ as }) => as !== 'done')).toMatchObject([
    { as: 'failed', step: { path: 'f257' }, error: { code: 'changed' } },
  ])
  for (const { path } of steps.filter(step => step.path !== 'f257'))
    expect(readFileSync(join(top, 'there', path), 'utf8')).toBe(`text ${path.slice(1)}`)
  expect([existsSync(join(top, 'there', 'f257')), staged()]).toEqual([false, []])
})

test('what was staged of many files is discarded when the others cannot be read at all', async () => {
  let reads = 0
  const readMany: Replica['readMany'] = async (wanted, signal) => {
    reads += 1
    if (reads > 1) throw new SyncError('offline', 'It is not there any more.')
    return ends.local.readMany?.(wanted, signal) ?? []
  }
  const ends = await openEnds({ isFar: true })
  const steps = await Promise.all(Array.from({ length: 260 }, (_, i) => transferOf(ends, `f${i}`, `text ${i}`)))
  const local = new Proxy(ends.local, { get: (to, key) => (key === 'readMany' ? readMany : Reflect.get(to, key)) })
  const moving = transferMany(steps, { ...ends, local }, new Ledger(ends), SIGNAL)
  await expect(moving).rejects.toMatchObject({ code: 'offline' })
  expect(staged()).toEqual([])
})

test('when nothing can be made durable, nothing stays staged', async () => {
  const ends = await openEnds({ flush: () => Promise.reject(new SyncError('io', 'The disk failed.')) })
  const steps = [await transferOf(ends, 'f', 'small')]
  await expect(transferMany(steps, ends, new Ledger(ends), SIGNAL)).rejects.toMatchObject({ code: 'io' })
  expect(staged()).toEqual([])
})

test('a big file stays staged where a later run can commit it', async () => {
  const refusal: { code?: ErrorCode } = { code: 'locked' }
  const ends = await openEnds({ refusal })
  const step = await transferOf(ends, 'big', 'x'.repeat(BIG))
  await expect(transferOne(step, ends, new Ledger(ends), SIGNAL)).rejects.toMatchObject({ code: 'locked' })
  expect(staged()).toHaveLength(1)
  delete refusal.code
  expect(await transferOne(step, ends, new Ledger(ends), SIGNAL)).toMatchObject({ as: 'done' })
  expect(readFileSync(join(top, 'there', 'big'))).toHaveLength(BIG)
  expect([staged(), ends.records.resumes()]).toEqual([[], []])
})

test.each(['disk-full', 'corrupt', 'too-large'] as const)('a big file is given up when %s', async code => {
  const ends = await openEnds({ refusal: { code } })
  const step = await transferOf(ends, 'big', 'x'.repeat(BIG))
  await expect(transferOne(step, ends, new Ledger(ends), SIGNAL)).rejects.toMatchObject({ code })
  expect([staged(), ends.records.resumes()]).toEqual([[], []])
})

function staged(): string[] {
  const staging = join(top, 'there', '.syncline', 'staging')
  return existsSync(staging) ? readdirSync(staging) : []
}

interface Failing {
  readonly flush?: () => Promise<void>
  /** The bytes do not go from disk to disk. */
  readonly isFar?: boolean
  /** With what puts are refused, as long as it is set. */
  readonly refusal?: { readonly code?: ErrorCode }
}

/** Two directories; nothing of a failing disk but what it is asked to fail at. */
async function openEnds({ flush, refusal, isFar = false }: Failing = {}): Promise<Ends> {
  const near = await openReplica('here')
  const local = isFar ? farther(near) : near
  const remote = await openReplica('there')
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: () => world.clock.now() })
  closing.push(() => index.close())
  const commit = async (change: Commit, signal: AbortSignal) => {
    if (refusal?.code !== undefined) throw new SyncError(refusal.code, 'That is refused.')
    return remote.commit(change, signal)
  }
  const failing = new Proxy(remote, {
    get(target, key) {
      if (key === 'commit') return commit
      if (key === 'flush' && flush !== undefined) return flush
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const records = index.pair(remote.id)
  return { local, remote: failing, index, records, world, report: () => undefined, moved: new Map() }
}

function farther(near: Replica): Replica {
  return new Proxy(near, {
    get(target, key) {
      const value: unknown = key === 'located' ? undefined : Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function openReplica(name: string): Promise<Replica> {
  mkdirSync(join(top, name))
  const tree = await openNodeTree(join(top, name))
  closing.push(() => tree.close())
  const kept = new Map<string, string>()
  const memory = {
    get: (key: string) => kept.get(key),
    set: (key: string, value: string | undefined) => void kept.set(key, value ?? ''),
  }
  return connectDirectory({ tree, world, memory, mode: 'read-write', trash: 'none' })
}

async function transferOf({ local }: Ends, path: string, text: string): Promise<Transfer> {
  const file = join(top, 'here', path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  const source = (await local.look(path as Path, SIGNAL)) as FileEntry
  return {
    do: 'transfer',
    to: 'remote',
    path: path as Path,
    source,
    expect: 'absent',
    because: 'push-created',
  } as Transfer
}
