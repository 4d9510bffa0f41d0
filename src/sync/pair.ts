// A folder and one remote: look at both sides, plan, apply, and again until there is nothing left to do.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Entry } from '../model/entry.ts'
import { isBelow, type Path, type Place, parentOf } from '../model/path.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { isEffect, type Step } from '../plan/step.ts'
import type { Triple } from '../plan/triple.ts'
import type { World } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import type { Revisions } from '../revisions/revisions.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import type { ScanReport } from '../scan/report.ts'
import type { Moved } from '../scan/selection.ts'
import { applyPlan } from './apply.ts'
import { failureOf, makeDue } from './back-off.ts'
import { clearDeselected, withdraw } from './clear-deselected.ts'
import { planContext } from './context.ts'
import type { Report } from './events.ts'
import type { Hindsight } from './hindsight.ts'
import type { Home } from './home.ts'
import { learnContents } from './learn.ts'
import { clearJunk } from './left-alone.ts'
import { leftoversIn } from './leftovers.ts'
import {
  followOutcomes,
  markSeen,
  noteAbsent,
  noteRights,
  observeRemote,
  type RemoteView,
  unsettledIn,
} from './observation.ts'
import type { Approval, PairOptions } from './options.ts'
import type { Outcome } from './outcome.ts'
import { quarantine } from './quarantine.ts'
import { type Counts, count, NOTHING, type Summary, type Unsynced } from './summary.ts'
import { collectTriples, type LocalBlanks, type TripleParts } from './triples.ts'
import { unsyncedOf } from './unsynced.ts'
import { EVERYWHERE, isWhole, narrowed, type Places, placesOf, type Within } from './within.ts'

export interface PairParts {
  readonly home: Home
  readonly remote: Replica
  readonly index: FolderIndex
  readonly ignore: IgnoreRules
  readonly world: World
  readonly report: Report
  /** Where damaged files go when the other side has good ones; without it they are only reported. */
  readonly revisions?: Revisions
  /** Disk → index, of the whole folder or of some places. */
  readonly scan: (
    places: readonly Place[] | 'everything',
    signal: AbortSignal,
    namesIn?: readonly Place[],
  ) => Promise<ScanReport>
  readonly options?: PairOptions
  /** Where agreeing has to do more than to be remembered; without them those of the index. */
  readonly records?: PairRecords
  /** Where the same changes may come by several ways. */
  readonly hindsight?: Hindsight
}

/** Looking again has to end somewhere: what still moves after so many passes is left to the next run. */
const MAX_PASSES = 8
const MAX_TRIES = 3

/** What one pass saw. */
interface View {
  readonly remote: RemoteView
  readonly scan: ScanReport
}

interface Planned {
  readonly plan: Plan
  readonly triples: ReadonlyMap<Path, Triple>
}

interface Pass extends Planned {
  readonly outcomes: readonly Outcome[]
}

export class Pair {
  readonly records: PairRecords
  readonly #parts: PairParts
  /** Refusals by the other side about which it was asked what it does permit. */
  readonly #refused = new Set<Path>()
  /** How often each path went wrong in this run. */
  readonly #tries = new Map<Path, number>()
  /** What is here of directories that this device does not keep. */
  #notKept: readonly Unsynced[] = []

  constructor(parts: PairParts) {
    this.#parts = parts
    this.records = parts.records ?? parts.index.pair(parts.remote.id)
  }

  /** A person asks: what failed before is tried again by the next run, and not only when its time has come. */
  tryAgain(): void {
    makeDue(this.records, this.#parts.world.clock.now())
  }

  /** What would be done now. Changes nothing but the index. */
  async preview(signal: AbortSignal): Promise<{ readonly plan: Plan; readonly unsynced: readonly Unsynced[] }> {
    const view = await this.#look(signal)
    const { plan } = this.#plan(view)
    return { plan, unsynced: this.#unsynced(view, { plan, triples: new Map(), outcomes: [] }) }
  }

  /** The triple of one path as the next run would see it, and the plan it is part of. */
  async explain(signal: AbortSignal): Promise<{ readonly plan: Plan; readonly parts: TripleParts }> {
    const view = await this.#look(signal)
    const { plan } = this.#plan(view)
    return { plan, parts: this.#tripleParts(view) }
  }

  /**
   * Makes both sides equal. Throws what concerns a whole side or the folder; single paths are told of in the summary. `within`
   * is for those who watch, and only after a run without it.
   */
  async run(signal: AbortSignal, within: Within = EVERYWHERE): Promise<Summary> {
    let view = await this.#clear(await this.#quarantine(await this.#look(signal, within)), within, signal)
    let counts = NOTHING
    this.#tries.clear()
    for (let pass = 1; ; pass += 1) {
      const result = await this.#pass(view, signal)
      this.#countTries(result.outcomes)
      counts = count(counts, result.outcomes)
      const isOpen = this.#isWorthAnotherLook(result) || this.#parts.hindsight?.isCurious === true
      const isLast = pass === MAX_PASSES || !isOpen
      this.#remember(view, result, isLast)
      if (result.plan.brake !== undefined && result.outcomes.length === 0)
        return this.#summary(view, result, counts, pass)
      if (isLast) return this.#summary(view, result, counts, pass)
      view = await this.#lookAgain(view, result, signal)
    }
  }

  // --- looking -------------------------------------------------------------------------------------------------------------

  async #look(signal: AbortSignal, within: Within = EVERYWHERE): Promise<View> {
    const { report, remote } = this.#parts
    const { here, there } = remote.restored === true ? EVERYWHERE : within
    if (remote.restored === true) {
      report({
        type: 'notice',
        path: undefined,
        text: 'The server was restored from a backup: both sides are merged as if for the first time.',
      })
      this.records.forgetAll()
      remote.acknowledgeRestored?.()
    }
    report({ type: 'phase', phase: 'scanning' })
    // Both sides at once: neither looking depends on the other.
    const ended = new AbortController()
    const both = AbortSignal.any([signal, ended.signal])
    try {
      const [scan, view] = await Promise.all([this.#scan(here, both), this.#observe(both, there)])
      // Only looking tells: what was seen is then compared with nothing, as if for the first time.
      if (remote.restored === true) return await this.#look(signal)
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
    await learnContents(dirty, { local: home, remote, index, records: this.records }, signal)
    await hindsight?.learn(dirty, remote, signal)
  }

  /** Damaged files make room for the good ones that the other side has. */
  async #quarantine(view: View): Promise<View> {
    const { home, index, revisions, report } = this.#parts
    if (revisions === undefined || view.scan.damaged.length === 0) return view
    const left: Path[] = []
    for (const path of view.scan.damaged) {
      const isGone = await quarantine(path, { home, index, records: this.records, revisions, view: view.remote })
      if (!isGone) left.push(path)
      else
        report({
          type: 'notice',
          path,
          text: 'it was damaged on disk: the damaged file is in the trash, the good one is fetched',
        })
    }
    return { ...view, scan: { ...view.scan, damaged: left } }
  }

  /** Deselected directories are let go of where the whole of the other side was looked at. */
  async #clear(view: View, { there }: Within, signal: AbortSignal): Promise<View> {
    const { home, remote, index, ignore, report } = this.#parts
    const { selection } = ignore
    if (selection === undefined || selection.deselected.length === 0) return view
    const parts = { home, remote, index, records: this.records, ignore, report }
    const waiting = isWhole(there) ? await clearDeselected(view.remote, parts, signal) : selection.uncleared
    this.#notKept = await leftoversIn(ignore, waiting, home.disk, signal)
    return view
  }

  #scan(here: Places, signal: AbortSignal): Promise<ScanReport> {
    if (here === 'everything') return this.#parts.scan(here, signal)
    return this.#parts.scan(placesOf(here, 'below'), signal, placesOf(here, 'here'))
  }

  #observe(signal: AbortSignal, there: Places = 'everything'): Promise<RemoteView> {
    const { ignore } = this.#parts
    const isKnown = (place: Path | '') => place === '' || this.records.agreement(place)?.kind === 'directory'
    const remote = there === 'everything' ? this.#parts.remote : narrowed(this.#parts.remote, there, isKnown)
    const isSameRules = this.records.get(IGNORE_KEY) === ignore.fingerprint
    const prune = isSameRules ? 'prune' : 'everything'
    const reach = there === 'everything' ? there : 'some places'
    return observeRemote({ remote, records: this.records, ignore, prune, reach }, signal)
  }

  /** Whether something is left that another pass could finish: what was stale, may be tried soon, or became possible. */
  #isWorthAnotherLook({ plan, outcomes }: Pass): boolean {
    if (plan.brake !== undefined && outcomes.length === 0) return false
    return outcomes.some(outcome => (outcome.as === 'done' && isEffect(outcome.step)) || this.#isOpen(outcome))
  }

  /** Not done, but to be looked at again in this run. What goes wrong again and again is left to the next one. */
  #isOpen(outcome: Outcome): boolean {
    if ((this.#tries.get(outcome.step.path) ?? 0) >= MAX_TRIES) return false
    if (outcome.as !== 'failed') return outcome.as === 'stale'
    return outcome.error.retry === 'soon' || this.#isFirstRefusal(outcome)
  }

  #countTries(outcomes: readonly Outcome[]): void {
    for (const { as, step } of outcomes) {
      if (as === 'stale' || as === 'failed') this.#tries.set(step.path, (this.#tries.get(step.path) ?? 0) + 1)
    }
  }

  #isFirstRefusal(outcome: Extract<Outcome, { as: 'failed' }>): boolean {
    return outcome.error.code === 'denied' && !this.#refused.has(outcome.step.path)
  }

  /** Asks what is permitted where something was refused: the next plan obeys it. */
  async #askRights(outcomes: readonly Outcome[], view: RemoteView, signal: AbortSignal): Promise<void> {
    for (const outcome of outcomes) {
      if (outcome.as !== 'failed' || !this.#isFirstRefusal(outcome)) continue
      const { step } = outcome
      this.#refused.add(step.path)
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

  /** Looks again where something was not as expected, and at whatever the remote can tell cheaply. */
  async #lookAgain(before: View, { plan, triples, outcomes }: Pass, signal: AbortSignal): Promise<View> {
    const open = outcomes.filter(({ as }) => as === 'stale' || as === 'failed').flatMap(({ step }) => pathsOf(step))
    const places = [...new Set(open.map(parentOf))]
    const scan = places.length === 0 ? before.scan : mergeScans(before.scan, await this.#parts.scan([], signal, places))
    const isKnown = (path: Path) => triples.has(path) || this.records.agreement(path) !== undefined
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
      if (entry === undefined) noteAbsent(path, view, this.records)
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
      if (view.dirty.has(path) || this.records.agreement(path) === undefined) continue
      if ((await this.#parts.remote.look(path, signal)) === undefined) noteAbsent(path, view, this.records)
    }
    return view
  }

  // --- planning and applying -----------------------------------------------------------------------------------------------

  #tripleParts({ remote, scan }: View): TripleParts {
    const { index, ignore, world, hindsight } = this.#parts
    const now = world.clock.now()
    return { index, records: this.records, view: remote, blanks: blanksOf(scan), ignore, now, hindsight }
  }

  #plan(view: View): Planned {
    const triples = collectTriples(this.#tripleParts(view))
    const { home, remote, index, options, world } = this.#parts
    const context = planContext({
      home,
      remote,
      index,
      records: this.records,
      view: view.remote,
      triples,
      options: options ?? {},
      world,
    })
    return { plan: makePlan(triples.values(), context), triples }
  }

  async #pass(view: View, signal: AbortSignal): Promise<Pass> {
    const { report, home, remote, index, world } = this.#parts
    const { plan, triples, following } = await this.#planFollowed(view)
    report({ type: 'plan', plan })
    if (this.#isStopped(plan)) return { plan, triples, outcomes: [] }
    report({ type: 'phase', phase: 'applying' })
    const ends = { local: home, remote, index, records: this.records, world, report, moved: new Map() }
    const outcomes = await applyPlan(plan, ends, {
      signal,
      clearJunk: (step, stop) => clearJunk(step, step.on === 'local' ? home.disk : remote, this.#parts.ignore, stop),
    })
    await this.#arrived(following, outcomes)
    return { plan, triples, outcomes }
  }

  /** The plan, in which what is deselected in a directory that moves is so at its new place, too. */
  async #planFollowed(view: View): Promise<Planned & { readonly following: readonly Moved[] }> {
    const planned = this.#plan(view)
    const { selection } = this.#parts.ignore
    if (selection === undefined || this.#isStopped(planned.plan)) return { ...planned, following: [] }
    const following = await selection.follow(planned.plan.waves.flatMap(({ steps }) => steps.flatMap(moveOf)))
    if (following.length === 0) return { ...planned, following }
    for (const { to } of following) withdraw(to, view.remote)
    return { ...this.#plan(view), following }
  }

  async #arrived(following: readonly Moved[], outcomes: readonly Outcome[]): Promise<void> {
    if (following.length === 0) return
    const done = outcomes.flatMap(({ as, step }) => (as === 'done' ? moveOf(step) : []))
    const hasMoved = (path: Path) => done.some(({ from }) => isBelow(path, from))
    await this.#parts.ignore.selection?.arrived(following.map(({ from, to }) => (hasMoved(from) ? from : to)))
  }

  #isStopped({ brake }: Plan): boolean {
    return brake !== undefined && !this.#isApproved(brake.because)
  }

  #isApproved(because: NonNullable<Plan['brake']>['because']): boolean {
    const needed: Approval = because === 'too-many-overwrites' ? 'overwrites' : 'deletes'
    return this.#parts.options?.approved?.has(needed) ?? false
  }

  // --- remembering ---------------------------------------------------------------------------------------------------------

  #remember(view: View, { triples, outcomes }: Pass, isLast: boolean): void {
    const now = this.#parts.world.clock.now()
    this.#parts.index.transaction(() => {
      const failing = new Set<Path>(this.records.failures().map(({ path }) => path))
      for (const outcome of outcomes) this.#rememberOutcome(outcome, triples, { isLast, now, failing })
      const { dirty } = followOutcomes(view.remote.dirty, outcomes)
      markSeen(view.remote, unsettledIn(dirty, this.records), this.records)
      this.records.set(IGNORE_KEY, this.#parts.ignore.fingerprint)
    })
  }

  #rememberOutcome(
    outcome: Outcome,
    triples: ReadonlyMap<Path, Triple>,
    { isLast, now, failing }: { readonly isLast: boolean; readonly now: number; readonly failing: Set<Path> },
  ): void {
    const { path } = outcome.step
    // Most have never failed: then there is nothing to clear.
    if (outcome.as === 'done' && isEffect(outcome.step) && failing.delete(path)) this.records.clearFailure(path)
    if (outcome.as !== 'failed' || (this.#isOpen(outcome) && !isLast)) return
    const triple = triples.get(path) ?? { path }
    failing.add(path)
    this.records.recordFailure(failureOf(triple, outcome.error, this.records.failure(path), now))
  }

  #summary(view: View, pass: Pass, counts: Counts, passes: number): Summary {
    const { brake } = pass.plan
    const isStopped = this.#isStopped(pass.plan)
    const summary: Summary = {
      counts,
      passes,
      unsynced: this.#unsynced(view, pass),
      ...(isStopped && brake !== undefined ? { brake } : {}),
    }
    this.#parts.report({ type: 'summary', summary })
    return summary
  }

  #unsynced({ scan, remote }: View, { plan, outcomes }: Pass): Unsynced[] {
    const { hindsight } = this.#parts
    const notKept = this.#notKept
    return unsyncedOf({
      held: plan.held,
      outcomes,
      scan,
      remote,
      failures: this.records.failures(),
      hindsight,
      notKept,
    })
  }
}

const IGNORE_KEY = 'ignore-fingerprint'

/** The move of a step, if it is one of a directory. */
function moveOf(step: Step): Moved[] {
  if (step.do === 'follow') return [{ from: step.from, to: step.path }]
  return step.do === 'move' && step.kind === 'directory' ? [{ from: step.from, to: step.path }] : []
}

/** Where a step expects something: a move at both ends. */
function pathsOf(step: Step): readonly Path[] {
  return step.do === 'move' ? [step.from, step.path] : [step.path]
}

function blanksOf(scan: ScanReport): LocalBlanks {
  return {
    unreadable: new Set<Place>([...scan.unreadable.map(({ place }) => place), ...scan.unsettled, ...scan.damaged]),
    unsupported: new Set(scan.unsupported.map(({ path }) => path)),
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
