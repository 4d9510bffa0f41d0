// What is known of a path beside what a pair agreed on: where the same changes come by several ways, one of them is behind the others,
// and what it still shows is nothing new.
import { entryOfRow, type Row, stampOfRow } from '../index/folder-index.ts'
import { contentIn, type Lineage, MESH_PREFIX, OTHER_BRIDGES } from '../index/lineage.ts'
import type { Entry } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import { compareEntries, relate } from '../plan/relate.ts'
import type { Triple } from '../plan/triple.ts'
import type { Clock } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import { asBehind, type BehindParts, whatOf, whoIsBehind } from './behind.ts'
import { FarContents, fileAt } from './far-contents.ts'
import { inLanes } from './lanes.ts'

export interface HindsightParts extends BehindParts {
  readonly clock: Clock
}

/** How long what both sides changed may wait for the word that tells which of them is behind. */
const NEWS_MS = 60_000
/** How long another device has to bring what it made to a remote that it shares. */
const OTHERS_MS = 10_000
/** How long what is new waits before it is brought to a remote: others may have brought it there and taken it away again. */
const FRESH_MS = 3000
/** What a pair remembers of a remote that others in the mesh have too. */
const SHARED = 'shared-in-mesh'
/** What begins to wait is looked at on the other side at once, but not more of it than this. */
const MOST_LOOKS = 32

interface Waiting {
  readonly state: string
  /** What the other side showed. */
  readonly remote: Entry | undefined
  /** What was agreed on then: once that is another, what the other side showed is of the past. */
  readonly agreed: string
  readonly until: number
}

export class Hindsight {
  readonly #parts: HindsightParts
  readonly #waiting = new Map<Path, Waiting>()
  readonly #contents: FarContents
  /** What waits and was to be looked at, in which state. */
  readonly #wondered = new Map<Path, string>()
  #unseen: Path[] = []

  constructor(parts: HindsightParts) {
    this.#parts = parts
    this.#contents = new FarContents(parts.index)
  }

  /** When the path need not wait any more; undefined when it does not. Milliseconds since 1970. */
  waitsUntil(path: Path): number | undefined {
    const until = this.#waiting.get(path)?.until
    return until === undefined || until <= this.#parts.clock.now() ? undefined : until
  }

  /**
   * `given` compared with the newest state that both sides are known to have had, or told to wait. Where the other side was not looked at,
   * and what it shows is only `assumed`, what waits is compared with what it showed when it was.
   */
  judge(given: Triple, shown: 'seen' | 'assumed'): Triple {
    const waiting = shown === 'seen' || given.remote?.kind === 'blocked' ? undefined : this.#waiting.get(given.path)
    const triple = waiting?.agreed === agreedOf(given) ? { ...given, remote: waiting.remote } : given
    const news = newsIn(triple)
    const row = news === 'nothing' ? undefined : this.#parts.index.row(triple.path)
    if (row === undefined || row.state.kind === 'blocked') return this.#decided(triple)
    if (news === 'here') return this.#mayBringLater(triple) ? { ...triple, waits: 'waits' } : this.#decided(triple)
    if (isSame(triple)) {
      this.#noteShared(triple)
      return this.#decided(triple)
    }
    return this.#judgeBoth(triple, row)
  }

  #judgeBoth(triple: Triple, row: Row): Triple {
    const lineage = this.#parts.index.lineage(triple.path)
    const behind = whoIsBehind(triple, row, lineage, this.#parts)
    const isSettled = behind === 'local' || (behind === 'remote' && this.#parts.versionOf !== undefined)
    const mayBeOld = !isSettled && !this.#isOurs(row, lineage) && !this.#isTakenAnyway(triple, lineage)
    if (mayBeOld && this.#mayHearMore() && !this.#isOver(triple, this.#waitMsFor(triple))) {
      this.#wonder(triple)
      return { ...triple, waits: 'waits' }
    }
    this.#decided(triple)
    return behind === undefined ? triple : asBehind(triple, behind)
  }

  /**
   * Finds out what is in files of the other side that are new like the ones here: there is no other way to tell which of them is behind.
   * What cannot be read stays unknown.
   */
  async learn(dirty: Map<Path, Entry | undefined>, remote: Replica, signal: AbortSignal): Promise<void> {
    const { index, records, versionOf } = this.#parts
    if (versionOf !== undefined) return
    for (const [path, entry] of dirty) {
      const row = entry?.kind === 'file' ? index.row(path) : undefined
      if (entry?.kind !== 'file' || row === undefined) continue
      const triple = { path, local: entryOfRow(row), remote: entry, agreed: records.agreement(path) }
      if (newsIn(triple) !== 'both') continue
      const known = index.lineage(path).all.flatMap(({ what }) => contentIn(what) ?? [])
      dirty.set(path, await this.#contents.learn(path, entry, [...new Set(known)].sort(), remote, signal))
    }
  }

  /** Something began to wait that may be on the other side already, unseen so far. */
  get isCurious(): boolean {
    return this.#unseen.length > 0
  }

  /** Looks at what began to wait, and adds what is there to `dirty`. */
  async lookAtNews(dirty: Map<Path, Entry | undefined>, remote: Replica, signal: AbortSignal): Promise<void> {
    const paths = this.#unseen
    this.#unseen = []
    await inLanes(paths, remote.can.parallel, async path => {
      const found = await fileAt(path, remote, signal)
      if (found !== undefined) dirty.set(path, found)
    })
  }

  /** What others fetched from there or brought there may be gone again before anybody here looks the next time. */
  #wonder({ path, local, remote, agreed }: Triple): void {
    const isNewHereOnly = local?.kind === 'file' && remote === undefined && agreed === undefined
    if (!isNewHereOnly || this.#parts.versionOf !== undefined) return
    if (this.#wondered.get(path) === local.stamp) return
    this.#wondered.set(path, local.stamp)
    if (this.#unseen.length < MOST_LOOKS) this.#unseen.push(path)
  }

  /** Both sides were looked at everywhere: what is as agreed on both waits for nothing any more. */
  keepOnly(dirty: ReadonlyMap<Path, unknown>): void {
    for (const path of this.#waiting.keys()) if (!dirty.has(path)) this.#forget(path)
  }

  /** What has waited long enough is not to begin anew where it is held for another reason: that it is one half of a rename, and the other half waits. */
  #decided(triple: Triple): Triple {
    const { path } = triple
    const known = this.#waiting.get(path)
    const isLongEnough = known !== undefined && known.until <= this.#parts.clock.now()
    if (!isLongEnough || known.state !== stateOf(triple) || known.agreed !== agreedOf(triple)) this.#forget(path)
    return triple
  }

  #forget(path: Path): void {
    this.#waiting.delete(path)
    this.#wondered.delete(path)
  }

  /** Whether it was made here: who made it knows all about it. What came by another remote was made by nobody knows whom. */
  #isOurs(row: Row, { madeBy }: Lineage): boolean {
    const { index, records } = this.#parts
    const remotes = index.remotes().filter(id => !id.startsWith(MESH_PREFIX))
    const others = remotes.map(id => index.pair(id)).filter(pair => pair !== records)
    return madeBy === undefined && !others.some(pair => pair.agreement(row.path)?.local === stampOfRow(row))
  }

  /** Whether it has waited long enough, in this state. */
  #isOver(triple: Triple, waitMs: number): boolean {
    const now = this.#parts.clock.now()
    const [state, agreed] = [stateOf(triple), agreedOf(triple)]
    const known = this.#waiting.get(triple.path)
    if (known !== undefined && known.state === state && known.until - waitMs <= now) return known.until <= now
    this.#waiting.set(triple.path, { state, agreed, remote: triple.remote, until: now + waitMs })
    return false
  }

  /** Where other devices have remotes too, they may have brought what is there, or have taken away what is not. */
  #mayHearMore(): boolean {
    const { index, isBridge } = this.#parts
    return isBridge && index.get(OTHER_BRIDGES) !== undefined
  }

  /** Something came to where nothing is: what all devices go to, or, on a remote, nothing that was ever there. */
  #isTakenAnyway({ local, remote, agreed }: Triple, { all }: Lineage): boolean {
    if (local !== undefined || agreed !== undefined) return false
    const shown = whatOf(remote)
    return this.#parts.versionOf !== undefined || all.every(({ what }) => what !== shown)
  }

  #waitMsFor({ path, remote, agreed }: Triple): number {
    if (remote !== undefined || agreed !== undefined) return NEWS_MS
    if (!this.#isOfBridge(path)) return FRESH_MS
    // Who made it or fetched it from there knows first that it is gone again.
    return this.#isShared ? NEWS_MS : OTHERS_MS
  }

  /** What another device made that has the same remote, that one brings there itself: twice is once too often when it goes on quickly. */
  #mayBringLater(triple: Triple): boolean {
    const { versionOf } = this.#parts
    if (versionOf !== undefined || !this.#isShared || !this.#mayHearMore()) return false
    return this.#isOfBridge(triple.path) && !this.#isOver(triple, OTHERS_MS)
  }

  /** The same change came to both sides, and not from here: another device has the same remote. */
  #noteShared({ path, agreed, local }: Triple): void {
    const { records, versionOf } = this.#parts
    if (versionOf !== undefined || local?.kind !== 'file' || !this.#mayHearMore()) return
    if (agreed !== undefined || this.#isOfBridge(path)) records.set(SHARED, 'yes')
  }

  /** Another device in the mesh has this remote too. */
  get #isShared(): boolean {
    return this.#parts.records.get(SHARED) !== undefined
  }

  #isOfBridge(path: Path): boolean {
    const { madeBy } = this.#parts.index.lineage(path)
    return madeBy !== undefined && this.#parts.index.get(OTHER_BRIDGES)?.split(' ').includes(String(madeBy)) === true
  }
}

/** Where something is that is not as agreed. Something new there only is simply taken over. */
function newsIn({ local, remote, agreed }: Triple): 'nothing' | 'here' | 'both' {
  const [here, there] = [relate(local, agreed, 'local'), relate(remote, agreed, 'remote')]
  const isNew = (change: typeof here) => change !== 'unchanged' && change !== 'touched' && change !== 'blocked'
  if (!isNew(here) || there === 'blocked' || (local === undefined && remote === undefined)) return 'nothing'
  return isNew(there) ? 'both' : 'here'
}

function isSame({ local, remote }: Triple): boolean {
  if (local === undefined || remote === undefined || local.kind === 'blocked' || remote.kind === 'blocked') return false
  return compareEntries(local, remote) === 'same'
}

function stateOf({ local, remote }: Triple): string {
  return `${stampOf(local)} ${stampOf(remote)}`
}

function agreedOf({ agreed }: Triple): string {
  return agreed === undefined ? '' : `${agreed.local} ${agreed.remote}`
}

function stampOf(entry: Entry | undefined): string {
  return entry === undefined || entry.kind === 'blocked' ? 'absent' : entry.stamp
}
