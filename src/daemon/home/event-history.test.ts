import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Event } from '../../api/shapes/events.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import { EventHistory } from './event-history.ts'
import { openState } from './state-database.ts'

let root = ''
let time = 1_700_000_000_000
const open: Database[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-events-'))
})
afterEach(() => {
  for (const database of open.splice(0)) database.close()
  rmSync(root, { recursive: true, force: true })
})

function history(capacity?: number): EventHistory {
  const database = openState(join(root, 'state.db'))
  open.push(database)
  time += 1000
  return new EventHistory({
    now: () => time,
    database,
    later: () => () => {},
    ...(capacity === undefined ? {} : { capacity }),
  })
}

function crash(): void {
  for (const database of open.splice(0)) database.close()
}

const notice = (text: string) => ({ type: 'notice', text }) as const

async function read(from: EventHistory, since: number): Promise<readonly Event[]> {
  const events: Event[] = []
  const end = new AbortController()
  for await (const event of from.since(since, end.signal)) {
    events.push(event)
    if (event.id >= from.lastId) end.abort()
  }
  return events
}

const texts = (events: readonly Event[]) => events.map(event => (event.type === 'notice' ? event.text : event.type))

test('a reader gets what came after the id that it has, also after an end in good order', async () => {
  const first = history()
  const { id } = first.add(notice('one'))
  first.add(notice('two'))
  first.close()
  crash()
  const second = history()
  expect(second.lastId).toBe(id + 1)
  second.add(notice('three'))
  expect(texts(await read(second, id))).toEqual(['two', 'three'])
})

test('after a crash what is known is told, and then that something may be missing', async () => {
  const first = history()
  const { id } = first.add(notice('one'))
  first.add(notice('two'))
  first.flush()
  const lost = first.add(notice('told, but not written'))
  crash()
  const second = history()
  expect(second.lastId).toBeGreaterThan(lost.id)
  second.add(notice('three'))
  expect(texts(await read(second, id))).toEqual(['two', 'gap', 'three'])
  expect(texts(await read(second, lost.id))).toEqual(['gap', 'three'])
})

test('an id that is too old, or none of ours, is answered with a gap', async () => {
  const events = history(10)
  const { id } = events.add(notice('0'))
  for (let i = 1; i <= 30; i += 1) events.add(notice(String(i)))
  const found = texts(await read(events, id))
  expect(found[0]).toBe('gap')
  expect(found.at(-1)).toBe('30')
  expect(found.length).toBeLessThanOrEqual(13)
  expect(texts(await read(events, events.lastId + 5))).toEqual(['gap'])
  expect(texts(await read(events, 0))[0]).toBe('gap')
})

test('what a reader that waits is told is told at once', async () => {
  const events = history()
  const next = read(events, events.lastId)
  const end = new AbortController()
  const waiting = events.since(events.lastId, end.signal)
  const told = waiting.next()
  events.add(notice('now'))
  expect((await told).value).toMatchObject({ text: 'now' })
  end.abort()
  expect((await waiting.next()).done).toBe(true)
  expect(texts(await next)).toEqual(['now'])
})

test('progress is told, but only the newest of a pair is held, and none is written', async () => {
  const events = history()
  const start = events.lastId
  const none = { done: 0, of: 0 }
  const progress = {
    phase: 'applying',
    steps: none,
    bytes: none,
    uploadBytesPerSecond: 0,
    downloadBytesPerSecond: 0,
  } as const
  for (const remote of ['a', 'b', 'a', 'a']) events.add({ type: 'progress', folder: 'f', remote, progress })
  expect((await read(events, start)).map(event => event.type === 'progress' && event.remote)).toEqual(['b', 'a'])
  events.add(notice('done'))
  events.close()
  crash()
  expect(texts(await read(history(), start))).toEqual(['notice'].map(() => 'done'))
})

test('what cannot be written on a full disk is said once it fails, and written when there is room', () => {
  const database = openState(join(root, 'state.db'))
  open.push(database)
  const said: unknown[] = []
  const events = new EventHistory({
    now: () => time,
    database,
    later: () => () => {},
    onWrite: error => said.push(error),
  })
  const start = events.lastId
  // A database may have no more pages than it has: what the system says of a full disk.
  database.exec('PRAGMA max_page_count = 1')
  events.add(notice('x'.repeat(100_000)))
  events.tryAgain()
  expect(said).toEqual([expect.objectContaining({ code: 'disk-full' })])
  expect(() => events.close()).toThrow(/disk is full/)
  database.exec('PRAGMA max_page_count = 100000')
  events.tryAgain()
  expect(said.at(-1)).toBeUndefined()
  events.add(notice('two'))
  events.close()
  crash()
  expect(history().lastId).toBe(start + 2)
})

test('the database stays small', () => {
  const events = history(10)
  for (let i = 0; i < 200; i += 1) events.add(notice(String(i)))
  events.flush()
  expect(Number(open[0]?.get('SELECT count(*) FROM events')?.[0])).toBeLessThanOrEqual(12)
})
