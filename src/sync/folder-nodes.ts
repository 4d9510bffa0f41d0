// The rows of a folder as the nodes of a space: which are shown, under which ids and etags.
import type { Aggregate, FolderIndex, Row, NodeId as RowNode } from '../index/folder-index.ts'
import type { Checksum } from '../model/content.ts'
import type { Path, Place } from '../model/path.ts'
import type { DirectoryNode, Etag, FileNode, NodeId, SpaceNode } from '../store/space.ts'

/** Ids of a space begin with its number. */
const NODES_PER_SPACE = 2 ** 40
/** Of the root, which has no row. */
const ROOT_NODE = 0 as RowNode
const PAGE = 500
const NOTHING: Aggregate = { size: 0, counter: 0, mtimeMs: 0 }

export type FileRow = Row & { readonly state: Extract<Row['state'], { kind: 'file' }> }
export type DirectoryRow = Row & { readonly state: Extract<Row['state'], { kind: 'directory' }> }
/** A row that is shown. Links, and what is ignored or blocked, are not. */
export type ShownRow = FileRow | DirectoryRow

export class FolderNodes {
  readonly #index: FolderIndex
  readonly #base: number

  constructor(index: FolderIndex, spaceNumber: number) {
    this.#index = index
    this.#base = spaceNumber * NODES_PER_SPACE
  }

  find(place: Place): SpaceNode | undefined {
    if (place === '') return this.#root()
    const row = this.row(place)
    return row && this.nodeOf(row)
  }

  findById(id: NodeId): SpaceNode | undefined {
    if (id === this.#base) return this.#root()
    const row = this.rowById(id)
    return row && this.nodeOf(row)
  }

  *list(place: Place): Generator<readonly SpaceNode[]> {
    if (place !== '' && this.row(place)?.state.kind !== 'directory') return
    const rows = this.#index.rowsIn(place).filter(isShown)
    const aggregates = this.#index.aggregatesIn(place)
    const sums = this.#index.sumsIn(place)
    for (let at = 0; at < rows.length; at += PAGE) {
      yield rows
        .slice(at, at + PAGE)
        .map(row =>
          isFile(row) ? this.#file(row, sums.get(row.path) ?? []) : this.#directory(row, aggregates.get(row.path)),
        )
    }
  }

  row(path: Path): ShownRow | undefined {
    const row = this.#index.row(path)
    return row !== undefined && isShown(row) ? row : undefined
  }

  rowById(id: NodeId): ShownRow | undefined {
    const node = this.rowNodeOf(id)
    const row = node === undefined || node === ROOT_NODE ? undefined : this.#index.rowByNode(node)
    return row !== undefined && isShown(row) ? row : undefined
  }

  nodeOf(row: ShownRow): SpaceNode {
    return isFile(row)
      ? this.#file(row, this.#index.sums(row.state.content))
      : this.#directory(row, this.#index.aggregate(row.path))
  }

  idOf(node: RowNode): NodeId {
    return (this.#base + node) as NodeId
  }

  /** The node of this folder behind an id of the host; undefined when it is another space's. */
  rowNodeOf(id: NodeId): RowNode | undefined {
    const node = id - this.#base
    return Number.isSafeInteger(id) && node >= 0 && node < NODES_PER_SPACE ? (node as RowNode) : undefined
  }

  #root(): DirectoryNode {
    const { size, counter, mtimeMs } = this.#index.aggregate('') ?? NOTHING
    const etag = directoryEtag(ROOT_NODE, counter)
    return { kind: 'directory', id: this.idOf(ROOT_NODE), path: '', etag, mtimeMs, size }
  }

  #file({ path, node, state }: FileRow, sums: readonly Checksum[]): FileNode {
    const { size, content, mtimeNs } = state
    const etag = fileEtag(node, content, mtimeNs)
    return { kind: 'file', id: this.idOf(node), path, etag, mtimeMs: millisecondsOf(mtimeNs), size, content, sums }
  }

  #directory({ path, node }: DirectoryRow, aggregate: Aggregate = NOTHING): DirectoryNode {
    const { size, counter, mtimeMs } = aggregate
    return { kind: 'directory', id: this.idOf(node), path, etag: directoryEtag(node, counter), mtimeMs, size }
  }
}

export function isShown(row: Row): row is ShownRow {
  return row.state.kind === 'file' || row.state.kind === 'directory'
}

export function isFile(row: ShownRow): row is FileRow {
  return row.state.kind === 'file'
}

/** The etag under which a file is known to clients; undefined of what is none. */
export function etagOfRow({ node, state }: Row): Etag | undefined {
  return state.kind === 'file' ? fileEtag(node, state.content, state.mtimeNs) : undefined
}

/** Of what the file is: the same after a rename, and after the index was built anew with the same nodes. */
function fileEtag(node: RowNode, content: string, mtimeNs: bigint): Etag {
  // 22 characters of base64 are the first 132 bits of a SHA-256.
  const short = content.slice(0, 22).replaceAll('_', '0')
  return `${node.toString(36)}-${short}-${mtimeNs.toString(36)}` as Etag
}

function directoryEtag(node: RowNode, counter: number): Etag {
  return `${node.toString(36)}-${counter.toString(36)}` as Etag
}

function millisecondsOf(ns: bigint): number {
  return Math.floor(Number(ns / 1000n) / 1000)
}
