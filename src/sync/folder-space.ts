// A folder on disk as a Space: served from its rows, while its pairs go on syncing it and its scanner goes on looking at the disk.
import { stampOfRow } from '../index/folder-index.ts'
import { asSyncError, SyncError } from '../model/errors.ts'
import { type Path, type Place, parentOf } from '../model/path.ts'
import { codeOf } from '../platform/tree.ts'
import type { HintReach } from '../scan/hints.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
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
} from '../store/space.ts'
import type { Folder } from './folder.ts'
import { FolderChanges } from './folder-changes.ts'
import { FolderNodes, isFile } from './folder-nodes.ts'
import { FolderTrash } from './folder-trash.ts'
import { FolderVersions } from './folder-versions.ts'
import { Receiver } from './receive-bytes.ts'
import { SpaceWatch } from './space-watch.ts'

export interface FolderSpaceParts {
  /** The same across restarts. */
  readonly id: string
  readonly label: string
  /** From 1: what the ids of this space begin with, its own in the whole host. */
  readonly number: number
  readonly folder: Folder
  readonly ignore: IgnoreRules
  /** The disk is not as the rows say there: it is to be looked at soon. */
  readonly hint: (place: Place, reach: HintReach) => void
  /** This space has changed rows, by this change if it was one: the folder's pairs are to run. Does not throw. */
  readonly onChanged?: (change?: SpaceChange) => void
}

const NEVER = new AbortController().signal

/** Begins to keep what directories add up to, where that is not kept yet. Closing it leaves the folder open. */
export function folderSpace(parts: FolderSpaceParts): Space {
  parts.folder.index.keepAggregates()
  return new FolderSpace(parts)
}

class FolderSpace implements Space {
  readonly id: string
  readonly label: string
  readonly trash: FolderTrash
  readonly versions: FolderVersions
  readonly #parts: FolderSpaceParts
  readonly #nodes: FolderNodes
  readonly #changes: FolderChanges
  readonly #receiver: Receiver
  readonly #watch: SpaceWatch

  constructor(parts: FolderSpaceParts) {
    const { folder } = parts
    this.id = parts.id
    this.label = parts.label
    this.#parts = parts
    this.#nodes = new FolderNodes(folder.index, parts.number)
    this.#changes = new FolderChanges({ ...parts, nodes: this.#nodes })
    this.#receiver = new Receiver(folder)
    this.#watch = new SpaceWatch(folder, this.#nodes)
    const beside = { folder, nodes: this.#nodes, changes: this.#changes, changed: () => parts.onChanged?.() }
    this.trash = new FolderTrash(beside)
    this.versions = new FolderVersions(beside)
  }

  async find(path: Place): Promise<SpaceNode | undefined> {
    return this.#nodes.find(path)
  }

  async findById(id: NodeId): Promise<SpaceNode | undefined> {
    return this.#nodes.findById(id)
  }

  async *list(place: Place): AsyncGenerator<readonly SpaceNode[]> {
    yield* this.#nodes.list(place)
  }

  async *read(file: FileNode, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const row = this.#nodes.rowById(file.id)
    if (row === undefined || !isFile(row))
      throw new SyncError('missing', `${file.path} is not there any more.`, { path: file.path })
    if (row.state.content !== file.content) throw changed(file)
    if (range.from >= row.state.size) return
    try {
      yield* this.#readRow(row.path, range, signal)
    } catch (error) {
      if (error instanceof SyncError && ['changed', 'missing'].includes(error.code))
        this.#parts.hint(parentOf(row.path), 'here')
      throw error
    }
  }

  async *#readRow(path: FileNode['path'], { from, to }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { home, index } = this.#parts.folder
    const row = index.row(path)
    if (row === undefined) return
    const stamp = stampOfRow(row)
    let left = to === undefined ? Number.POSITIVE_INFINITY : to - from + 1
    for await (const piece of home.read(path, stamp, from, signal)) {
      yield piece.length <= left ? piece : piece.subarray(0, left)
      left -= piece.length
      if (left > 0) continue
      // The end of the file, where its state is looked at once more, is not reached.
      const now = await home.look(path, NEVER)
      if (now === undefined || now.kind === 'blocked' || now.stamp !== stamp) throw changed({ path })
      return
    }
  }

  receive(incoming: Incoming, signal: AbortSignal): Promise<Received> {
    return this.#receiver.receive(incoming, signal)
  }

  discard(received: Received): Promise<void> {
    return this.#receiver.discard(received)
  }

  async change(change: SpaceChange, signal: AbortSignal): Promise<Changed> {
    signal.throwIfAborted()
    const made = await forPeople('at' in change ? change.at : change.to, this.#changes.make(change))
    if (made.as === 'done') this.#parts.onChanged?.(change)
    return made
  }

  async usage(): Promise<Usage> {
    const { index, tree } = this.#parts.folder
    return { usedBytes: index.aggregate('')?.size ?? 0, freeBytes: await tree.freeBytes() }
  }

  async properties(node: NodeId): Promise<ReadonlyMap<string, string>> {
    const known = this.#nodes.rowNodeOf(node)
    return known === undefined ? new Map() : this.#parts.folder.index.properties(known)
  }

  async propertiesOf(nodes: readonly NodeId[]): Promise<ReadonlyMap<NodeId, ReadonlyMap<string, string>>> {
    const found = new Map<NodeId, ReadonlyMap<string, string>>()
    for (const node of nodes) {
      const properties = await this.properties(node)
      if (properties.size > 0) found.set(node, properties)
    }
    return found
  }

  async setProperties(node: NodeId, changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    const known = this.#nodes.rowNodeOf(node)
    if (known === undefined || this.#nodes.findById(node) === undefined)
      throw new SyncError('missing', 'It is not there any more.')
    this.#parts.folder.index.setProperties(known, changes)
  }

  watch(onChange: (changed: readonly NodeId[]) => void): Disposable {
    return this.#watch.add(onChange)
  }

  async close(): Promise<void> {
    this.#watch.close()
    await this.#changes.idle()
  }
}

/** What the disk itself says comes out as an error for people. */
async function forPeople<T>(path: Path, act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (error) {
    throw codeOf(error) === undefined ? error : asSyncError(error, path)
  }
}

function changed({ path }: Pick<FileNode, 'path'>): SyncError {
  return new SyncError('changed', `${path} was changed; it is looked at again.`, { path })
}
