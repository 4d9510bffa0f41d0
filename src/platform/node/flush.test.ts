import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeRoot, openRoot, type Root } from './confined.ts'
import { coalesced, oneByOne, openFlusher } from './flush.ts'

let place: string
let root: Root

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'flush-'))
  root = openRoot(place)
})

afterEach(async () => {
  closeRoot(root)
  await rm(place, { recursive: true })
})

test('what was touched is flushed where it is now, and what is gone is no fault', async () => {
  mkdirSync(join(place, 'to'))
  writeFileSync(join(place, 'to', 'file'), 'x')
  const flusher = oneByOne(root)
  flusher.touched(['from/file', 'from/gone', 'never/there'])
  flusher.moved('from', 'to')
  await flusher.flush()
  await flusher.flush()
})

test('a flush asked for while one is under way waits for another one', async () => {
  const started: (() => void)[] = []
  const flusher = coalesced({
    touched() {},
    moved() {},
    flush: () => new Promise(resolve => started.push(resolve)),
  })
  const done: string[] = []
  const first = flusher.flush().then(() => done.push('first'))
  await Promise.resolve()
  const second = flusher.flush().then(() => done.push('second'))
  const third = flusher.flush().then(() => done.push('third'))
  expect(started).toHaveLength(1)
  started[0]?.()
  await first
  expect(done).toEqual(['first'])
  await new Promise(setImmediate)
  expect(started).toHaveLength(2)
  started[1]?.()
  await Promise.all([second, third])
  expect(started).toHaveLength(2)
})

test('flushes asked for in the same turn are one', async () => {
  let count = 0
  const flusher = coalesced({
    touched() {},
    moved() {},
    flush: async () => {
      count += 1
    },
  })
  await Promise.all([flusher.flush(), flusher.flush(['a'])])
  expect(count).toBe(1)
})

test('a flush that failed does not stop the next one', async () => {
  let count = 0
  const flusher = coalesced({
    touched() {},
    moved() {},
    flush: async () => {
      count += 1
      if (count === 1) throw new Error('disk on fire')
    },
  })
  const first = flusher.flush()
  await Promise.resolve()
  const second = flusher.flush()
  await expect(first).rejects.toThrow('disk on fire')
  await second
  expect(count).toBe(2)
})

test('a few paths are flushed one by one, wherever they are and whatever became of them', async () => {
  const flusher = openFlusher(root)
  mkdirSync(join(place, 'to', 'deep'), { recursive: true })
  writeFileSync(join(place, 'to', 'deep', 'file'), 'x')
  symlinkSync('nowhere', join(place, 'link'))
  flusher.touched(['from/file', 'never/there'])
  flusher.moved('from', 'to')
  await Promise.all([flusher.flush(['to/deep/file', 'link']), flusher.flush([]), flusher.flush(), flusher.flush([])])
  // More than a few.
  flusher.touched(Array.from({ length: 100 }, (_, i) => `f${i}`))
  flusher.moved('f1', 'g1')
  await flusher.flush([])
  await flusher.flush(Array.from({ length: 100 }, (_, i) => `f${i}`))
})
