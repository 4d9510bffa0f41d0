// Writes what changes in a folder into its Git history, while the folder is open.
import { join } from 'node:path'
import type { HistoryState } from '../../api/shapes/history-settings.ts'
import type { OpenedLocal } from '../../assemble/open-local.ts'
import type { Row } from '../../index/folder-index.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { OWN_DIRECTORY, type Path } from '../../model/path.ts'
import { isMissing, type Stat } from '../../platform/tree.ts'
import type { World } from '../../platform/world.ts'
import type { GitChange, GitCommit } from '../../revisions/git/fast-import.ts'
import { GitHistory } from '../../revisions/git/git-history.ts'
import { markOf, withoutDoubt } from '../../scan/mark.ts'
import { Rest } from '../../sync/rest.ts'
import type { FolderPast } from './folder-past.ts'

export interface GitLoopParts {
  readonly local: OpenedLocal
  readonly past: FolderPast
  readonly world: World
}

/** Changes are left to gather for this long. */
const GATHER_MS = 1000
const RETRY_MS = 60_000
/** Of one go: rows, and bytes that are held. */
const MOST_ROWS = 200
const MOST_BYTES = 32 * 1024 * 1024
const SMALL_BYTES = 4 * 1024 * 1024
/** What is larger is not for Git. */
const LARGEST_BYTES = 256 * 1024 * 1024
/** Up to which sequence everything was there before the history began. */
const BEGIN = 'git-history-begins'

export class GitLoop {
  readonly history: GitHistory
  readonly #parts: GitLoopParts
  readonly #rest: Rest
  #problem: string | undefined

  constructor(parts: GitLoopParts) {
    this.#parts = parts
    this.#rest = new Rest(parts.world.clock)
    this.history = new GitHistory(join(parts.local.files.root, OWN_DIRECTORY, 'history.git'))
  }

  /** Something has changed. */
  wake(): void {
    this.#rest.wake()
  }

  async told(): Promise<NonNullable<HistoryState['git']>> {
    const { commits, lastAt } = await this.#counted()
    return {
      path: this.history.repository,
      commits,
      ...(lastAt === undefined ? {} : { lastAt }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    }
  }

  /** Until the signal aborts. Does not throw: the folder goes on without it. */
  async stay(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let waitMs = Number.POSITIVE_INFINITY
      try {
        await this.#catchUp(signal)
        this.#problem = undefined
      } catch (error) {
        if (signal.aborted) return
        this.#problem = asSyncError(error).message
        this.#parts.world.log('warn', 'the history in Git does not go on', { error: this.#problem })
        waitMs = RETRY_MS
      }
      const { clock } = this.#parts.world
      await this.#rest.until(clock.now() + waitMs, signal)
      await clock.sleep(GATHER_MS, signal).catch(() => undefined)
    }
  }

  async #counted() {
    try {
      return this.history.isThere ? await this.history.count() : { commits: 0, lastAt: undefined }
    } catch {
      // Told as the problem.
      return { commits: 0, lastAt: undefined }
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { index } = this.#parts.local.files
    await this.history.make()
    let from = await this.#begun()
    const begin = Number(index.get(BEGIN) ?? 0)
    for (;;) {
      signal.throwIfAborted()
      const rows = index.rowsSince(from, MOST_ROWS)
      if (rows.length === 0) return
      const { changes, last } = await this.#changesOf(rows)
      const commits =
        last <= begin
          ? allTogether(changes, this.#parts.world.clock.now())
          : changes.map(change => this.#commitOf(change))
      if (commits.length > 0) await this.history.commit(commits, `${index.id} ${last}`)
      from = last
    }
  }

  /** Where to go on. With another index, or none before, with everything. */
  async #begun(): Promise<number> {
    const { index } = this.#parts.local.files
    const [id, sequence] = (await this.history.upTo())?.split(' ') ?? []
    if (id === index.id && /^\d+$/.test(sequence ?? '')) return Number(sequence)
    index.set(BEGIN, String(index.sequence))
    return 0
  }

  /** Of so many of the rows as fit; `last`: the sequence up to where that is. */
  async #changesOf(rows: readonly Row[]): Promise<{ readonly changes: readonly GitChange[]; readonly last: number }> {
    const changes: GitChange[] = []
    let bytes = 0
    let last = 0
    for (const row of rows) {
      const change = await this.#changeOf(row)
      if (change !== undefined) changes.push(change)
      last = row.sequence
      if (change?.do === 'put') bytes += change.bytes.length
      if (bytes > MOST_BYTES) break
    }
    return { changes, last }
  }

  /** Nothing of directories, and of what is another by now: that comes with a row of its own. */
  async #changeOf(row: Row): Promise<GitChange | undefined> {
    const { path, state } = row
    try {
      if (state.kind === 'deleted') return { do: 'delete', path }
      if (state.kind === 'symlink') return { do: 'put', path, mode: '120000', bytes: Buffer.from(state.target) }
      if (state.kind !== 'file' || state.size > LARGEST_BYTES) return undefined
      const mode = (state.mode & 0o100) === 0 ? '100644' : '100755'
      const mark = withoutDoubt(state.mark)
      const check = (stat: Stat) => {
        if (markOf(stat) !== mark) throw new SyncError('changed', `${path} has changed.`, { path })
      }
      const { tree } = this.#parts.local.files
      if (state.size > SMALL_BYTES)
        return { do: 'put-blob', path, mode, blob: await this.history.blob(tree.read(path, 0, check)) }
      const { bytes, stat } = await tree.readSmall(path, SMALL_BYTES)
      check(stat)
      return { do: 'put', path, mode, bytes }
    } catch (error) {
      if (isMissing(error) || (error instanceof SyncError && error.code === 'changed')) return undefined
      throw error
    }
  }

  #commitOf(change: GitChange): GitCommit {
    const { past, world } = this.#parts
    const [logged] = past.log.list(change.path as Path, Number.MAX_SAFE_INTEGER, 1)
    const isIt = logged !== undefined && (logged.path === change.path || logged.from === change.path)
    const at = isIt ? logged.at : world.clock.now()
    return {
      at,
      author: isIt ? logged.author.label : 'unknown',
      message: `${change.do === 'delete' ? 'Delete' : 'Write'} ${change.path}`,
      changes: [change],
    }
  }
}

/** What was there before the history began is no change of anybody. */
function allTogether(changes: readonly GitChange[], at: number): readonly GitCommit[] {
  const files = changes.filter(change => change.do !== 'delete')
  if (files.length === 0) return []
  return [{ at, author: 'Syncline', message: `Begin with ${files.length} files`, changes: files }]
}
