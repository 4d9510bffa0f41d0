// Keeps a folder and all its remotes equal for as long as it is asked to. The index is the hub: the disk is scanned once for all pairs,
// and what one pair brings into the index is news for the others at once.
import type { Path, Place } from '../model/path.ts'
import { parentOf } from '../model/path.ts'
import type { Clock, Random } from '../platform/world.ts'
import type { HintReach } from '../scan/hints.ts'
import type { ScanReport } from '../scan/report.ts'
import { HubPair, type HubPairParts } from './hub-pair.ts'
import { LookAgain } from './look-again.ts'
import { Rest } from './rest.ts'
import { type Scan, Scans } from './scans.ts'
import { isNowhere, joinPlaces, NOWHERE, type Places } from './within.ts'

export interface HubParts {
  readonly clock: Clock
  readonly random: Random
  /** The highest sequence of the index. */
  readonly sequence: () => number
  /** Disk → index. */
  readonly scan: Scan
  /** Hints can be missed: the disk is looked at as a whole this often. */
  readonly rescanMs: number
  /** A scan that the hub itself asked for begins or has ended. */
  readonly onScanning?: () => void
  readonly onScanned?: (report: ScanReport, tookMs: number) => void
}

/** Files that were being written to when they were looked at. */
const UNSETTLED = { firstMs: 1000, longestMs: 60_000 }
/** What could not be opened because too many files were open: that passes, and no hint tells of it. */
const STARVED = { firstMs: 2000, longestMs: 5 * 60_000 }
/** More places than these are not looked at one by one. */
const MOST_PLACES = 500

/**
 * Each pair has its own loop, so that one that is slow or away holds up nobody. They do not plan together: a step of one that meets what
 * another has just done finds another row than it expects, and is planned again.
 */
export class Hub {
  readonly #parts: HubParts
  readonly #scans: Scans
  readonly #rest: Rest
  readonly #pairs = new Set<HubPair>()
  readonly #running = new Set<Promise<void>>()
  #here: Places = 'everything'
  #isScanned = false
  #scanDueAt = 0
  readonly #unsettled = new LookAgain(UNSETTLED)
  readonly #starved = new LookAgain(STARVED)
  /** What the last looks could not read, or not as it stays. */
  #unreadable: ReadonlySet<Place> = new Set()
  #stop: AbortController | undefined
  #fault: unknown

  constructor(parts: HubParts) {
    this.#parts = parts
    this.#rest = new Rest(parts.clock)
    this.#scans = new Scans(parts.scan, report => this.#onReport(report))
  }

  /** What the last looks at the disk could not tell. */
  get standing(): ScanReport {
    return this.#scans.standing
  }

  /** Disk → index for a pair, see `PairParts`: what several ask for at the same time is one scan. */
  readonly scan: Scan = (places, signal, namesIn = []) => {
    if (places === 'everything') return this.#scans.scan(places, signal)
    const wanted = new Map<Place, HintReach>(namesIn.map(place => [place, 'here']))
    for (const place of places) wanted.set(place, 'below')
    // A pair that has nowhere to look wants to know what is known: what hints still wait comes as news afterwards.
    if (wanted.size === 0 && this.#isScanned) return Promise.resolve(this.standing)
    return this.#scans.scan(wanted, signal)
  }

  /** Something may have changed on disk. */
  hint(place: Place, reach: HintReach): void {
    this.#here = joinPlaces(this.#here, new Map([[place, reach]]))
    this.#rest.wake()
  }

  /** The whole disk is looked at now. */
  rescan(): void {
    this.#here = 'everything'
    this.#rest.wake()
  }

  /** Somebody else has changed rows: the pairs run. */
  news(): void {
    this.#tellOthers(undefined)
  }

  /** Begins with a pair; where the hub is staying already, at once. */
  add(parts: HubPairParts): HubPair {
    const pair = new HubPair(parts, this.#parts, () => this.#tellOthers(pair))
    this.#pairs.add(pair)
    if (this.#stop !== undefined) this.#run(pair.stay(this.#stop.signal))
    return pair
  }

  /** Ends a pair: resolves when it is at rest. */
  async remove(pair: HubPair): Promise<void> {
    this.#pairs.delete(pair)
    await pair.end()
  }

  /** Runs until the signal aborts, then returns; throws what concerns the folder as a whole, and what a pair does not wait for. */
  async stay(signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    this.#stop = stop
    // A pair that is told to stop goes by this signal too.
    signal.addEventListener('abort', () => stop.abort(signal.reason), { once: true })
    if (signal.aborted) stop.abort(signal.reason)
    this.#run(this.#scanLoop(both))
    for (const pair of this.#pairs) this.#run(pair.stay(both))
    try {
      while (this.#running.size > 0) await Promise.allSettled(this.#running)
    } finally {
      this.#stop = undefined
      await this.#scans.close()
    }
    if (this.#fault !== undefined) throw this.#fault
  }

  #run(work: Promise<void>): void {
    const running = work
      .catch((error: unknown) => {
        if (this.#stop?.signal.aborted !== true) this.#fault ??= error
        this.#stop?.abort(error)
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #scanLoop(signal: AbortSignal): Promise<void> {
    const { clock, sequence } = this.#parts
    while (!signal.aborted) {
      if (isNowhere(this.#here) && !(await this.#restUntilDue(signal))) continue
      const before = sequence()
      this.#parts.onScanning?.()
      const from = clock.now()
      try {
        const report = await this.#scans.scan(this.#takeHere(), signal)
        this.#isScanned = true
        this.#parts.onScanned?.(report, clock.now() - from)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
      if (sequence() > before) this.#tellOthers(undefined)
    }
  }

  /** False when the hub was only woken up. */
  async #restUntilDue(signal: AbortSignal): Promise<boolean> {
    const { clock, rescanMs } = this.#parts
    const dueAt = Math.min(this.#scanDueAt, this.#unsettled.dueAt, this.#starved.dueAt)
    // A clock that was put back must not put off the scan.
    const rested = await this.#rest.until(Math.min(dueAt, clock.now() + rescanMs), signal)
    if (rested !== 'over') return false
    if (this.#unsettled.takeDue(clock.now())) this.#hintUnsettled()
    if (this.#starved.takeDue(clock.now())) this.#hintStarved()
    if (clock.now() >= this.#scanDueAt) this.#here = 'everything'
    return !isNowhere(this.#here)
  }

  #takeHere(): Places {
    const here = this.#here
    this.#here = NOWHERE
    if (here === 'everything') this.#scanDueAt = this.#parts.clock.now() + this.#parts.rescanMs
    return here
  }

  #onReport(report: ScanReport): void {
    const now = this.#parts.clock.now()
    const { unsettled, unreadable, damaged } = this.standing
    const dueAt = Math.min(this.#unsettled.dueAt, this.#starved.dueAt)
    this.#unsettled.looked({ isHere: report.unsettled.length > 0, isAnywhere: unsettled.length > 0 }, now)
    this.#starved.looked({ isHere: report.unreadable.some(isStarved), isAnywhere: unreadable.some(isStarved) }, now)
    if (Math.min(this.#unsettled.dueAt, this.#starved.dueAt) < dueAt) this.#rest.wake()
    this.#tellOfReadable(new Set([...unreadable.map(({ place }) => place), ...unsettled, ...damaged]))
  }

  #hintUnsettled(): void {
    const places = new Map<Place, HintReach>(this.standing.unsettled.map((path: Path) => [parentOf(path), 'here']))
    this.#here = joinPlaces(this.#here, places)
  }

  #hintStarved(): void {
    const places = this.standing.unreadable.filter(isStarved).map(({ place }): [Place, HintReach] => [place, 'below'])
    this.#here = places.length > MOST_PLACES ? 'everything' : joinPlaces(this.#here, new Map(places))
  }

  /** What can be read again may be as it was: then no row tells the pairs, which hold it still. */
  #tellOfReadable(unreadable: ReadonlySet<Place>): void {
    const before = this.#unreadable
    this.#unreadable = unreadable
    if ([...before].every(place => unreadable.has(place))) return
    for (const pair of this.#pairs) pair.again()
  }

  /** The index has news. Who has seen it already finds nothing to do. */
  #tellOthers(from: HubPair | undefined): void {
    for (const pair of this.#pairs) if (pair !== from) pair.news()
  }
}

function isStarved({ because }: ScanReport['unreadable'][number]): boolean {
  return because === 'too-many-files'
}
