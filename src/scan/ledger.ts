// Collects what a scan has to record and writes it in batches, in the order it was found.
import type { FolderIndex, NodeId, Row, RowChange } from '../index/folder-index.ts'
import { ancestorsOf, type Path } from '../model/path.ts'
import type { Fence, Since } from './fence.ts'
import { forgetIgnored } from './forget-ignored.ts'
import type { Findings } from './report.ts'

const BATCH = 1000

interface Entry {
  readonly change: RowChange
  readonly since: Since
  /** The row it was compared with: when another one is there by now, the change is out of date. */
  readonly seen: Row | undefined
  /** The row that has moved here. */
  readonly origin: Row | undefined
}

export class Ledger {
  readonly #index: FolderIndex
  readonly #findings: Findings
  readonly #fence: Fence
  #entries: Entry[] = []
  #toForget: { readonly path: Path; readonly since: Since }[] = []
  // Paths that gave their node away while something else is under their name: that is new.
  readonly #left = new Set<Path>()
  // Nodes whose path was taken by another: nobody has them until what moved is recorded under its new name.
  readonly #displaced = new Set<NodeId>()
  // Directories that were moved with everything below them, and the sequence by then: the nodes there went along.
  readonly #emptied = new Map<Path, number>()

  constructor(index: FolderIndex, findings: Findings, fence: Fence) {
    this.#index = index
    this.#findings = findings
    this.#fence = fence
  }

  /** To be recorded with the next batch, unless somebody else has changed the path since the disk was looked at. */
  add(change: RowChange, since: Since, seen: Row | undefined, origin?: Row): void {
    this.#entries.push({ change, since, seen, origin })
    if (this.#entries.length >= BATCH) this.flush()
  }

  /** What was left alone is gone, and with the next batch it was never there; unless somebody else has changed the path since. */
  forgetIgnored(path: Path, since: Since): void {
    this.#toForget.push({ path, since })
    if (this.#toForget.length >= BATCH) this.flush()
  }

  flush(): void {
    const entries = this.#entries
    const toForget = this.#toForget
    this.#entries = []
    this.#toForget = []
    if (entries.length + toForget.length === 0) return
    // Before anything of this batch is recorded: what is in it says nothing about who was here first.
    const good = entries.filter(
      ({ change, since }) => !this.#fence.passes(change.path, since) && !this.#wentAlong(change.path, since),
    )
    const gone = toForget.filter(({ path, since }) => !this.#fence.passes(path, since))
    this.#fence.own(() =>
      this.#index.transaction(() => {
        for (const { path } of gone) forgetIgnored(path, this.#index)
        this.#recordAll(inOrder(good))
      }),
    )
  }

  /** Moves the rows of a directory that was found again under another path, with everything below it. */
  moveRows(from: Path, to: Path): void {
    this.flush()
    const before = this.#index.sequence
    this.#fence.own(() => this.#index.moveRows(from, to))
    this.#emptied.set(from, this.#index.sequence)
    this.#findings.changed += this.#index.sequence - before
  }

  /** Whether a directory above has moved away since the disk was looked at: what was in it is found at its new place, and here looked at again. */
  #wentAlong(path: Path, since: Since): boolean {
    if (this.#emptied.size === 0) return false
    for (const place of ancestorsOf(path))
      if (since < (this.#emptied.get(place) ?? 0)) return this.#fence.passOver(path)
    return false
  }

  #recordAll(entries: readonly Entry[]): void {
    // Where nothing depends on what is recorded before it, one look-up does for all.
    const isPlain = this.#left.size === 0 && entries.every(({ origin }) => origin === undefined)
    const rows = isPlain ? this.#index.rowsAt(entries.map(({ change }) => change.path)) : undefined
    const rowAt = (path: Path) => (rows === undefined ? this.#index.row(path) : rows.get(path))
    let run: RowChange[] = []
    for (const entry of entries) {
      if (entry.origin !== undefined || this.#left.has(entry.change.path)) {
        // What these become depends on what is recorded before them.
        this.#record(run)
        run = []
      }
      run.push(...this.#changesOf(entry, rowAt(entry.change.path)))
    }
    this.#record(run)
  }

  #changesOf({ change, since, seen, origin: found }: Entry, now: Row | undefined): readonly RowChange[] {
    const origin = found === undefined || this.#wasTaken(found, since) ? undefined : found
    if (change.state.kind === 'deleted' && !isThere(now)) return []
    if (isUnmoved(now, seen)) return origin === undefined ? [change] : this.#withOrigin(change, origin, now)
    if (!this.#left.has(change.path) || isThere(now)) {
      this.#findings.unsettled.push(change.path)
      return []
    }
    const fresh = { path: change.path, state: change.state }
    return origin === undefined ? [fresh] : this.#withOrigin(fresh, origin, now)
  }

  /** Whether others have moved the row of `origin` away since then, and its node with it, or made something else of it. */
  #wasTaken(origin: Row, since: Since): boolean {
    const there = this.#index.row(origin.path)
    return there !== undefined && this.#fence.isChanged(there, since)
  }

  #withOrigin(change: RowChange, origin: Row, now: Row | undefined): readonly RowChange[] {
    const there = this.#index.row(origin.path)
    const holds = there?.node === origin.node && isThere(there)
    // Another state is recorded there already, and has kept the node.
    if (holds && !isSameRow(there, origin)) return [change]
    if (!holds && !this.#isFree(origin, there)) return [change]
    this.#displaced.delete(origin.node)
    if (isThere(now)) this.#displaced.add(now.node)
    const carried = { ...change, node: origin.node }
    if (!holds) return [carried]
    this.#left.add(origin.path)
    return [{ path: origin.path, state: { kind: 'deleted' } }, carried]
  }

  /** Whether nobody has the node of `origin`: another took its path, or a tombstone keeps it and no directory carried it along. */
  #isFree({ node, path }: Row, there: Row | undefined): boolean {
    if (this.#displaced.has(node)) return true
    return (
      there?.node === node &&
      !this.#emptied.has(path) &&
      ![...ancestorsOf(path)].some(above => this.#emptied.has(above))
    )
  }

  #record(changes: readonly RowChange[]): void {
    this.#index.record(changes)
    for (const change of changes) if (change.news === undefined) this.#findings.changed += 1
  }
}

// Parents come before children; and what moved takes its node along before something else under the old name keeps it.
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const directories = entries.filter(({ change }) => change.state.kind === 'directory')
  const others = entries.filter(({ change }) => change.state.kind !== 'directory')
  return [
    ...directories,
    ...others.filter(({ origin }) => origin !== undefined),
    ...others.filter(({ origin }) => origin === undefined),
  ]
}

function isThere(row: Row | undefined): row is Row {
  return row !== undefined && row.state.kind !== 'deleted'
}

function isSameRow(a: Row, b: Row): boolean {
  // What looks different now was found again under its name.
  const isSameMark = 'mark' in a.state && 'mark' in b.state && a.state.mark === b.state.mark
  return a.sequence === b.sequence && isSameMark
}

// A tombstone is as good as no row.
function isUnmoved(now: Row | undefined, seen: Row | undefined): boolean {
  return isThere(now) ? now.sequence === seen?.sequence : !isThere(seen)
}
