// Goes through the folder directory by directory and hands each name to the comparison, together with its row.
import type { FolderIndex, Row, RowMark } from '../index/folder-index.ts'
import { SyncError } from '../model/errors.ts'
import {
  ancestorsOf,
  faultOfName,
  faultOfPath,
  isReserved,
  nameOf,
  type Path,
  type PathFault,
  type Place,
  pathIn,
} from '../model/path.ts'
import type { Same } from '../platform/roll.ts'
import { codeOf, isMissing, type Listed, type Stat, type Tree } from '../platform/tree.ts'
import type { Comparison } from './compare.ts'
import type { Fence, Since } from './fence.ts'
import type { HashQueue } from './hash-queue.ts'
import { lookAt } from './look-at.ts'
import { inodeOf } from './mark.ts'
import { type Findings, reasonOfFault, unreadableAt } from './report.ts'

export interface WalkParts {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly findings: Findings
  readonly fence: Fence
  readonly comparison: Comparison
  readonly queue: HashQueue
  /** Directories still to be entered; the comparison adds to it. */
  readonly stack: Place[]
  /** Directories of which only the names are wanted: what was in them before is not entered. */
  readonly namesIn: ReadonlySet<Place>
  /** Directories that were found to be as their rows say. */
  readonly same: Map<string, Same>
  readonly onProgress?: (files: number, bytes: number) => void
}

const UNREADABLE = 'it could not be looked at'

// How many directories are listed at once, so that the disk is busy while rows are compared.
const AHEAD = 4

type Listing =
  | { readonly place: Place; readonly since: Since; readonly listed: readonly Listed[] }
  | { readonly place: Place; readonly error: unknown }

export class Walk {
  readonly #parts: WalkParts

  constructor(parts: WalkParts) {
    this.#parts = parts
  }

  async run(places: readonly Place[], signal: AbortSignal): Promise<void> {
    const approached = new Set<Place>()
    for (const place of places) await this.#approach(place, approached)
    const { stack } = this.#parts
    while (stack.length > 0) {
      const places = stack.splice(-AHEAD).filter(place => !this.#passUnchanged(place))
      const listings = await Promise.all(places.map(place => this.#list(place)))
      for (const listing of listings) {
        signal.throwIfAborted()
        if ('error' in listing) this.#unlisted(listing.place, listing.error)
        else await this.#compare(listing)
      }
    }
  }

  /** Goes past a directory that is as its rows say, once: when somebody asks again, it is listed. */
  #passUnchanged(place: Place): boolean {
    const { findings, onProgress, same, stack } = this.#parts
    const found = same.get(place)
    if (found === undefined) return false
    same.delete(place)
    findings.files += found.files
    findings.directories += found.directories.length
    for (const name of found.directories) stack.push(pathIn(place, name))
    onProgress?.(findings.files, findings.hashedBytes)
    return true
  }

  /** Compares the directories above `place` one by one, each but once, then `place` itself, which is entered when it is a directory. */
  async #approach(place: Place, approached: Set<Place>): Promise<void> {
    const { comparison, stack } = this.#parts
    if (place === '') {
      stack.push(place)
      return
    }
    const above = [...ancestorsOf(place)].reverse()
    if (isReserved(above[0] ?? place)) return
    for (const path of above) {
      if (approached.has(path)) continue
      const since = this.#parts.fence.now()
      const waiting = stack.length
      const found = await this.#compareOne(path)
      if (stack.length === waiting) {
        // Without the directory there is nothing in it.
        if (found === undefined || (found !== 'unknown' && found.kind !== 'directory')) comparison.absent(place, since)
        return
      }
      // What else is in it was not asked for.
      stack.length = waiting
      approached.add(path)
    }
    await this.#compareOne(place)
    comparison.flush()
  }

  /** What is there; `unknown` also when it was not judged. */
  async #compareOne(path: Path): Promise<Stat | undefined | 'unknown'> {
    const { comparison, fence, findings, index, queue, tree } = this.#parts
    const since = fence.now()
    const stat = await lookAt(tree, path)
    if (fence.passes(path, since)) return 'unknown'
    const row = liveRow(index.row(path))
    if (stat === 'unknown') findings.unreadable.push({ place: path, reason: UNREADABLE })
    else if (stat !== undefined) await comparison.present({ path, stat, since }, row, queue)
    else if (row !== undefined) comparison.absent(path, since)
    return stat
  }

  async #list(place: Place): Promise<Listing> {
    const since = this.#parts.fence.now()
    try {
      return { place, since, listed: await this.#parts.tree.list(place) }
    } catch (error) {
      return { place, error }
    }
  }

  #unlisted(place: Place, error: unknown): void {
    const { findings, tree } = this.#parts
    if (!isGone(error)) findings.unreadable.push(unreadableAt(place, error))
    else if (place !== '') findings.unsettled.push(place)
    else {
      throw new SyncError(
        'folder-unusable',
        `The folder ${tree.root} is gone. Put it back, or remove it from Syncline.`,
        {
          cause: error,
        },
      )
    }
  }

  async #compare({ place, since, listed }: Extract<Listing, { listed: unknown }>): Promise<void> {
    const { comparison, fence, findings, index, onProgress, queue } = this.#parts
    let passes = fence.passesIn(place, since)
    const marks = new Map<string, RowMark>(index.marksIn(place).map(mark => [nameOf(mark.path), mark]))
    const isNamesOnly = this.#parts.namesIn.has(place)
    const known = new Set<Place>()
    const waiting = this.#parts.stack.length
    for (const entry of listed) {
      if (place === '' && isReserved(entry.name)) continue
      const mark = marks.get(entry.name)
      if (isNamesOnly && isSameDirectory(mark, entry.stat)) known.add(pathIn(place, entry.name))
      if (entry.fault !== 'gone') marks.delete(entry.name)
      const path = this.#usable(place, entry)
      if (path === undefined || entry.stat === undefined || passes(path)) continue
      if (mark !== undefined && comparison.isUnchanged(path, entry.stat, mark)) continue
      const row = mark === undefined ? undefined : liveRow(index.row(path))
      const wait = comparison.present({ path, stat: entry.stat, since }, row, queue)
      if (wait === undefined) continue
      await wait
      passes = fence.passesIn(place, since)
    }
    for (const { path } of marks.values()) if (!passes(path)) comparison.absent(path, since)
    if (known.size > 0) this.#leave(known, waiting)
    onProgress?.(findings.files, findings.hashedBytes)
  }

  /** Takes directories off the stack that were put there after its first `from`. */
  #leave(known: ReadonlySet<Place>, from: number): void {
    const { stack } = this.#parts
    stack.push(...stack.splice(from).filter(place => !known.has(place)))
  }

  /** The path of a listed name; undefined, and told, when it cannot be one of ours or cannot be looked at. */
  #usable(place: Place, { name, fault }: Listed): Path | undefined {
    const { findings } = this.#parts
    const wrong = fault === 'not-unicode' ? 'not-unicode' : faultOfChild(place, name)
    if (wrong !== undefined) {
      findings.unusable.push({ place, name, reason: reasonOfFault(wrong) })
      return undefined
    }
    const path = pathIn(place, name)
    if (fault === 'unreadable') findings.unreadable.push({ place: path, reason: UNREADABLE })
    return path
  }
}

// Shorter paths can neither be too long nor too deep.
const SURELY_SHORT = 1000

function faultOfChild(place: Place, name: string): PathFault | undefined {
  const fault = faultOfName(name)
  if (fault !== undefined || place.length + name.length < SURELY_SHORT) return fault
  return faultOfPath(pathIn(place, name))
}

function isSameDirectory(known: RowMark | undefined, stat: Stat | undefined): boolean {
  const mark = known?.mark
  return stat?.kind === 'directory' && mark?.startsWith('d') === true && inodeOf(mark) === stat.inode
}

function liveRow(row: Row | undefined): Row | undefined {
  return row?.state.kind === 'deleted' ? undefined : row
}

function isGone(error: unknown): boolean {
  return isMissing(error) || codeOf(error) === 'ELOOP'
}
