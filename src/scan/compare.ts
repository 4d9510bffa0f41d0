// Compares what the disk shows at one path with its row, and says what is to be recorded.
import { contentIdOf } from '../index/content-id.ts'
import type { FolderIndex, Row, RowMark, RowState } from '../index/folder-index.ts'
import { assertNever } from '../model/errors.ts'
import type { Path, Place } from '../model/path.ts'
import { type Hashed, isMissing, type Stat, type Tree } from '../platform/tree.ts'
import type { Fence, Since } from './fence.ts'
import type { HashJob, HashOutcome, HashQueue } from './hash-queue.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import type { Ledger } from './ledger.ts'
import { doubtfulMarkOf, fileStateOf, markOf, rowStateOf } from './mark.ts'
import type { Origins } from './origins.ts'
import { type Findings, unreadableAt } from './report.ts'

export interface ComparisonParts {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly ignore: IgnoreRules
  readonly trust: 'metadata' | 'content'
  readonly findings: Findings
  readonly fence: Fence
  readonly ledger: Ledger
  readonly origins: Origins
  /** Told of every directory that is to be entered. */
  readonly enter: (place: Place) => void
}

/** What the disk showed at a path. */
export interface Sight {
  readonly path: Path
  readonly stat: Stat
  readonly since: Since
}

// A bound on memory: more than that at once is recorded before the scan is over, and then only found again by content.
const MOST_DEPARTED = 50_000

export class Comparison {
  readonly #parts: ComparisonParts
  readonly #departed: { readonly path: Path; readonly since: Since }[] = []

  constructor(parts: ComparisonParts) {
    this.#parts = parts
  }

  /** Whether what is at `path` is as its row says, as far as that shows without looking inside. It is counted then, and there is no more to do. */
  isUnchanged(path: Path, stat: Stat, { mark, mode }: RowMark): boolean {
    const { enter, findings, trust } = this.#parts
    const { kind } = stat
    if (kind === 'other' || (kind === 'file' && trust === 'content') || mark !== markOf(stat)) return false
    if (kind !== 'symlink' && mode !== stat.mode) return false
    if (this.#isIgnored(path, kind === 'directory' ? kind : 'other')) return false
    if (kind === 'file') findings.files += 1
    if (kind === 'directory') {
      findings.directories += 1
      enter(path)
    }
    return true
  }

  /** Something is at `path`. `row` is what is recorded there, without tombstones. When something is returned, wait for it before going on. */
  present(sight: Sight, row: Row | undefined, queue: HashQueue): Promise<void> | undefined {
    const { path, stat, since } = sight
    const isDirectory = stat.kind === 'directory'
    if (this.#isIgnored(path, isDirectory ? 'directory' : 'other')) return this.#leaveAlone(sight, isDirectory, row)
    if (row?.state.kind === 'directory' && !isDirectory) {
      if (this.#parts.fence.passesAbove(path, since)) return undefined
      this.#buryBelow(path, since)
    }
    switch (stat.kind) {
      case 'file':
        return this.#file(sight, row, queue)
      case 'directory':
        return this.#directory(sight, row)
      case 'symlink':
        return this.#symlink(sight, row)
      case 'other':
        return this.#unsupported(sight, row)
      default:
        return assertNever(stat.kind)
    }
  }

  /** Records what was found so far, so that the rows show it. */
  flush(): void {
    this.#parts.ledger.flush()
  }

  /** Nothing is at `path`, which has a row: proven by a complete listing. Recorded at the end: until then it may be found elsewhere. */
  absent(path: Path, since: Since): void {
    this.#departed.push({ path, since })
    if (this.#departed.length >= MOST_DEPARTED) this.buryDeparted()
  }

  /** Records what is gone and has not been found elsewhere. */
  buryDeparted(): void {
    this.#parts.ledger.flush()
    for (const { path, since } of this.#departed) {
      const row = this.#parts.index.row(path)
      if (row === undefined || row.state.kind === 'deleted' || this.#parts.fence.passes(path, since)) continue
      if (this.#parts.fence.passesAbove(path, since)) continue
      this.#buryBelow(path, since)
      this.#bury(row, since)
    }
    this.#departed.length = 0
    this.#parts.ledger.flush()
  }

  /** What hashing found. */
  hashed(job: HashJob, outcome: HashOutcome): void {
    const { findings, origins } = this.#parts
    switch (outcome.as) {
      case 'settled':
      case 'doubtful':
        findings.hashedFiles += 1
        findings.hashedBytes += outcome.hashed.size
        this.#content(job, outcome.hashed, outcome.as)
        return
      case 'torn':
        findings.unsettled.push(job.path)
        break
      case 'unreadable':
        findings.unreadable.push(unreadableAt(job.path, outcome.error))
        break
      default:
        assertNever(outcome)
    }
    if (job.origin !== undefined) origins.release(job.origin)
  }

  #file(sight: Sight, row: Row | undefined, queue: HashQueue): Promise<void> | undefined {
    const { path, stat } = sight
    const { findings, origins, trust } = this.#parts
    findings.files += 1
    if (trust === 'metadata' && row?.state.kind === 'file') {
      if (row.state.mark === markOf(stat) && row.state.mode === stat.mode) return undefined
    }
    if (!isNewAt(row, stat) || !origins.mayKnow(stat)) return queue.add({ ...sight, row, origin: undefined })
    return origins.find(path, stat).then(origin => queue.add({ ...sight, row, origin }))
  }

  #content({ path, stat, since, row, origin }: HashJob, hashed: Hashed, trust: 'settled' | 'doubtful'): void {
    const { findings, index } = this.#parts
    const content = contentIdOf(hashed.blocks)
    const before = row?.state.kind === 'file' ? row.state : undefined
    if (before !== undefined && before.content !== content && before.mark === markOf(stat)) {
      // Nobody wrote, yet the bytes differ: the disk lost them. That is no edit to pass on.
      findings.damaged.push(path)
      return
    }
    const found = fileStateOf(stat, content, before?.content === content ? before.mtimeNs : undefined)
    const state = trust === 'doubtful' ? { ...found, mark: doubtfulMarkOf(stat) } : found
    // The blocks of a file of one block help nobody: there is nothing to reuse when it changes.
    if (before?.content !== content && hashed.blocks.length > 32) index.recordBlocks(content, hashed.blocks)
    this.#recordIfNew({ path, since }, state, row, this.#confirmed(origin, state, row))
  }

  /** Under a name that was taken, the same inode may be another file that was given the number again: only the same bytes tell. */
  #confirmed(
    origin: Row | undefined,
    state: Extract<RowState, { kind: 'file' }>,
    row: Row | undefined,
  ): Row | undefined {
    if (origin?.state.kind !== 'file') return undefined
    const isSameFile = origin.state.inode === BigInt.asIntN(64, state.inode)
    if (isSameFile && (row === undefined || origin.state.content === state.content)) return origin
    this.#parts.origins.release(origin)
    return undefined
  }

  #directory(sight: Sight, row: Row | undefined): Promise<void> | undefined {
    const { path, stat } = sight
    const { findings, origins, enter } = this.#parts
    findings.directories += 1
    enter(path)
    if (row === undefined && origins.mayKnow(stat)) return this.#newDirectory(sight)
    this.#recordIfNew(sight, rowStateOf(stat), row)
    return undefined
  }

  // The rows of a directory that was renamed move along at once: what is in it need not be read again.
  async #newDirectory(sight: Sight): Promise<void> {
    const { path, stat, since } = sight
    const { fence, index, ledger, origins } = this.#parts
    const origin = await origins.find(path, stat)
    ledger.flush()
    if (fence.passes(path, since)) return
    const there = index.row(path)
    const isFree = there === undefined || there.state.kind === 'deleted'
    if (origin !== undefined && isFree && this.#isStillThere(origin, since)) ledger.moveRows(origin.path, path)
    this.#recordIfNew(sight, rowStateOf(stat), index.row(path))
  }

  #isStillThere({ path, node }: Row, since: Since): boolean {
    const there = this.#parts.index.row(path)
    return there?.state.kind === 'directory' && there.node === node && !this.#parts.fence.passes(path, since)
  }

  async #symlink(sight: Sight, row: Row | undefined): Promise<void> {
    const { path, stat } = sight
    const { findings, origins, tree } = this.#parts
    if (row?.state.kind === 'symlink' && row.state.mark === markOf(stat)) return
    try {
      const target = await tree.readLink(path)
      const origin = row === undefined && origins.mayKnow(stat) ? await origins.find(path, stat) : undefined
      this.#recordIfNew(sight, rowStateOf(stat, { target }), row, origin)
    } catch (error) {
      if (isMissing(error)) findings.unsettled.push(path)
      else findings.unreadable.push(unreadableAt(path, error))
    }
  }

  #unsupported(sight: Sight, row: Row | undefined): undefined {
    const { path } = sight
    this.#parts.findings.unsupported.push({ path, reason: 'it is neither a file, a directory nor a symbolic link' })
    if (row !== undefined) this.#recordIfNew(sight, { kind: 'blocked', why: 'unsupported-kind' }, row)
    return undefined
  }

  #leaveAlone({ path, since }: Sight, isDirectory: boolean, row: Row | undefined): undefined {
    const { enter, ignore } = this.#parts
    if (row !== undefined) this.#recordIfNew({ path, since }, IGNORED, row)
    if (isDirectory && ignore.mayHoldKept(path)) enter(path)
    else
      for (const below of this.#parts.index.rowsBelow(path))
        this.#recordIfNew({ path: below.path, since }, IGNORED, below)
    return undefined
  }

  #recordIfNew(at: Pick<Sight, 'path' | 'since'>, state: RowState, row: Row | undefined, origin?: Row): void {
    const { path, since } = at
    const { ledger } = this.#parts
    const before = row?.state
    if (before === undefined || !isSameNews(before, state)) ledger.add({ path, state }, since, row, origin)
    else if ('mark' in before && 'mark' in state && before.mark !== state.mark) {
      ledger.add({ path, state, news: 'same' }, since, row)
    }
  }

  #buryBelow(path: Path, since: Since): void {
    for (const row of this.#parts.index.rowsBelow(path)) this.#bury(row, since)
  }

  // What the user wants left alone is not deleted elsewhere either; nor what went while that was so.
  #bury(row: Row, since: Since): void {
    const { path, state } = row
    const { ledger } = this.#parts
    const isLeftAlone = state.kind === 'blocked' ? this.#isIgnored(path, 'directory') : false
    const kind = state.kind === 'directory' ? 'directory' : 'other'
    if (isLeftAlone || this.#isIgnored(path, kind)) this.#recordIfNew({ path, since }, IGNORED, row)
    else if (state.kind === 'blocked' && state.why === 'ignored') ledger.forgetIgnored(path, since)
    else ledger.add({ path, state: { kind: 'deleted' } }, since, row)
  }

  #isIgnored(path: Path, kind: 'directory' | 'other'): boolean {
    return this.#parts.ignore.verdict(path, kind) !== 'kept'
  }
}

/** Whether what is there has not been under this name before: nothing was, or another file or link. */
function isNewAt(row: Row | undefined, stat: Stat): boolean {
  if (row === undefined) return true
  const isOfOne = row.state.kind === 'file' || row.state.kind === 'symlink'
  return isOfOne && row.state.inode !== BigInt.asIntN(64, stat.inode)
}

const IGNORED: RowState = { kind: 'blocked', why: 'ignored' }

/** Whether two states say the same to everybody else. */
function isSameNews(a: RowState, b: RowState): boolean {
  switch (a.kind) {
    case 'file':
      return a.kind === b.kind && a.content === b.content && a.mtimeNs === b.mtimeNs && a.mode === b.mode
    case 'directory':
      return a.kind === b.kind && a.mode === b.mode
    case 'symlink':
      return a.kind === b.kind && a.target === b.target
    case 'blocked':
      return a.kind === b.kind && a.why === b.why
    case 'deleted':
      return a.kind === b.kind
    default:
      return assertNever(a)
  }
}
