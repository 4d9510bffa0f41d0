// The trash of a hosted space.
import type { ContentId } from '../../model/content.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { BlobStore } from '../blobs.ts'
import type { Changed, SpaceTrash, TrashEntry } from '../space.ts'
import type { CommitQueue } from './commit-queue.ts'
import { type Performed, refused } from './perform.ts'
import { restoreTrash } from './restore.ts'
import type { SpaceRows } from './space-rows.ts'

export interface TrashParts {
  readonly rows: SpaceRows
  readonly blobs: BlobStore
  readonly queue: CommitQueue
  readonly commit: (body: () => Performed) => Promise<Changed>
}

export class HostedTrash implements SpaceTrash {
  readonly #rows: SpaceRows
  readonly #blobs: BlobStore
  readonly #queue: CommitQueue
  readonly #commit: TrashParts['commit']

  constructor({ rows, blobs, queue, commit }: TrashParts) {
    this.#rows = rows
    this.#blobs = blobs
    this.#queue = queue
    this.#commit = commit
  }

  async *list(): AsyncGenerator<readonly TrashEntry[]> {
    for (let last: TrashEntry | undefined; ; ) {
      const { entries, isLast } = this.#rows.trash.pageBefore(last)
      if (entries.length > 0) yield entries
      if (isLast) return
      last = entries.at(-1)
    }
  }

  restore(id: string): Promise<Changed> {
    return this.#commit(() => {
      const entry = this.#rows.trash.entry(id)
      return entry === undefined ? refused('missing', id as Path, NOT_IN_TRASH) : restoreTrash(this.#rows, entry)
    })
  }

  remove(id: string): Promise<'removed' | 'missing'> {
    return this.#queue.run(() => {
      const entry = this.#rows.trash.entry(id)
      if (entry === undefined) return 'missing'
      this.#removeEntry(entry)
      return 'removed'
    })
  }

  async empty(): Promise<void> {
    // What is deleted meanwhile stays. One after the other: a large trash must not stop everything else.
    const due: TrashEntry[] = []
    for await (const page of this.list()) due.push(...page)
    for (const { id } of due) await this.remove(id)
  }

  async *read(id: string, from: number): AsyncGenerator<Uint8Array> {
    const entry = this.#rows.trash.entry(id)
    const content = entry && this.#contentOf(entry)
    if (!content) throw new SyncError('missing', NOT_IN_TRASH)
    yield* this.#blobs.get(content, { from }, NEVER)
  }

  #contentOf({ node }: TrashEntry): ContentId | null | undefined {
    return this.#rows.nodes.byId(node)?.content
  }

  #removeEntry({ node }: TrashEntry): void {
    this.#rows.trash.remove(node)
    this.#rows.nodes.removeTree(node)
  }
}

const NOT_IN_TRASH = 'It is not in the trash any more.'
const NEVER = new AbortController().signal
