import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HomeDisk } from './home-disk.ts'

const HOME = { settings: '/home/anna/.config/syncline', state: '/home/anna/.local/state/syncline' }
const LOG = `${HOME.state}/syncline.log`
const FULL = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
const FULL_SENTENCE = /^The disk is full that \/home\/anna\/\.local\/state\/syncline is on: .*cannot be written\.$/

/** A disk on which `log` and `events` are written again and again; time passes when `pass` is called. */
function stage() {
  const told: string[] = []
  const waiting: (() => void)[] = []
  const state = { error: undefined as unknown, freeBytes: 1e9, tries: 0 }
  const disk = new HomeDisk(HOME, () => state.freeBytes)
  const write = () => disk.note(LOG, state.error)
  const parts = {
    tell: (text: string) => void told.push(text),
    tryAgain: () => {
      state.tries += 1
      write()
    },
    clock: { now: () => 0, sleep: () => new Promise<void>(resolve => waiting.push(resolve)) },
  }
  const pass = async () => {
    for (const wake of waiting.splice(0)) wake()
    await turn()
  }
  return { disk, state, told, write, pass, waiting, follow: () => disk.follow(parts) }
}

test('what cannot be written on a full disk is told once, tried again, and told no more when there is room', async () => {
  const { disk, state, told, write, pass, waiting, follow } = stage()
  follow()
  write()
  expect([disk.fault(), told, waiting]).toEqual([undefined, [], []])
  state.error = FULL
  write()
  write()
  for (let n = 0; n < 3; n++) await pass()
  expect(disk.fault()).toMatch(FULL_SENTENCE)
  expect([told, state.tries]).toEqual([[disk.fault()], 3])
  state.error = undefined
  await pass()
  expect(disk.fault()).toBeUndefined()
  expect(told.slice(1)).toEqual([`${LOG} can be written again.`])
  // Nothing wakes up any more.
  expect(waiting).toEqual([])
})

test('a disk without room is told of before anything had to be written there', () => {
  const { disk, state } = stage()
  state.freeBytes = 0
  expect(disk.fault()).toMatch(FULL_SENTENCE)
  state.freeBytes = 1e6
  expect(disk.fault()).toBeUndefined()
})

test('what failed before somebody could be told is told then, and other faults by their name', async () => {
  const { disk, state, told, write, pass, follow } = stage()
  state.error = Object.assign(new Error('read-only file system'), { code: 'EROFS' })
  write()
  follow()
  expect(told).toEqual([`${LOG} cannot be written (EROFS).`])
  disk.close()
  await pass()
  expect(state.tries).toBe(0)
})

test('a log on another full disk is no fault of the home', () => {
  const { disk, follow, told } = stage()
  follow()
  disk.note('/var/log/syncline.log', FULL)
  expect(told).toEqual(['/var/log/syncline.log cannot be written: the disk is full.'])
})
