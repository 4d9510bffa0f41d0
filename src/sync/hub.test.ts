import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SyncError } from '../model/errors.ts'
import type { Path, Place } from '../model/path.ts'
import type { Clock } from '../platform/world.ts'
import type { ScanReport } from '../scan/report.ts'
import { Hub } from './hub.ts'
import type { HubPair, RunTold } from './hub-pair.ts'
import { NOTHING, type Summary } from './summary.ts'
import type { Within } from './within.ts'

const SUMMARY: Summary = { counts: NOTHING, unsynced: [], passes: 1 }
const NOWHERE = new Map()
const SECOND = 1000
const MINUTE = 60 * SECOND

/** Time that passes only while everybody sleeps: to the one who wakes first. */
class SleepyClock implements Clock {
  time = 1000
  readonly slept: number[] = []
  readonly #sleepers = new Map<() => void, number>()
  now() {
    return this.time
  }
  sleep(ms: number, signal: AbortSignal) {
    return new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      this.slept.push(ms)
      const wake = () => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = () => {
        this.#sleepers.delete(wake)
        reject(signal.reason)
      }
      signal.addEventListener('abort', stop, { once: true })
      this.#sleepers.set(wake, this.time + ms)
    })
  }
  /** Lets everybody work until they sleep, and wakes the next; until `end`. */
  async pass(end: AbortSignal) {
    while (!end.aborted) {
      await setImmediate()
      await setImmediate()
      if (end.aborted) return
      const [next] = [...this.#sleepers].sort(([, a], [, b]) => a - b)
      if (next === undefined) continue
      const [wake, at] = next
      this.#sleepers.delete(wake)
      this.time = Math.max(this.time, at)
      wake()
    }
  }
}

const EMPTY: ScanReport = {
  ...{ files: 0, directories: 0, hashedFiles: 0, hashedBytes: 0, changed: 0 },
  ...{ unreadable: [], unsettled: [], damaged: [], unsupported: [], unusable: [] },
}

interface Ran {
  readonly pair: string
  readonly at: number
  readonly within: Within
}

type Act = (stage: Stage, told: RunTold) => Summary | Promise<Summary>

/** A folder whose index is a number, and pairs whose runs are acts. */
class Stage {
  readonly clock = new SleepyClock()
  readonly end = new AbortController()
  readonly told: string[] = []
  readonly ran: Ran[] = []
  readonly scanned: {
    readonly at: number
    readonly places: readonly Place[] | 'everything'
    readonly names: readonly Place[]
  }[] = []
  readonly pairs = new Map<string, HubPair>()
  sequence = 0
  /** Where the next look finds something new. */
  readonly changing = new Set<Place>()
  report = EMPTY
  /** Of the next scans, before all are as `report`. */
  readonly reports: ScanReport[] = []
  readonly hub = new Hub({
    clock: this.clock,
    random: { bytes: count => new Uint8Array(count), below: () => 0 },
    sequence: () => this.sequence,
    scan: async (places, _signal, names = []) => {
      this.scanned.push({ at: this.clock.time, places, names })
      if (names.some(place => this.changing.delete(place))) this.sequence += 1
      return this.reports.shift() ?? this.report
    },
    rescanMs: 60 * MINUTE,
  })

  /** A pair that plays the acts one after the other, then does nothing. */
  pair(
    name: string,
    acts: readonly Act[],
    options: { readonly share?: number; readonly lasting?: 'end' | 'wait' } = {},
  ) {
    let count = 0
    const pair = this.hub.add({
      run: async (signal, within, told) => {
        await this.hub.scan([], signal)
        this.ran.push({ pair: name, at: this.clock.time, within })
        told.planned(this.sequence)
        const act = acts[count]
        count += 1
        return act === undefined ? SUMMARY : act(this, told)
      },
      polling: () => ({ everyMs: 30 * SECOND, share: options.share ?? 1 }),
      onRun: () => this.told.push(`${name} ran`),
      onAway: error => this.told.push(`${name} away: ${error.code}`),
      onLasting: error => {
        this.told.push(`${name} stopped: ${error.code}`)
        return options.lasting ?? 'end'
      },
    })
    this.pairs.set(name, pair)
    return pair
  }

  async play(): Promise<void> {
    const staying = this.hub.stay(this.end.signal).finally(() => this.end.abort())
    await Promise.all([staying, this.clock.pass(this.end.signal)])
  }

  runsOf(name: string): readonly Ran[] {
    return this.ran.filter(({ pair }) => pair === name)
  }
}

const quiet: Act = () => SUMMARY
const over: Act = stage => {
  stage.end.abort()
  return SUMMARY
}
const offline: Act = () => {
  throw new SyncError('offline', 'Cannot reach it.')
}
/** Changes rows, as a run does that brings something, and sees in its last plan that it is all there. */
const bringing: Act = (stage, told) => {
  stage.sequence += 1
  told.planned(stage.sequence)
  return SUMMARY
}

test('the disk is looked at once for all pairs, the other sides each time a look is due', async () => {
  const stage = new Stage()
  stage.pair('a', [quiet, quiet, over])
  stage.pair('b', [quiet, quiet, quiet])
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 31_000, 61_000])
  expect(stage.ran.every(({ within }) => within.there === 'everything')).toBe(true)
  expect(stage.scanned.filter(({ places }) => places === 'everything')).toHaveLength(1)
})

test('a look that takes long is made less often', async () => {
  const stage = new Stage()
  const slow: Act = () => {
    stage.clock.time += 4 * SECOND
    return SUMMARY
  }
  stage.pair('a', [slow, over], { share: 20 })
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 85_000])
})

test('what is hinted at here is looked at once, and goes to every pair if it is news', async () => {
  const stage = new Stage()
  const docs = 'docs' as Place
  const hinted: Act = () => {
    stage.changing.add(docs)
    stage.hub.hint(docs, 'here')
    return SUMMARY
  }
  stage.pair('a', [hinted, quiet])
  stage.pair('b', [quiet, over])
  await stage.play()
  expect(stage.scanned.filter(({ names }) => names.includes(docs))).toHaveLength(1)
  const news = { at: 1000, within: { here: NOWHERE, there: NOWHERE } }
  expect(stage.runsOf('a')[1]).toEqual({ pair: 'a', ...news })
  expect(stage.runsOf('b')[1]).toEqual({ pair: 'b', ...news })
})

test('what one pair brings goes on to the others at once, who look nowhere for it, and does not come back', async () => {
  const stage = new Stage()
  const hinting: Act = () => {
    stage.pairs.get('a')?.hint('docs' as Place, 'below')
    return SUMMARY
  }
  stage.pair('a', [quiet, bringing])
  stage.pair('b', [hinting, quiet])
  stage.pair('c', [quiet, quiet, over])
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 1000, 31_000])
  expect(stage.runsOf('b')[1]).toEqual({ pair: 'b', at: 1000, within: { here: NOWHERE, there: NOWHERE } })
})

test('a hint of the other side is followed at once, and only there', async () => {
  const stage = new Stage()
  const docs = 'docs' as Place
  const hinted: Act = () => {
    stage.pairs.get('a')?.hint(docs, 'below')
    return SUMMARY
  }
  stage.pair('a', [hinted, over])
  await stage.play()
  expect(stage.runsOf('a')[1]).toEqual({
    pair: 'a',
    at: 1000,
    within: { here: NOWHERE, there: new Map([[docs, 'below']]) },
  })
})

test('a side that is away waits alone, longer and longer, and is looked at as a whole afterwards', async () => {
  const stage = new Stage()
  stage.pair('a', [quiet, ...Array.from({ length: 9 }, () => offline), over])
  stage.pair('b', [])
  await stage.play()
  const waits = stage.runsOf('a').map(({ at }, i, all) => (at - (all[i - 1]?.at ?? at)) / SECOND)
  expect(waits.slice(2)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300])
  expect(stage.told.filter(line => line.startsWith('a away'))).toHaveLength(9)
  expect(stage.runsOf('a').at(-1)?.within.there).toBe('everything')
  // The other one went on every thirty seconds.
  expect(stage.runsOf('b').length).toBeGreaterThan(30)
})

test('a person ends the waiting', async () => {
  const stage = new Stage()
  stage.pair('a', [offline, over])
  const pressing: Act = () => {
    stage.pairs.get('a')?.press()
    return SUMMARY
  }
  stage.pair('b', [quiet, pressing])
  stage.clock.time = 1000
  const away = stage.pairs.get('a')
  expect(away?.isRunning).toBe(false)
  await stage.play()
  expect(stage.runsOf('a').length).toBe(2)
})

test('a server that asks for more time gets it', async () => {
  const asks: Act = () => {
    throw new SyncError('maintenance', 'Come back later.', { retryAfterMs: 60_000 })
  }
  const stage = new Stage()
  stage.pair('a', [asks, over])
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 61_000])
})

const refused: Act = () => {
  throw new SyncError('unauthorized', 'Wrong password.')
}

test('what no waiting will mend ends everything where that is wanted', async () => {
  const stage = new Stage()
  stage.pair('a', [refused, quiet])
  await expect(stage.play()).rejects.toMatchObject({ code: 'unauthorized' })
})

test('elsewhere it is tried again after a long while, and the others go on', async () => {
  const stage = new Stage()
  stage.pair('a', [refused, over], { lasting: 'wait' })
  stage.pair('b', [])
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 1000 + 60 * MINUTE])
  expect(stage.runsOf('b').length).toBeGreaterThan(100)
})

test('a fault of the folder ends all pairs', async () => {
  const stage = new Stage()
  stage.pair('a', [
    () => {
      throw new SyncError('folder-unusable', 'It is gone.')
    },
  ])
  stage.pair('b', [])
  await expect(stage.play()).rejects.toMatchObject({ code: 'folder-unusable' })
})

test('what was being written to is looked at again soon, and what is still open stays known meanwhile', async () => {
  const stage = new Stage()
  const torn = 'docs/big' as Path
  stage.report = {
    ...EMPTY,
    unsettled: [torn],
    unreadable: [{ place: 'secret' as Place, reason: 'permission was denied' }],
  }
  const settled: Act = () => {
    stage.report = EMPTY
    return SUMMARY
  }
  stage.pair('a', [settled, over])
  await stage.play()
  expect(stage.scanned[1]).toEqual({ at: 2000, places: [], names: ['docs'] })
  expect(stage.hub.standing.unsettled).toEqual([])
  expect(stage.hub.standing.unreadable).toHaveLength(1)
})

test('what was missed because too many files were open is looked at again by itself, less and less often, and pairs go on then', async () => {
  const stage = new Stage()
  const missed = { place: 'docs/many' as Place, reason: 'too many files are open', because: 'too-many-files' as const }
  const report = { ...EMPTY, unreadable: [missed, { place: 'secret' as Place, reason: 'permission was denied' }] }
  stage.reports.push(report, ...[1, 2].map(() => ({ ...EMPTY, unreadable: [missed] })))
  stage.pair('a', [quiet, over])
  await stage.play()
  const at = [1000, 3000, 7000, 15_000]
  const places = ['everything', ...[1, 2, 3].map(() => ['docs/many'])]
  expect(stage.scanned.map(each => [each.at, each.places])).toEqual(at.map((time, n) => [time, places[n]]))
  expect(stage.hub.standing.unreadable.map(({ place }) => place)).toEqual(['secret'])
  // No row has changed: what is held no more has to be told of all the same.
  expect(stage.runsOf('a').slice(1)).toEqual([{ pair: 'a', at: 15_000, within: { here: NOWHERE, there: NOWHERE } }])
})

test('pairs go on when what was being written to is gone, though that leaves no row behind', async () => {
  const stage = new Stage()
  stage.reports.push({ ...EMPTY, unsettled: ['docs/draft' as Path] })
  stage.pair('a', [quiet, over])
  await stage.play()
  expect(stage.runsOf('a').slice(1)).toEqual([{ pair: 'a', at: 2000, within: { here: NOWHERE, there: NOWHERE } }])
})

test('of a great many of them the whole folder is looked at', async () => {
  const stage = new Stage()
  const unreadable = Array.from({ length: 2000 }, (_, n) => ({
    ...{ place: `docs/${n}` as Place, reason: 'too many files are open', because: 'too-many-files' as const },
  }))
  stage.reports.push({ ...EMPTY, unreadable })
  stage.pair('a', [quiet, over])
  await stage.play()
  expect(stage.scanned.map(({ at, places }) => [at, places])).toEqual([
    [1000, 'everything'],
    [3000, 'everything'],
  ])
})

test('a look at another place makes nothing be forgotten that was being written to', async () => {
  const stage = new Stage()
  stage.reports.push({ ...EMPTY, unsettled: ['docs/big' as Path] })
  const hinting: Act = () => {
    stage.hub.hint('elsewhere' as Place, 'here')
    return SUMMARY
  }
  stage.pair('a', [hinting, over])
  await stage.play()
  expect(stage.scanned.slice(1).map(({ at, names }) => [at, names])).toEqual([
    [1000, ['elsewhere']],
    [2000, ['docs']],
  ])
})

test('a path that failed is tried again when its time has come', async () => {
  const stage = new Stage()
  const failing: Act = () => ({
    ...SUMMARY,
    unsynced: [
      { path: 'docs/a' as Path, because: 'locked', reason: 'it is locked', nextTryAt: stage.clock.time + 10 * SECOND },
    ],
  })
  stage.pair('a', [failing, over])
  await stage.play()
  expect(stage.runsOf('a')[1]).toEqual({
    pair: 'a',
    at: 11_000,
    within: { here: NOWHERE, there: new Map([['docs', 'here']]) },
  })
})

/** `docs/a` is to be tried again in ten seconds, and something is new at another place already. */
const failingAndHinted =
  (elsewhere: string): Act =>
  stage => {
    stage.pairs.get('a')?.hint(elsewhere as Place, 'below')
    const nextTryAt = stage.clock.time + 10 * SECOND
    return { ...SUMMARY, unsynced: [{ path: 'docs/a' as Path, because: 'locked', reason: 'it is locked', nextTryAt }] }
  }

test('a path that waits for its time is tried then, also when runs that looked elsewhere had nothing to say of it', async () => {
  const stage = new Stage()
  stage.pair('a', [failingAndHinted('music'), quiet, over])
  await stage.play()
  expect(stage.runsOf('a').slice(1)).toEqual([
    { pair: 'a', at: 1000, within: { here: NOWHERE, there: new Map([['music', 'below']]) } },
    { pair: 'a', at: 11_000, within: { here: NOWHERE, there: new Map([['docs', 'here']]) } },
  ])
})

test('what was looked at in time and found well is not tried again', async () => {
  const stage = new Stage()
  stage.pair('a', [failingAndHinted(''), quiet, over])
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 1000, 31_000])
})

test('what kept changing is looked at again soon, and less and less often', async () => {
  const stage = new Stage()
  const moving: Act = () => ({
    ...SUMMARY,
    unsynced: [{ path: 'docs/a' as Path, because: 'changed', reason: 'it kept changing' }],
  })
  stage.pair('a', [moving, moving, moving, over])
  await stage.play()
  expect(stage.runsOf('a').map(({ at }) => at)).toEqual([1000, 2000, 4000, 8000])
})

test('to be stopped in the middle of a run is no failure', async () => {
  const stage = new Stage()
  stage.pair('a', [
    () => {
      stage.end.abort()
      throw new DOMException('stopped', 'AbortError')
    },
  ])
  await stage.play()
  expect(stage.told).toEqual([])
})
