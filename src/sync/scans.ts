// The scans of one folder, for all who want one: one at a time, and what is asked for meanwhile is one scan afterwards.
import type { Path, Place } from '../model/path.ts'
import { isWithin, parentOf } from '../model/path.ts'
import type { ScanReport } from '../scan/report.ts'
import { joinPlaces, NOWHERE, type Places, placesOf } from './within.ts'

export type Scan = (
  places: readonly Place[] | 'everything',
  signal: AbortSignal,
  namesIn?: readonly Place[],
) => Promise<ScanReport>

interface Waiting {
  places: Places
  readonly done: PromiseWithResolvers<void>
}

/** Also keeps what scans could not look at, so that a look at one place does not make the rest forgotten. */
export class Scans {
  /** What is known by now of the whole folder. */
  standing: ScanReport = NOTHING_FOUND
  readonly #scan: Scan
  readonly #onScanned: (report: ScanReport) => void
  readonly #end = new AbortController()
  #waiting: Waiting | undefined
  #working: Promise<void> | undefined

  /** `onScanned` is called after each scan, before those who waited for it go on. */
  constructor(scan: Scan, onScanned: (report: ScanReport) => void) {
    this.#scan = scan
    this.#onScanned = onScanned
  }

  /** Scans `places`, together with what others ask for at the same time. Resolves to all that is known. */
  async scan(places: Places, signal: AbortSignal): Promise<ScanReport> {
    signal.throwIfAborted()
    this.#waiting ??= { places: NOWHERE, done: withResolvers() }
    this.#waiting.places = joinPlaces(this.#waiting.places, places)
    const { promise } = this.#waiting.done
    this.#working ??= this.#work()
    await orAborted(promise, signal)
    return this.standing
  }

  /** Ends the scan under way, and resolves when nothing is at work any more; whoever waits for one is told so. */
  async close(): Promise<void> {
    this.#end.abort(new DOMException('the folder was closed', 'AbortError'))
    await this.#working
  }

  async #work(): Promise<void> {
    // What is asked for in the same turn comes along.
    await Promise.resolve()
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      try {
        await this.#scanOnce(next.places)
        next.done.resolve()
      } catch (error) {
        next.done.reject(error)
      }
    }
    this.#working = undefined
  }

  #take(): Waiting | undefined {
    const next = this.#waiting
    this.#waiting = undefined
    return next
  }

  async #scanOnce(places: Places): Promise<void> {
    const { signal } = this.#end
    const report =
      places === 'everything'
        ? await this.#scan(places, signal)
        : await this.#scan(placesOf(places, 'below'), signal, placesOf(places, 'here'))
    this.standing = joined(this.standing, report, places)
    this.#onScanned(report)
  }
}

const NOTHING_FOUND: ScanReport = {
  files: 0,
  directories: 0,
  hashedFiles: 0,
  hashedBytes: 0,
  changed: 0,
  unreadable: [],
  unsettled: [],
  damaged: [],
  unsupported: [],
  unusable: [],
}

/** What was found before, except where it was looked again, and what is found now. */
function joined(before: ScanReport, now: ScanReport, places: Places): ScanReport {
  if (places === 'everything') return now
  const below = placesOf(places, 'below')
  const isStill = (path: Place) =>
    !places.has(path) &&
    !(path !== '' && places.has(parentOf(path as Path))) &&
    !below.some(place => place === '' || isWithin(path as Path, place))
  return {
    ...now,
    unreadable: [...before.unreadable.filter(({ place }) => isStill(place)), ...now.unreadable],
    unsettled: [...before.unsettled.filter(isStill), ...now.unsettled],
    damaged: [...before.damaged.filter(isStill), ...now.damaged],
    unsupported: [...before.unsupported.filter(({ path }) => isStill(path)), ...now.unsupported],
    unusable: [
      ...before.unusable.filter(({ place }) => !places.has(place) && (place === '' || isStill(place))),
      ...now.unusable,
    ],
  }
}

function withResolvers(): PromiseWithResolvers<void> {
  let settle: Pick<PromiseWithResolvers<void>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever asked may have gone.
  promise.catch(() => {})
  return { promise, resolve: () => settle?.resolve(), reject: reason => settle?.reject(reason) }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
