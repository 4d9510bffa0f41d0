// One hosted space: a tree in the database, its contents in the blob store.
import { type ContentId, kindOfChecksum } from '../../model/content.ts'
import { SyncError } from '../../model/errors.ts'
import { nameOf, type Path, type Place } from '../../model/path.ts'
import { type Random, randomHex } from '../../platform/world.ts'
import type { BlobStore } from '../blobs.ts'
import type {
  ByteRange,
  Changed,
  FileNode,
  Incoming,
  NodeId,
  Received,
  Space,
  SpaceChange,
  SpaceNode,
  Usage,
} from '../space.ts'
import type { CommitQueue } from './commit-queue.ts'
import { HostedTrash } from './hosted-trash.ts'
import { HostedVersions } from './hosted-versions.ts'
import type { NodeRow } from './node-row.ts'
import { nodeOf } from './node-rows.ts'
import { type Performed, perform } from './perform.ts'
import type { SpaceRows } from './space-rows.ts'

export interface HostedParts {
  readonly rows: SpaceRows
  readonly blobs: BlobStore
  readonly queue: CommitQueue
  readonly random: Random
}

export class HostedSpace implements Space {
  readonly id: string
  readonly label: string
  readonly trash: HostedTrash
  readonly versions: HostedVersions
  readonly #rows: SpaceRows
  readonly #blobs: BlobStore
  readonly #queue: CommitQueue
  readonly #random: Random
  readonly #watchers = new Set<(changed: readonly NodeId[]) => void>()

  constructor(id: string, label: string, { rows, blobs, queue, random }: HostedParts) {
    this.id = id
    this.label = label
    this.#rows = rows
    this.#blobs = blobs
    this.#queue = queue
    this.#random = random
    const commit = (body: () => Performed) => this.#commit(body)
    this.trash = new HostedTrash({ rows, blobs, queue, commit })
    this.versions = new HostedVersions({ rows, blobs, commit })
  }

  async find(path: Place): Promise<SpaceNode | undefined> {
    return this.#rows.nodes.nodeAt(path)
  }

  async findById(id: NodeId): Promise<SpaceNode | undefined> {
    const path = this.#rows.nodes.pathOf(id)
    const row = path === undefined ? undefined : this.#rows.nodes.byId(id)
    return row && nodeOf(row, path as Place)
  }

  async *list(place: Place): AsyncGenerator<readonly SpaceNode[]> {
    const first = this.#rows.nodes.find(place)
    for (let last = ''; ; ) {
      const found = this.#rows.nodes.find(place)
      if (found?.row.content !== null || found.row.id !== first?.row.id) return
      const { nodes, isLast } = this.#rows.nodes.listAfter(found, place, last)
      if (nodes.length > 0) yield nodes
      if (isLast) return
      last = nameOf(nodes.at(-1)?.path as Path)
    }
  }

  async *read(file: FileNode, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const row = this.#rowOf(file)
    if (row === undefined) throw gone(file.path)
    if (row.content !== file.content) {
      throw new SyncError('changed', `${file.path} was replaced by another content.`, { path: file.path })
    }
    // A content never changes, so what was found at the start is served to its end.
    yield* this.#blobs.get(file.content, range, signal)
  }

  async receive({ at, size, bytes, sums = [], kinds = [] }: Incoming, signal: AbortSignal): Promise<Received> {
    const wanted = [...new Set([...sums.map(kindOfChecksum), ...kinds])]
    const blob = await named(at, this.#blobs.put({ bytes, size, kinds: wanted, expected: sums }, signal))
    return { id: randomHex(this.#random, 8), size: blob.size, content: blob.id, sums: blob.sums }
  }

  /** Nothing to do: the blob may be another file's too, and what nobody needs is swept. */
  async discard(): Promise<void> {}

  async change(change: SpaceChange, signal: AbortSignal): Promise<Changed> {
    signal.throwIfAborted()
    if (change.do === 'put') await this.#assertThere(change.received.content, change)
    return this.#commit(() => perform(this.#rows, change))
  }

  async usage(): Promise<Usage> {
    const { nodes, quota } = this.#rows
    const usedBytes = nodes.byId(nodes.root)?.size ?? 0
    return { usedBytes, freeBytes: quota === undefined ? 'unlimited' : Math.max(0, quota - usedBytes) }
  }

  async properties(node: NodeId): Promise<ReadonlyMap<string, string>> {
    return this.#rows.nodes.owns(node) ? this.#rows.properties.of(node) : new Map()
  }

  async propertiesOf(nodes: readonly NodeId[]): Promise<ReadonlyMap<NodeId, ReadonlyMap<string, string>>> {
    const own = nodes.filter(node => this.#rows.nodes.owns(node))
    return this.#rows.properties.ofMany(own) as ReadonlyMap<NodeId, ReadonlyMap<string, string>>
  }

  async setProperties(node: NodeId, changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    await this.#queue.run(() => {
      if (this.#rows.nodes.pathOf(node) === undefined) throw gone(undefined)
      this.#rows.properties.set(node, changes)
    })
  }

  watch(onChange: (changed: readonly NodeId[]) => void): Disposable {
    // A function of its own: the same one may watch twice.
    const watcher = (changed: readonly NodeId[]) => onChange(changed)
    this.#watchers.add(watcher)
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) }
  }

  async close(): Promise<void> {
    this.#watchers.clear()
    await this.#queue.idle()
  }

  /** Most are where they were found; others may have been renamed. */
  #rowOf({ id, path }: FileNode): NodeRow | undefined {
    const there = this.#rows.nodes.find(path)?.row
    if (there?.id === id) return there
    return this.#rows.nodes.pathOf(id) === undefined ? undefined : this.#rows.nodes.byId(id)
  }

  async #commit(body: () => Performed): Promise<Changed> {
    const { changed, touched } = await this.#queue.run(body)
    if (touched.length > 0) for (const watcher of this.#watchers) watcher(touched)
    return changed
  }

  /** What was received long ago may be swept by now. */
  async #assertThere(content: ContentId, { at }: { readonly at: Path }): Promise<void> {
    if (await this.#blobs.has(content)) return
    throw new SyncError('missing', `What was sent for ${at} waited too long and is gone. Send it again.`, { path: at })
  }
}

function gone(path: Path | undefined): SyncError {
  return new SyncError('missing', `${path ?? 'It'} is not there any more.`, { path })
}

/** Faults of the blob store know no path. */
async function named<T>(path: Path, act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (error) {
    if (!(error instanceof SyncError) || error.path !== undefined || error.scope !== 'entry') throw error
    throw new SyncError(error.code, `${path}: ${error.message}`, { path, cause: error, retry: error.retry })
  }
}
