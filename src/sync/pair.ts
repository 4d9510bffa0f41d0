// A folder and one remote: look at both sides, plan, apply, and again until there is nothing left to do.
import type { PairRecords } from '../index/folder-index.ts'
import { isBelow, type Path, type Place } from '../model/path.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { isEffect, type Step } from '../plan/step.ts'
import type { ScanReport } from '../scan/report.ts'
import type { Moved } from '../scan/selection.ts'
import { type Already, type Amount, applyPlan } from './apply.ts'
import { arrivalsInParts, muchArriving, withPart } from './arrivals.ts'
import { makeDue } from './back-off.ts'
import { clearDeselected, withdraw } from './clear-deselected.ts'
import { planContext } from './context.ts'
import { followRenamed, noteDeselected, noteMoved } from './follow-renamed.ts'
import { KeptDirectories } from './kept-directories.ts'
import { clearJunk } from './left-alone.ts'
import { leftoversIn, stayingFor } from './leftovers.ts'
import { Looking } from './look.ts'
import { lookForAbsent } from './observation.ts'
import type { Approval } from './options.ts'
import type { Outcome } from './outcome.ts'
import type { PairParts } from './pair-parts.ts'
import type { Pass, Planned, Read, View } from './pass.ts'
import { newsInParts, sortNews } from './plain-news.ts'
import { quarantine } from './quarantine.ts'
import { rememberPass } from './remember.ts'
import { type Counts, count, NOTHING, type Summary, type Unsynced } from './summary.ts'
import { Tries } from './tries.ts'
import { collectTriples, type LocalBlanks, type TripleParts } from './triples.ts'
import { unsyncedOf } from './unsynced.ts'
import { EVERYWHERE, isWhole, type Within } from './within.ts'

/** Looking again has to end somewhere: what still moves after so many passes is left to the next run. */
const MAX_PASSES = 8
/** A plan takes some kilobytes for each path. */
const NEWS_TOGETHER = 8192

interface Told {
  /** Undefined where it is to be read anew. */
  readonly read: Read | undefined
  readonly counts: Counts
}

export class Pair {
  readonly records: PairRecords
  readonly #parts: PairParts
  readonly #looking: Looking
  readonly #tries = new Tries()
  readonly #kept = new KeptDirectories()
  /** What is here of directories that this device does not keep. */
  #notKept: readonly Unsynced[] = []

  constructor(parts: PairParts) {
    this.#parts = parts
    this.records = parts.records ?? parts.index.pair(parts.remote.id)
    this.#looking = new Looking(parts, this.records, this.#tries)
  }

  /** A person asks: what failed before is tried again by the next run, and not only when its time has come. */
  tryAgain(): void {
    makeDue(this.records, this.#parts.world.clock.now())
  }

  /** What would be done now. Changes nothing but the index. */
  async preview(signal: AbortSignal): Promise<{ readonly plan: Plan; readonly unsynced: readonly Unsynced[] }> {
    const view = await this.#looking.both(signal)
    const { plan } = this.#plan(view)
    return { plan, unsynced: this.#unsynced(view, { plan, outcomes: [] }) }
  }

  /** The triple of one path as the next run would see it, and the plan it is part of. */
  async explain(signal: AbortSignal): Promise<{ readonly plan: Plan; readonly parts: TripleParts }> {
    const view = await this.#looking.both(signal)
    const { plan } = this.#plan(view)
    return { plan, parts: this.#tripleParts(view) }
  }

  /**
   * Makes both sides equal. Throws what concerns a whole side or the folder; single paths are told of in the summary. `within`
   * is for those who watch, and only after a run without it.
   */
  async run(signal: AbortSignal, within: Within = EVERYWHERE): Promise<Summary> {
    let view = await this.#clear(await this.#quarantine(await this.#looking.both(signal, within)), within, signal)
    const { index, ignore, world } = this.#parts
    let counts = NOTHING
    this.#tries.begin()
    this.#kept.begin()
    for (let pass = 1; ; pass += 1) {
      const told = await this.#tellNews(view, counts, signal)
      const result = await this.#pass(view, told.read, signal)
      this.#tries.count(result.outcomes)
      const isInTheWay = this.#kept.note(result.outcomes)
      counts = count(told.counts, result.outcomes)
      const isOpen = isInTheWay || this.#isWorthAnotherLook(result) || this.#parts.hindsight?.isCurious === true
      const isLast = pass === MAX_PASSES || !isOpen
      rememberPass(view, result, {
        index,
        ignore,
        records: this.records,
        tries: this.#tries,
        now: world.clock.now(),
        isLast,
      })
      if (isLast || isHeldBack(result)) return this.#summary(view, result, counts, pass)
      view = await this.#looking.again(view, result, signal)
    }
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
    const parts = { home, disk: home.disk, remote, index, records: this.records, ignore, report }
    await followRenamed(view.remote, parts, signal)
    if (isWhole(there)) noteDeselected(view.remote, parts)
    const waiting = isWhole(there) ? await clearDeselected(view.remote, parts, signal) : selection.uncleared
    this.#notKept = await leftoversIn(ignore, waiting, home.disk, signal)
    return view
  }

  /** Whether something is left that another pass could finish: what was stale, may be tried soon, or became possible. */
  #isWorthAnotherLook({ outcomes }: Pass): boolean {
    return outcomes.some(outcome => (outcome.as === 'done' && isEffect(outcome.step)) || this.#tries.isOpen(outcome))
  }

  // --- planning and applying -----------------------------------------------------------------------------------------------

  #tripleParts({ remote, scan }: View): TripleParts {
    const { index, ignore, world, hindsight } = this.#parts
    const now = world.clock.now()
    return { index, records: this.records, view: remote, blanks: blanksOf(scan), ignore, now, hindsight }
  }

  #read(view: View): Read {
    // Before the rows: what changes from now on may be missed by a plan.
    const { sequence } = this.#parts.index
    return { sequence, triples: collectTriples(this.#tripleParts(view)) }
  }

  #plan(view: View, { sequence, triples }: Read = this.#read(view)): Planned {
    const { home, remote, index, options, world } = this.#parts
    const context = planContext({
      home,
      remote,
      index,
      records: this.records,
      view: view.remote,
      triples,
      kept: this.#kept.removals,
      options: options ?? {},
      world,
    })
    return { plan: makePlan(triples.values(), context), triples, sequence }
  }

  /** What is not as agreed. Much that is new here is told to others first, then much that is new there is brought, a part at a time. */
  async #tellNews(view: View, before: Counts, signal: AbortSignal): Promise<Told> {
    const { home, remote, index, options } = this.#parts
    // Elsewhere bytes move with it.
    if (remote.can.isAnnouncedTo !== true) return { read: undefined, counts: before }
    await lookForAbsent(view.remote, remote, signal)
    const most = options?.newsTogether ?? NEWS_TOGETHER
    const { sequence } = index
    const inParts = (parts: Iterable<Read['triples']>, counts: Counts, of?: Amount) =>
      this.#inParts(view, parts, { sequence, counts, of }, signal)
    const parted = () => ({ ...this.#tripleParts(view), names: remote.can.names, most })
    const arrivals = () => ({ ...parted(), names: home.can.names })
    const arriving = muchArriving(arrivals())
    const triples = arriving === undefined ? sortNews(parted()) : 'much'
    if (triples !== 'much') return { read: { sequence, triples }, counts: before }
    const told = await inParts(newsInParts(parted()), before)
    const counts = arriving === undefined ? told : await inParts(arrivalsInParts(arrivals()), told, arriving)
    return { read: undefined, counts }
  }

  /** Each part by itself; what is done of it is no longer dirty. What is not is left to the plan of everything else. */
  async #inParts(
    view: View,
    parts: Iterable<Read['triples']>,
    { sequence, counts, of }: { readonly sequence: number; readonly counts: Counts; readonly of: Amount | undefined },
    signal: AbortSignal,
  ): Promise<Counts> {
    let total = counts
    let done: Amount = { steps: 0, bytes: 0 }
    for (const triples of parts) {
      signal.throwIfAborted()
      // What came before this part is not read again for it.
      const planned = this.#plan(view, { sequence, triples })
      const outcomes = await this.#apply(planned, signal, of && { done, of })
      for (const { as, step } of outcomes) if (as === 'done') view.remote.dirty.delete(step.path)
      total = count(total, outcomes)
      if (of !== undefined) done = withPart(done, triples)
    }
    return total
  }

  async #pass(view: View, read: Read | undefined, signal: AbortSignal): Promise<Pass> {
    if (read === undefined) await lookForAbsent(view.remote, this.#parts.remote, signal)
    const planned = await this.#planFollowed(view, read)
    if (this.#isStopped(planned.plan)) {
      this.#reportPlan(planned)
      return { ...planned, outcomes: [] }
    }
    const outcomes = await this.#apply(planned, signal)
    await this.#arrived(planned.following, outcomes)
    return { ...planned, outcomes }
  }

  #reportPlan({ plan, sequence }: Planned): void {
    this.#parts.report({ type: 'plan', plan, sequence })
  }

  #apply(planned: Planned, signal: AbortSignal, already?: Already): Promise<readonly Outcome[]> {
    const { report, home, remote, index, world, ignore } = this.#parts
    this.#reportPlan(planned)
    report({ type: 'phase', phase: 'applying' })
    const ends = { local: home, remote, index, records: this.records, world, report, moved: new Map() }
    return applyPlan(planned.plan, ends, {
      signal,
      ...(already === undefined ? {} : { already }),
      clearJunk: (step, stop) => clearJunk(step, step.on === 'local' ? home.disk : remote, ignore, stop),
    })
  }

  /** The plan, in which what is deselected in a directory that moves is so at its new place, too. */
  async #planFollowed(view: View, read: Read | undefined): Promise<Planned & { readonly following: readonly Moved[] }> {
    const planned = this.#plan(view, read)
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
    noteMoved(
      following.filter(({ from }) => hasMoved(from)),
      { records: this.records },
    )
    await this.#parts.ignore.selection?.arrived(following.map(({ from, to }) => (hasMoved(from) ? from : to)))
  }

  #isStopped({ brake }: Plan): boolean {
    return brake !== undefined && !this.#isApproved(brake.because)
  }

  #isApproved(because: NonNullable<Plan['brake']>['because']): boolean {
    const needed: Approval = because === 'too-many-overwrites' ? 'overwrites' : 'deletes'
    return this.#parts.options?.approved?.has(needed) ?? false
  }

  // --- telling -------------------------------------------------------------------------------------------------------------

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

  #unsynced({ scan, remote }: View, { plan, outcomes }: Pick<Pass, 'plan' | 'outcomes'>): Unsynced[] {
    const { hindsight, index, ignore } = this.#parts
    const failures = this.records.failures()
    const isGone = (path: Path) => index.row(path)?.state.kind === 'deleted'
    const notKept = [...this.#notKept, ...stayingFor(ignore.selection, plan.held, isGone)]
    return unsyncedOf({ held: plan.held, outcomes, scan, remote, failures, hindsight, notKept })
  }
}

/** A brake stopped it before it did anything. */
function isHeldBack({ plan, outcomes }: Pass): boolean {
  return plan.brake !== undefined && outcomes.length === 0
}

/** The move of a step, if it is one of a directory. */
function moveOf(step: Step): Moved[] {
  if (step.do === 'follow') return [{ from: step.from, to: step.path }]
  return step.do === 'move' && step.kind === 'directory' ? [{ from: step.from, to: step.path }] : []
}

function blanksOf(scan: ScanReport): LocalBlanks {
  return {
    unreadable: new Set<Place>([...scan.unreadable.map(({ place }) => place), ...scan.unsettled, ...scan.damaged]),
    unsupported: new Set(scan.unsupported.map(({ path }) => path)),
  }
}
