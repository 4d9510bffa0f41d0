import { expect, test } from 'vitest'
import { SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import type { Clock } from '../platform/world.ts'
import { NOTHING, type Summary } from './summary.ts'
import { watchPair } from './watch.ts'
import type { Within } from './within.ts'

const SUMMARY: Summary = { counts: NOTHING, unsynced: [], passes: 1 }

/** Time that passes only by sleeping: at once, unless somebody wakes the sleeper first. */
class SleepyClock implements Clock {
  time = 1000
  readonly slept: number[] = []
  now() {
    return this.time
  }
  async sleep(ms: number, signal: AbortSignal) {
    signal.throwIfAborted()
    this.slept.push(ms)
    this.time += ms
  }
}

type Act = (within: Within, stop: () => void) => Summary | Promise<Summary>

/** Runs the acts one after the other, then stops. */
async function watching(acts: readonly Act[], options: { readonly tookMs?: number; readonly pollShare?: number } = {}) {
  const clock = new SleepyClock()
  const end = new AbortController()
  const told: string[] = []
  const seen: Within[] = []
  const watch = watchPair({
    run: async (_, within) => {
      const act = acts[seen.length]
      seen.push(within)
      clock.time += options.tookMs ?? 0
      if (seen.length === acts.length) end.abort()
      return act === undefined ? SUMMARY : act(within, () => end.abort())
    },
    clock,
    pollMs: 30_000,
    pollShare: options.pollShare ?? 1,
    onRun: () => told.push('run'),
    onAway: error => told.push(`away: ${error.code}`),
    onBack: () => told.push('back'),
  })
  return { watch, clock, told, seen, stay: () => watch.stay(end.signal) }
}

const quiet: Act = () => SUMMARY
const offline: Act = () => {
  throw new SyncError('offline', 'Cannot reach it.')
}

test('the first run looks everywhere, later ones at the other side each time a look is due', async () => {
  const { stay, seen, clock } = await watching([quiet, quiet, quiet])
  await stay()
  expect(seen.map(({ there }) => there)).toEqual(['everything', 'everything', 'everything'])
  expect(seen.map(({ here }) => here)).toEqual(['everything', new Map(), new Map()])
  expect(clock.slept).toEqual([30_000, 30_000])
})

test('a look that takes long is made less often', async () => {
  const { stay, clock } = await watching([quiet, quiet], { tookMs: 4000, pollShare: 20 })
  await stay()
  expect(clock.slept).toEqual([80_000])
})

test('a hint is followed at once, and only there', async () => {
  const docs = 'docs' as Place
  const act: Act = () => {
    hinted.watch.hint('here', docs, 'here')
    return SUMMARY
  }
  const hinted = await watching([act, quiet])
  await hinted.stay()
  expect(hinted.seen[1]).toEqual({ here: new Map([[docs, 'here']]), there: new Map() })
  expect(hinted.clock.slept).toEqual([])
})

test('while a side is away the waits grow, it is told of once, and everything is looked at afterwards', async () => {
  const { stay, clock, told, seen } = await watching([quiet, ...Array.from({ length: 9 }, () => offline), quiet, quiet])
  await stay()
  expect(told).toEqual(['run', 'away: offline', 'back', 'run', 'run'])
  expect(clock.slept.slice(1, -1)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map(seconds => seconds * 1000))
  expect(seen.at(-2)).toEqual({ here: 'everything', there: 'everything' })
})

test('a server that asks for more time gets it', async () => {
  const asks: Act = () => {
    throw new SyncError('maintenance', 'Come back later.', { retryAfterMs: 60_000 })
  }
  const { stay, clock } = await watching([asks, quiet])
  await stay()
  expect(clock.slept).toEqual([60_000])
})

test('what no waiting will mend ends the watch', async () => {
  const refused: Act = () => {
    throw new SyncError('unauthorized', 'Wrong password.')
  }
  const { stay } = await watching([refused, quiet])
  await expect(stay()).rejects.toMatchObject({ code: 'unauthorized' })
})

test('to be stopped in the middle of a run is no failure', async () => {
  const stopped: Act = (_, stop) => {
    stop()
    throw new DOMException('stopped', 'AbortError')
  }
  const { stay, told } = await watching([stopped, quiet])
  await stay()
  expect(told).toEqual([])
})
