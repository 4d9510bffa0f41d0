// Looks at both sides of a pair: everything at the start of a run, then where something was not as expected.
import type { PairRecords } from '../index/folder-index.ts'
import type { Entry } from '../model/entry.ts'
import { type Path, parentOf } from '../model/path.ts'
import type { ScanReport } from '../scan/report.ts'
import { learnContents } from './learn.ts'
import { followOutcomes, noteAbsent, noteRights, observeRemote, type RemoteView } from './observation.ts'
import type { Outcome } from './outcome.ts'
import type { PairParts } from './pair-parts.ts'
import { type Pass, pathsOf, type View } from './pass.ts'
import { isUnderSameRules } from './remember.ts'
import type { Tries } from './tries.ts'
import { EVERYWHERE, narrowed, type Places, placesOf, type Within } from './within.ts'

export class Looking {
  readonly #parts: PairParts
  readonly #records: PairRecords
  readonly #tries: Tries

  constructor(parts: PairParts, records: PairRecords, tries: Tries) {
    this.#parts = parts
    this.#records = records
    this.#tries = tries
  }

  /** Both sides at once; only looking tells whether the server was restored, and then all of it is looked at. */
  async both(signal: AbortSignal, within: Within = EVERYWHERE): Promise<View> {
    const { report, remote } = this.#parts
    const { here, there } = remote.restored === true ? EVERYWHERE : within
    if (remote.restored === true) {
      report({
        type: 'notice',
        path: undefined,
        text: 'The server was restored from a backup: both sides are merged as if for the first time.',
      })
      this.#records.forgetAll()
      remote.acknowledgeRestored?.()
    }
    report({ type: 'phase', phase: 'scanning' })
    // Both sides at once: neither looking depends on the other.
    const ended = new AbortController()
    const both = AbortSignal.any([signal, ended.signal])
    try {
      const [scan, view] = await Promise.all([this.#scan(here, both), this.#observe(both, there)])
      // Only looking tells: what was seen is then compared with nothing, as if for the first time.
      if (remote.restored === true) return await this.both(signal)
      await this.#learn(view, both)
      return { scan, remote: view }
    } catch (error) {
      ended.abort(error)
      throw error
    }
  }

  /** Finds out what is in files that may be what they were, where that moves no bytes. */
  async #learn({ dirty }: RemoteView, signal: AbortSignal): Promise<void> {
    const { home, remote, index, hindsight } = this.#parts
    await learnContents(dirty, { local: home, remote, index, records: this.#records }, signal)
    await hindsight?.learn(dirty, remote, signal)
  }

  #scan(here: Places, signal: AbortSignal): Promise<ScanReport> {
    if (here === 'everything') return this.#parts.scan(here, signal)
    return this.#parts.scan(placesOf(here, 'below'), signal, placesOf(here, 'here'))
  }

  #observe(signal: AbortSignal, there: Places = 'everything'): Promise<RemoteView> {
    const { ignore } = this.#parts
    const isKnown = (place: Path | '') => place === '' || this.#records.agreement(place)?.kind === 'directory'
    const remote = there === 'everything' ? this.#parts.remote : narrowed(this.#parts.remote, there, isKnown)
    const prune = isUnderSameRules(this.#records, ignore) ? 'prune' : 'everything'
    const reach = there === 'everything' ? there : 'some places'
    return observeRemote({ remote, records: this.#records, ignore, prune, reach }, signal)
  }

  /** Looks again where something was not as expected, and at whatever the remote can tell cheaply. */
  async again(before: View, { plan, triples, outcomes }: Pass, signal: AbortSignal): Promise<View> {
    const open = outcomes.filter(({ as }) => as === 'stale' || as === 'failed').flatMap(({ step }) => pathsOf(step))
    const places = [...new Set(open.map(parentOf))]
    const scan = places.length === 0 ? before.scan : mergeScans(before.scan, await this.#parts.scan([], signal, places))
    const isKnown = (path: Path) => triples.has(path) || this.#records.agreement(path) !== undefined
    const again = [...open.filter(isKnown), ...plan.deferred]
    const remote = await this.#observeAgain(before.remote, outcomes, again, signal)
    await this.#askRights(outcomes, remote, signal)
    await this.#parts.hindsight?.lookAtNews(remote.dirty, this.#parts.remote, signal)
    await this.#learn(remote, signal)
    return { scan, remote }
  }

  async #observeAgain(
    before: RemoteView,
    outcomes: readonly Outcome[],
    open: readonly Path[],
    signal: AbortSignal,
  ): Promise<RemoteView> {
    const { remote } = this.#parts
    if (remote.can.directoryStamps === 'recursive')
      return this.#disproveStale(await this.#observe(signal), outcomes, signal)
    const { dirty, unknown } = followOutcomes(before.dirty, outcomes)
    const view = { ...before, dirty }
    for (const path of [...open, ...unknown]) {
      const entry = await remote.look(path, signal)
      if (entry === undefined) noteAbsent(path, view, this.#records)
      else dirty.set(path, entry)
    }
    return view
  }

  /**
   * A listing says nothing of what was agreed in a place that is not there and was never agreed on: where a step did not find what it
   * expected, only a look tells that it is gone. What a look finds is left to listings: its stamp may cover what nobody has seen.
   */
  async #disproveStale(view: RemoteView, outcomes: readonly Outcome[], signal: AbortSignal): Promise<RemoteView> {
    for (const path of outcomes.filter(({ as }) => as === 'stale').flatMap(({ step }) => pathsOf(step))) {
      if (view.dirty.has(path) || this.#records.agreement(path) === undefined) continue
      if ((await this.#parts.remote.look(path, signal)) === undefined) noteAbsent(path, view, this.#records)
    }
    return view
  }

  /** Asks what is permitted where something was refused: the next plan obeys it. */
  async #askRights(outcomes: readonly Outcome[], view: RemoteView, signal: AbortSignal): Promise<void> {
    for (const outcome of outcomes) {
      if (outcome.as !== 'failed' || !this.#tries.isFirstRefusal(outcome)) continue
      const { step } = outcome
      this.#tries.asked(step.path)
      for (const path of step.do === 'move' ? [step.from, step.path] : [step.path]) {
        view.dirty.set(path, await this.#lookAtRights(path, view, signal))
        const place = parentOf(path)
        if (place !== '') await this.#lookAtRights(place, view, signal)
      }
    }
  }

  async #lookAtRights(path: Path, { rights }: RemoteView, signal: AbortSignal): Promise<Entry | undefined> {
    const entry = await this.#parts.remote.look(path, signal)
    noteRights(path, entry, rights)
    return entry
  }
}

function mergeScans(before: ScanReport, again: ScanReport): ScanReport {
  return {
    ...again,
    unreadable: [...before.unreadable, ...again.unreadable],
    unsettled: again.unsettled,
    damaged: [...new Set([...before.damaged, ...again.damaged])],
    unsupported: [...before.unsupported, ...again.unsupported],
    unusable: [...before.unusable, ...again.unusable],
  }
}
