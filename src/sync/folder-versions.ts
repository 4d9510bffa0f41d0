// Older contents of a folder's files: what the trash keeps of their paths, and of the paths they had before.
import type { FormerPath } from '../index/folder-index.ts'
import { SyncError } from '../model/errors.ts'
import { ancestorsOf, type Path } from '../model/path.ts'
import { randomHex } from '../platform/world.ts'
import type { Revision } from '../revisions/revisions.ts'
import { refuse } from '../store/refuse.ts'
import type { Changed, NodeId, SpaceVersions, Version } from '../store/space.ts'
import type { Folder } from './folder.ts'
import type { FolderChanges } from './folder-changes.ts'
import { type FileRow, type FolderNodes, isFile } from './folder-nodes.ts'
import { STAGING, stagedAt } from './receive-bytes.ts'

export interface FolderVersionsParts {
  readonly folder: Folder
  readonly nodes: FolderNodes
  readonly changes: FolderChanges
  readonly changed: () => void
}

interface Kept {
  readonly version: Version
  readonly revision: Revision
}

export class FolderVersions implements SpaceVersions {
  readonly #parts: FolderVersionsParts

  constructor(parts: FolderVersionsParts) {
    this.#parts = parts
  }

  async list(file: NodeId): Promise<readonly Version[]> {
    return (await this.#kept(file)).map(({ version }) => version)
  }

  async *read(file: NodeId, key: string, from: number): AsyncGenerator<Uint8Array> {
    const kept = (await this.#kept(file)).find(({ version }) => version.key === key)
    if (kept === undefined) throw new SyncError('missing', 'This version is not kept any more.')
    yield* this.#parts.folder.revisions.read(kept.revision, from)
  }

  async restore(file: NodeId, key: string): Promise<Changed> {
    const row = this.#row(file)
    const kept = (await this.#kept(file)).find(({ version }) => version.key === key)
    if (row === undefined || kept === undefined) return refuse('missing', row?.path ?? '')
    const { revisions, tree, world } = this.#parts.folder
    const id = randomHex(world.random, 12)
    await revisions.take(kept.revision, `${STAGING}/${id}`)
    const giveBack = () => revisions.adopt(`${STAGING}/${id}`, kept.revision.path, 'replaced')
    try {
      const { size, content } = await stagedAt(tree, id)
      if (content === undefined) throw new SyncError('io', 'The disk did not tell what it has stored.')
      const received = { id, size, content, sums: [] }
      const when = [this.#parts.nodes.nodeOf(row).etag]
      const changed = await this.#parts.changes.put({ at: row.path, received, mtimeNs: kept.revision.mtimeNs, when })
      if (changed.as === 'refused') await giveBack()
      else this.#parts.changed()
      return changed
    } catch (error) {
      await giveBack()
      throw error
    }
  }

  #row(file: NodeId): FileRow | undefined {
    const row = this.#parts.nodes.rowById(file)
    return row !== undefined && isFile(row) ? row : undefined
  }

  /** Newest first. */
  async #kept(file: NodeId): Promise<readonly Kept[]> {
    const row = this.#row(file)
    if (row === undefined) return []
    const revisions: Revision[] = []
    for (const { path, from, until } of this.#stays(row)) {
      for await (const revision of this.#parts.folder.revisions.list(path, { why: 'deleted' })) {
        const isIts = revision.path === path && revision.kind === 'file'
        if (isIts && revision.keptAt > from && revision.keptAt <= until) revisions.push(revision)
      }
    }
    return withKeys(revisions.sort((a, b) => a.keptAt - b.keptAt)).reverse()
  }

  /** Where the file was, and when: itself moved, or a directory above it with it. */
  #stays(row: FileRow): readonly { readonly path: Path; readonly from: number; readonly until: number }[] {
    const { index } = this.#parts.folder
    const former: FormerPath[] = [...index.formerPaths(row.node)]
    for (const above of ancestorsOf(row.path)) {
      const directory = index.row(above)
      if (directory === undefined) continue
      for (const { path, until } of index.formerPaths(directory.node)) {
        former.push({ path: `${path}${row.path.slice(above.length)}` as Path, until })
      }
    }
    former.sort((a, b) => a.until - b.until)
    const stays = former.map(({ path, until }, i) => ({ path, from: former[i - 1]?.until ?? 0, until }))
    return [...stays, { path: row.path, from: former.at(-1)?.until ?? 0, until: Number.POSITIVE_INFINITY }]
  }
}

/** The second in which a version was replaced, or the next that is free: one that is newer changes no key. */
function withKeys(oldestFirst: readonly Revision[]): Kept[] {
  let last = 0
  return oldestFirst.map(revision => {
    last = Math.max(last + 1, Math.floor(revision.keptAt / 1000))
    const mtimeMs = Number(revision.mtimeNs / 1_000_000n)
    return { revision, version: { key: String(last), size: revision.size, mtimeMs } }
  })
}
