// The folder as a replica: its disk, seen through its index. What the index does not know of, the planner does not see; what the
// executor does here becomes a row, and so news for everybody else.

import {
  type DiskMark,
  entryOfRow,
  type FolderIndex,
  type Row,
  type RowChange,
  type RowState,
  stampOfRow,
} from '../index/folder-index.ts'
import type { Checksum, ChecksumKind } from '../model/content.ts'
import type { Entry, Expect, Stamp } from '../model/entry.ts'
import { assert, SyncError } from '../model/errors.ts'
import { type Path, type Place, ROOT } from '../model/path.ts'
import type {
  Capabilities,
  Commit,
  Committed,
  Located,
  Observation,
  Replica,
  Resume,
  Seen,
  Source,
  Staged,
  Tried,
} from '../replica/replica.ts'
import { inodeOf, withoutDoubt } from '../scan/mark.ts'
import { Turns } from './turns.ts'

/** `disk` is a plain directory replica of the folder's root; its stamps are what the rows call marks. */
export interface HomeParts {
  readonly disk: Replica
  readonly index: FolderIndex
}

/**
 * Several may change the folder through one Home at the same time. A change is checked against its row, made on disk and recorded
 * in one turn, so that of two that want the same path the second finds what the first has made of it, and is stale.
 */
export class Home implements Replica {
  readonly id = 'home'
  readonly label: string
  readonly can: Capabilities
  /** What is really there, ignored entries included. */
  readonly disk: Replica
  readonly #index: FolderIndex
  readonly #turns = new Turns()

  constructor({ disk, index }: HomeParts) {
    this.disk = disk
    this.#index = index
    this.label = disk.label
    this.can = disk.can
  }

  /** The rows, directory by directory. */
  async *observe(seen: Seen, signal: AbortSignal): AsyncGenerator<Observation> {
    const places: Place[] = [ROOT]
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      signal.throwIfAborted()
      const children = new Map<string, Entry>()
      for (const row of this.#index.rowsIn(place)) {
        const entry = entryOfRow(row)
        if (entry === undefined) continue
        children.set(row.path.slice(place === '' ? 0 : place.length + 1), entry)
        if (entry.kind === 'directory' && !seen.skips(row.path)) places.push(row.path)
      }
      yield { as: 'listing', place, stamp: undefined, children }
    }
  }

  /** What is on disk now; under a stamp that equals nothing when the scanner has not seen it yet. */
  async look(path: Path, signal: AbortSignal): Promise<Entry | undefined> {
    const found = await this.disk.look(path, signal)
    return this.#known(path, found)
  }

  async *read(
    path: Path,
    expect: Stamp,
    from: number,
    signal: AbortSignal,
    chunks?: 'lent',
  ): AsyncGenerator<Uint8Array> {
    yield* this.disk.read(path, this.#markOf(path, expect), from, signal, chunks)
  }

  async checksum(path: Path, expect: Stamp, kind: ChecksumKind, signal: AbortSignal): Promise<Checksum | undefined> {
    return this.disk.checksum?.(path, this.#markOf(path, expect), kind, signal)
  }

  async readMany(
    wanted: readonly { readonly path: Path; readonly expect: Stamp; readonly size: number }[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Uint8Array>[]> {
    const rows = this.#index.rowsAt(wanted.map(({ path }) => path))
    const known = wanted.map(({ path, expect }) => diskExpect(rows.get(path), expect))
    const there = wanted.flatMap((item, i) => {
      const expect = known[i]
      return expect === undefined || expect === 'absent' ? [] : [{ ...item, expect }]
    })
    assert(this.disk.readMany !== undefined, 'the disk reads many at once')
    const read = [...(await this.disk.readMany(there, signal))]
    return wanted.map((item, i) => (known[i] === undefined ? changed(item.path) : (read.shift() ?? changed(item.path))))
  }

  located(wanted: readonly { readonly path: Path; readonly expect: Stamp }[]): Located | undefined {
    const rows = this.#index.rowsAt(wanted.map(({ path }) => path))
    const known = wanted.map(({ path, expect }) => diskExpect(rows.get(path), expect))
    const there = this.disk.located?.(
      wanted.flatMap(({ path }, i) => {
        const expect = known[i]
        return expect === undefined || expect === 'absent' ? [] : [{ path, expect }]
      }),
    )
    if (there === undefined) return undefined
    const stamps = [...there.stamps]
    return {
      ...there,
      stamps: known.map(mark => (mark === undefined || mark === 'absent' ? undefined : stamps.shift())),
    }
  }

  stageFrom(
    there: Located,
    sources: readonly Source[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]> | undefined {
    return this.disk.stageFrom?.(there, sources, signal)
  }

  stage(source: Source, resume: Resume, signal: AbortSignal): Promise<Staged> {
    return this.disk.stage(source, resume, signal)
  }

  async stageMany(
    sources: readonly (Source & { readonly bytes: Uint8Array })[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]> {
    assert(this.disk.stageMany !== undefined, 'the disk stages many at once')
    return this.disk.stageMany(sources, signal)
  }

  discard(staged: Staged, signal: AbortSignal): Promise<void> {
    return this.disk.discard(staged, signal)
  }

  /** Runs `body` while nobody else changes anything at, above or below these paths. It must not commit here. */
  alone<T>(paths: readonly Path[], body: () => Promise<T>): Promise<T> {
    return this.#turns.take(paths, body)
  }

  /** Whether `path` or a directory above it (`below`: something in it) is being changed: the disk may show it already, the rows do not yet. */
  isBusy(path: Path, reach: 'here' | 'below' = 'here'): boolean {
    return reach === 'here' ? this.#turns.isBusy(path) : this.#turns.isBusyBelow(path)
  }

  commit(change: Commit, signal: AbortSignal): Promise<Committed> {
    return this.#turns.take(pathsOf(change), () => this.#commit(change, signal))
  }

  async #commit(change: Commit, signal: AbortSignal): Promise<Committed> {
    const onDisk = this.#onDisk(change)
    if (onDisk === undefined) return { as: 'stale', found: await this.look(pathOf(change), signal) }
    const committed = await this.disk.commit(onDisk, signal)
    return this.#record([[change, committed]])[0] ?? committed
  }

  commitMany(changes: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]> {
    return this.#turns.take(changes.flatMap(pathsOf), () => this.#commitMany(changes, signal))
  }

  async #commitMany(changes: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]> {
    assert(this.disk.commitMany !== undefined, 'the disk commits many at once')
    const onDisk = changes.map(change => this.#onDisk(change))
    const tried = [
      ...(await this.disk.commitMany(
        onDisk.filter(change => change !== undefined),
        signal,
      )),
    ]
    const results = changes.map((_, i): Tried<Committed> | undefined =>
      onDisk[i] === undefined ? { as: 'stale', found: undefined } : tried.shift(),
    )
    const committed = changes.flatMap((change, i) => {
      const result = results[i]
      return result === undefined || result instanceof SyncError ? [] : [[change, result] as const]
    })
    const recorded = this.#record(committed)
    return results.map(result => (result instanceof SyncError ? result : (recorded.shift() as Committed)))
  }

  flush(signal: AbortSignal, also?: readonly Path[]): Promise<void> {
    return this.disk.flush(signal, also)
  }

  close(): Promise<void> {
    return this.disk.close()
  }

  // --- stamps and marks ----------------------------------------------------------------------------------------------------

  /** The disk's own expectation behind a row's stamp; undefined when the row is not that row any more. */
  diskExpect(path: Path, expect: Expect): Expect | undefined {
    return expect === 'absent' ? expect : diskExpect(this.#index.row(path), expect)
  }

  #markOf(path: Path, expect: Stamp): Stamp {
    const mark = this.diskExpect(path, expect)
    if (mark === undefined || mark === 'absent') throw changed(path)
    return mark
  }

  #onDisk(change: Commit): Commit | undefined {
    if (change.do === 'make-directory') return change
    const expect = this.diskExpect(pathOf(change), change.expect)
    return expect === undefined ? undefined : ({ ...change, expect } as Commit)
  }

  #known(path: Path, found: Entry | undefined): Entry | undefined {
    if (found === undefined || found.kind === 'blocked') return found
    const row = this.#index.row(path)
    if (row !== undefined && 'mark' in row.state && stampOfMark(row.state.mark) === found.stamp) return entryOfRow(row)
    return { ...found, stamp: 'not-scanned' as Stamp }
  }

  // --- rows ----------------------------------------------------------------------------------------------------------------

  /** Records what was done, in one transaction, and gives the results the stamps of the rows. */
  #record(committed: readonly (readonly [Commit, Committed])[]): Committed[] {
    return this.#index.transaction(() => {
      const changes: RowChange[] = []
      for (const [change, result] of committed) {
        if (result.as !== 'done') continue
        if (change.do === 'move' && !this.#moveRows(change.from, change.to)) continue
        if (change.do === 'remove' && change.kind === 'directory') changes.push(...this.#gone(change.path))
        const state = this.#stateAfter(change, result.entry)
        if (state !== undefined) changes.push(state)
      }
      const rows = new Map(this.#index.record(changes).map(row => [row.path, row]))
      return committed.map(([change, result]) => this.#asRow(change, result, rows))
    })
  }

  /** Whether they have moved. Not when the rows tell of something else by now: then it is the next scan that finds what was where. */
  #moveRows(from: Path, to: Path): boolean {
    const isLive = (path: Path) => !['deleted', 'blocked', undefined].includes(this.#index.row(path)?.state.kind)
    if (!isLive(from) || isLive(to)) return false
    this.#index.moveRows(from, to)
    return true
  }

  #asRow(change: Commit, result: Committed, recorded: ReadonlyMap<Path, Row>): Committed {
    const path = change.do === 'move' ? change.to : change.path
    if (result.as === 'stale') return { as: 'stale', found: this.#known(path, result.found) }
    const row = recorded.get(path) ?? this.#index.row(path)
    return { as: 'done', entry: row === undefined ? undefined : entryOfRow(row) }
  }

  #stateAfter(change: Commit, entry: Entry | undefined): RowChange | undefined {
    if (change.do === 'remove') return { path: change.path, state: { kind: 'deleted' } }
    // Somebody has taken it away in the instant after: the next scan tells.
    if (entry === undefined || entry.kind === 'blocked') return undefined
    if (change.do === 'move') return this.#afterMove(change.to, entry)
    const before = change.do === 'put' ? undefined : this.#index.row(change.path)
    if (change.do === 'make-directory' && isSameDirectory(before, entry)) return undefined
    return { path: change.path, state: this.#stateOf(change, entry, before) }
  }

  /** Only an empty directory is removed: what the index still had in it has been taken away by somebody, unseen by a scan. */
  #gone(place: Path): RowChange[] {
    return [...this.#index.rowsBelow(place)].map(({ path }) => ({ path, state: { kind: 'deleted' } }))
  }

  /** A rename changes what the disk shows of the file itself, which is no news for anybody. */
  #afterMove(to: Path, entry: Exclude<Entry, { kind: 'blocked' }>): RowChange | undefined {
    const row = this.#index.row(to)
    if (row === undefined || !('mark' in row.state)) return undefined
    return { path: to, state: { ...row.state, mark: markOfStamp(entry.stamp) }, news: 'same' }
  }

  #stateOf(change: Commit, entry: Exclude<Entry, { kind: 'blocked' }>, before: Row | undefined): RowState {
    const mark = markOfStamp(entry.stamp)
    const inode = inodeOf(mark)
    if (entry.kind === 'directory') return { kind: 'directory', mark, inode, mode: entry.mode ?? 0o755 }
    if (entry.kind === 'symlink') return { kind: 'symlink', mark, inode, target: entry.target }
    const old = before?.state.kind === 'file' ? before.state : undefined
    const content = change.do === 'put' ? change.staged.content : old?.content
    assert(content !== undefined, `content unknown after ${change.do}`)
    const wanted = change.do === 'put' || change.do === 'set-metadata' ? change.mtimeNs : undefined
    const kept = change.do === 'set-metadata' ? old?.mtimeNs : undefined
    const mtimeNs = wanted ?? kept ?? entry.mtimeNs ?? 0n
    return {
      kind: 'file',
      mark,
      inode,
      size: entry.size,
      mtimeNs,
      mode: entry.mode ?? 0o644,
      content,
    }
  }
}

function diskExpect(row: Row | undefined, expect: Expect): Expect | undefined {
  if (expect === 'absent') return expect
  if (row === undefined || stampOfRow(row) !== expect) return undefined
  return 'mark' in row.state ? stampOfMark(row.state.mark) : undefined
}

/** The disk's stamps are the marks of the rows: one format, owned by `scan/mark`. A doubtful mark still names the state it was made of. */
function stampOfMark(mark: DiskMark): Stamp {
  return withoutDoubt(mark) as string as Stamp
}

function markOfStamp(stamp: Stamp): DiskMark {
  return stamp as string as DiskMark
}

function isSameDirectory(row: Row | undefined, entry: Entry): boolean {
  return row?.state.kind === 'directory' && entry.kind === 'directory' && stampOfMark(row.state.mark) === entry.stamp
}

function pathOf(change: Commit): Path {
  return change.do === 'move' ? change.from : change.path
}

function pathsOf(change: Commit): readonly Path[] {
  return change.do === 'move' ? [change.from, change.to] : [change.path]
}

function changed(path: Path): SyncError {
  return new SyncError('changed', `'${path}' changed since it was last looked at; it is looked at again.`, { path })
}
