// The trash of a folder as that of a space. A directory that was deleted through the space is one entry; what a run or a person on another
// device deleted came file by file, and is shown so.
import type { NodeId as RowNode, Trashed } from '../index/folder-index.ts'
import { SyncError } from '../model/errors.ts'
import { nameOf, type Path, type Place, parentOf, parsePath, pathIn } from '../model/path.ts'
import { isMissing } from '../platform/tree.ts'
import type { KeptTree, Revision } from '../revisions/revisions.ts'
import { namesLike } from '../store/free-name.ts'
import { refuse } from '../store/refuse.ts'
import type { Changed, SpaceTrash, TrashEntry } from '../store/space.ts'
import type { Folder } from './folder.ts'
import type { FolderChanges } from './folder-changes.ts'
import type { FolderNodes } from './folder-nodes.ts'

export interface FolderTrashParts {
  readonly folder: Folder
  readonly nodes: FolderNodes
  readonly changes: FolderChanges
  /** After rows have changed. */
  readonly changed: () => void
}

const PAGE = 500
const NEVER = new AbortController().signal

export class FolderTrash implements SpaceTrash {
  readonly #parts: FolderTrashParts

  constructor(parts: FolderTrashParts) {
    this.#parts = parts
  }

  async *list(): AsyncGenerator<readonly TrashEntry[]> {
    let page: TrashEntry[] = []
    for await (const entry of this.#entries()) {
      page.push(entry)
      if (page.length < PAGE) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  async restore(id: string): Promise<Changed> {
    const found = await this.#find(id)
    if (found === undefined) return { as: 'refused', why: 'missing', message: NOT_IN_TRASH }
    const place = await this.#placeFor(parentOf(found.origin))
    for (const name of namesLike(nameOf(found.origin))) {
      const to = pathIn(place, name)
      const row = this.#parts.folder.index.row(to)
      if (row !== undefined && row.state.kind !== 'deleted') continue
      if (await this.#takeTo(found, to)) return this.#restored(id, to)
    }
    return refuse('exists', found.origin)
  }

  async remove(id: string): Promise<'removed' | 'missing'> {
    const found = await this.#find(id)
    if (found === undefined) return 'missing'
    const { revisions, index } = this.#parts.folder
    if (found.is === 'tree') await revisions.removeTree(found.kept)
    else await revisions.remove(found.revision)
    index.forgetTrashed(found.id)
    return 'removed'
  }

  async empty(): Promise<void> {
    // What is deleted meanwhile stays.
    const due: TrashEntry[] = []
    for await (const page of this.list()) due.push(...page)
    for (const { id } of due) await this.remove(id)
  }

  async *read(id: string, from: number): AsyncGenerator<Uint8Array> {
    const found = await this.#find(id)
    if (found?.is !== 'file') throw new SyncError('missing', NOT_IN_TRASH)
    yield* this.#parts.folder.revisions.read(found.revision, from)
  }

  // --- what is there -------------------------------------------------------------------------------------------------------

  /** Newest first: trees, which the index knows of, among the files, which the trash tells itself. */
  async *#entries(): AsyncGenerator<TrashEntry> {
    const { folder } = this.#parts
    const known = folder.index.trashed()
    const trees = known.filter(({ kind }) => kind === 'directory').sort((a, b) => b.at - a.at)
    const files = new Map(known.map(each => [each.id, each]))
    const without = { trees: new Set(trees.map(({ id }) => id)), why: 'replaced' } as const
    for await (const revision of folder.revisions.list('', without)) {
      while ((trees[0]?.at ?? 0) > revision.keptAt) yield* this.#treeEntry(trees.shift() as Trashed)
      if (revision.kind === 'file') yield this.#fileEntry(revision, files.get(revision.id))
    }
    for (const tree of trees) yield* this.#treeEntry(tree)
  }

  async *#treeEntry(trashed: Trashed): AsyncGenerator<TrashEntry> {
    const { id, node, origin, size, at } = trashed
    const { index, revisions } = this.#parts.folder
    if (await revisions.holdsTree(treeOf(trashed)))
      yield { id: `tree.${id}`, node: this.#parts.nodes.idOf(node), kind: 'directory', origin, size, deletedAt: at }
    else index.forgetTrashed(id)
  }

  #fileEntry({ id, path, size, keptAt }: Revision, trashed: Trashed | undefined): TrashEntry {
    const node = trashed?.node ?? this.#parts.folder.index.row(path)?.node ?? (0 as RowNode)
    return {
      id: entryIdOf(id),
      node: this.#parts.nodes.idOf(node),
      kind: 'file',
      origin: path,
      size,
      deletedAt: keptAt,
    }
  }

  async #find(entry: string): Promise<Found | undefined> {
    const { index, revisions } = this.#parts.folder
    if (entry.startsWith('tree.')) {
      const trashed = index.trashed().find(({ id, kind }) => kind === 'directory' && `tree.${id}` === entry)
      if (trashed === undefined || !(await revisions.holdsTree(treeOf(trashed)))) return undefined
      return { is: 'tree', id: trashed.id, origin: trashed.origin, kept: treeOf(trashed) }
    }
    const path = pathOfEntry(entry)
    if (path === undefined) return undefined
    for await (const revision of revisions.list(path, { why: 'replaced' })) {
      if (entryIdOf(revision.id) === entry) return { is: 'file', id: revision.id, origin: path, revision }
    }
    return undefined
  }

  // --- bringing back -------------------------------------------------------------------------------------------------------

  /** Directories that are gone by now are made anew; where that is not possible, it goes to the root. */
  async #placeFor(place: Place): Promise<Place> {
    if (place === '') return place
    const parent = await this.#placeFor(parentOf(place))
    if (parent !== parentOf(place)) return ''
    if (this.#parts.nodes.row(place)?.state.kind === 'directory') return place
    const made = await this.#parts.changes.make({ do: 'make-directory', at: place })
    return made.as === 'done' ? place : ''
  }

  /** False when something is there. */
  #takeTo(found: Found, to: Path): Promise<boolean> {
    const { home, revisions, tree } = this.#parts.folder
    return home.alone([to], async () => {
      if (await isThere(tree, to)) return false
      try {
        if (found.is === 'tree') await revisions.takeTree(found.kept, to)
        else await revisions.take(found.revision, to)
        return true
      } catch (error) {
        if (error instanceof SyncError && error.code === 'changed') return false
        throw error
      }
    })
  }

  /** The rows are found by a scan: what came back is hashed. */
  async #restored(entry: string, to: Path): Promise<Changed> {
    const { folder, nodes, changed } = this.#parts
    folder.index.forgetTrashed(entry.startsWith('tree.') ? entry.slice(5) : entry)
    await folder.scan([to], NEVER)
    await folder.home.flush(NEVER)
    changed()
    return { as: 'done', node: nodes.find(to), made: 'created' }
  }
}

type Found =
  | { readonly is: 'file'; readonly id: string; readonly origin: Path; readonly revision: Revision }
  | { readonly is: 'tree'; readonly id: string; readonly origin: Path; readonly kept: KeptTree }

const NOT_IN_TRASH = 'It is not in the trash any more.'

function treeOf({ id, origin, at }: Trashed): KeptTree {
  return { id, path: origin, keptAt: at }
}

/** The id of a revision is a directory of the trash, a slash and a path: in letters that an entry may have. */
function entryIdOf(id: string): string {
  const slash = id.indexOf('/')
  return `${id.slice(0, slash)}.${Buffer.from(id.slice(slash + 1)).toString('base64url')}`
}

function pathOfEntry(entry: string): Path | undefined {
  const encoded = entry.slice(entry.indexOf('.') + 1)
  return entry.includes('.') ? parsePath(Buffer.from(encoded, 'base64url').toString()) : undefined
}

async function isThere(tree: Folder['tree'], path: Path): Promise<boolean> {
  try {
    return (await tree.stat(path)) !== undefined
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
