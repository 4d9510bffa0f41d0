// What is told of one remote: its steps and their outcomes, how far a run is, how it ended, and how it goes.
import type { News } from '../../api/shapes/events.ts'
import type { Progress, RemoteStatus } from '../../api/shapes/status.ts'
import type { Path } from '../../model/path.ts'
import type { Plan } from '../../plan/plan.ts'
import { isEffect, type Step } from '../../plan/step.ts'
import type { Clock } from '../../platform/world.ts'
import type { SyncEvent } from '../../sync/events.ts'
import type { Summary, Unsynced } from '../../sync/summary.ts'
import { wordsOfOutcome } from '../../words/steps.ts'
import type { MovingFiles } from './moving-files.ts'
import type { RemoteDetails } from './remote-condition.ts'

export interface RemoteTellingParts {
  readonly folder: string
  readonly remote: string
  readonly clock: Clock
  readonly moving: MovingFiles
  /** Whether bytes are counted while they move, and not only when a file is whole. */
  readonly countsBytes: () => boolean
  readonly tell: (news: News) => void
}

export interface EndOfRun {
  readonly summary: Summary
  readonly tookMs: number
  /** After this run. */
  readonly unsynced: readonly Unsynced[]
  readonly brake: RemoteStatus['brake'] | undefined
}

type BareProgress = Omit<Progress, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'>

const PROGRESS_EVERY_MS = 300
/** Files that a progress names. */
const MOST_FILES = 10
const NONE = { done: 0, of: 0 }

export class RemoteTelling {
  readonly #parts: RemoteTellingParts
  #progress: BareProgress | undefined
  #progressAt = 0
  #plan: Plan | undefined
  #sizes: ReadonlyMap<Path, number> | undefined
  #lastRun = ''
  #lastState = ''

  constructor(parts: RemoteTellingParts) {
    this.#parts = parts
  }

  /** Of the run under way. */
  get progress(): Progress | undefined {
    return this.#progress === undefined ? undefined : this.#withRates(this.#progress)
  }

  /** Of a file that the plan wants; looked for only where somebody asks. */
  sizeOf(path: Path): number | undefined {
    this.#sizes ??= sizesIn(this.#plan)
    return this.#sizes.get(path)
  }

  /** What is said next is said also when it is nothing new: somebody asked for it. */
  sayAnew(): void {
    this.#lastRun = ''
    this.#lastState = ''
  }

  event(event: SyncEvent): void {
    switch (event.type) {
      case 'phase':
        this.#progress = { phase: event.phase, steps: NONE, bytes: NONE }
        break
      case 'outcome':
        this.#outcome(event)
        break
      case 'progress':
        this.#progress = { phase: 'applying', steps: event.steps, bytes: event.bytes }
        this.moved()
        break
      case 'notice':
        this.notice(event.path, event.text)
        break
      case 'plan':
        this.#plan = event.plan
        this.#sizes = undefined
        break
      case 'summary':
        break
    }
  }

  /** Some bytes are further: told now and then. */
  moved(): void {
    const now = this.#parts.clock.now()
    if (this.#progress === undefined || now - this.#progressAt < PROGRESS_EVERY_MS) return
    this.#progressAt = now
    this.#tell({ type: 'progress', ...this.#names(), progress: this.#withRates(this.#progress) })
  }

  notice(path: Path | undefined, text: string): void {
    this.#tell({ type: 'notice', ...this.#names(), text, ...(path === undefined ? {} : { path }) })
  }

  /** Nothing runs any more, whatever came of it. */
  idle(): void {
    this.#progress = undefined
    this.#plan = undefined
    this.#sizes = undefined
  }

  /** Only a run that did something, or left something else undone than the one before. */
  run({ summary, tookMs, unsynced, brake }: EndOfRun): void {
    const open = JSON.stringify([brake?.id, unsynced.map(({ path, because }) => [path, because])])
    const didNothing = Object.values(summary.counts).every(count => count === 0)
    if (didNothing && open === this.#lastRun) return
    this.#lastRun = open
    this.#tell({
      type: 'run',
      ...this.#names(),
      isEqual: brake === undefined && unsynced.length === 0,
      counts: summary.counts,
      unsynced: unsynced.length,
      tookMs: Math.round(tookMs),
      ...(brake === undefined ? {} : { brake }),
    })
  }

  /** How it goes, where that is another way than was told last. */
  state(now: RemoteDetails): void {
    // Runs that find nothing to do come and go unsaid; their end is told when it is another than the one before.
    if (now.state === 'syncing') return
    const said = `${now.state} ${now.sentence}`
    if (said === this.#lastState) return
    this.#lastState = said
    this.#tell({ type: 'remote-state', ...this.#names(), ...now })
  }

  #outcome({ outcome }: Extract<SyncEvent, { type: 'outcome' }>): void {
    const { step } = outcome
    if (outcome.as === 'done' && step.do === 'transfer' && !this.#parts.countsBytes())
      this.#parts.moving.arrived(step.source.size, step.to === 'local' ? 'download' : 'upload')
    if (!isEffect(step)) return
    const error = outcome.as === 'failed' ? { code: outcome.error.code, message: outcome.error.message } : {}
    this.#tell({
      type: 'outcome',
      ...this.#names(),
      as: outcome.as,
      do: step.do,
      path: step.path,
      ...placeOf(step),
      words: wordsOfOutcome(outcome),
      ...error,
    })
    const aside = step.do === 'transfer' ? step.aside : step.do === 'set-aside' ? step.as : undefined
    if (outcome.as === 'done' && aside !== undefined)
      this.#tell({ type: 'conflict', folder: this.#parts.folder, path: aside, origin: step.path })
  }

  #withRates(progress: BareProgress): Progress {
    const { bytes } = progress
    const { moving } = this.#parts
    const files = moving.list(MOST_FILES)
    return {
      ...progress,
      bytes: { done: Math.min(bytes.of, bytes.done + moving.doneBytes), of: bytes.of },
      uploadBytesPerSecond: moving.up.bytesPerSecond,
      downloadBytesPerSecond: moving.down.bytesPerSecond,
      ...(files.length === 0 ? {} : { files: [...files] }),
    }
  }

  #names() {
    return { folder: this.#parts.folder, remote: this.#parts.remote }
  }

  #tell(news: News): void {
    this.#parts.tell(news)
  }
}

function sizesIn(plan: Plan | undefined): ReadonlyMap<Path, number> {
  const steps = (plan?.waves ?? []).flatMap(wave => wave.steps)
  return new Map(steps.flatMap(step => (step.do === 'transfer' ? [[step.path, step.source.size] as const] : [])))
}

/** The side on which a step is done, and where what it moves was. */
function placeOf(step: Step): Pick<Extract<News, { type: 'outcome' }>, 'on' | 'from'> {
  const side = step.do === 'transfer' ? step.to : 'on' in step ? step.on : undefined
  return {
    ...(side === undefined ? {} : { on: side === 'local' ? 'here' : 'there' }),
    ...(step.do === 'move' ? { from: step.from } : {}),
  }
}
