// The trash of a folder: `.syncline/trash/<when and why>/<old path>`, plain files that any file manager can read.
import { asSyncError, SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY, type Path, type Place } from '../model/path.ts'
import { codeOf, isMissing, type Stat, type Tree } from '../platform/tree.ts'
import { type Clock, type Random, randomHex } from '../platform/world.ts'
import { type Batch, parseBatch, pathInBatch } from './batch.ts'
import { Keeper } from './keeper.ts'
import type { JustKept, KeptTree, KeptWhy, ListWithout, Revision, Revisions, SweepLimits, Swept } from './revisions.ts'
import { removeAll, removeEmpty, sweepTrash } from './sweep.ts'
import { trashFault } from './trash-fault.ts'
import { listBatches, locationOf, lookInBatch, walkBatch } from './trash-walk.ts'

export interface TrashOptions {
  readonly tree: Tree
  readonly clock: Clock
  readonly random: Random
}

/** Opens the trash of the folder whose tree this is. Costs nothing until something is kept. */
export function openTrash(options: TrashOptions): Revisions {
  return new Trash(options)
}

const STAGING = `${OWN_DIRECTORY}/staging`

class Trash implements Revisions {
  readonly #tree: Tree
  readonly #clock: Clock
  readonly #random: Random
  readonly #keeper: Keeper

  constructor(options: TrashOptions) {
    this.#tree = options.tree
    this.#clock = options.clock
    this.#random = options.random
    this.#keeper = new Keeper(options)
  }

  keep(path: Path, why: KeptWhy): Promise<JustKept> {
    return this.#take(path, path, why)
  }

  adopt(staged: string, path: Path, why: KeptWhy): Promise<Revision> {
    return this.#take(staged, path, why)
  }

  async #take(staged: string, path: Path, why: KeptWhy): Promise<JustKept> {
    try {
      return await this.#keeper.keep(staged, path, why)
    } catch (error) {
      throw trashFault(error, `${path} cannot be kept in the trash`, path)
    }
  }

  async keepTree(path: Path): Promise<KeptTree> {
    try {
      return await this.#keeper.keepTree(path)
    } catch (error) {
      throw trashFault(error, `${path} cannot be kept in the trash`, path)
    }
  }

  async takeTree(kept: KeptTree, to: string): Promise<void> {
    try {
      await this.#tree.rename(pathInBatch(batchOf(kept), kept.path), to, 'keep')
      await removeAll(this.#tree, pathInBatch(batchOf(kept), ''))
    } catch (error) {
      throw trashFault(error, `What was kept of ${kept.path} cannot be moved to ${to}`, kept.path)
    }
  }

  async holdsTree(kept: KeptTree): Promise<boolean> {
    try {
      return (await this.#tree.stat(pathInBatch(batchOf(kept), kept.path))) !== undefined
    } catch (error) {
      if (isMissing(error)) return false
      throw asSyncError(error, kept.path)
    }
  }

  async removeTree(kept: KeptTree): Promise<void> {
    try {
      await removeAll(this.#tree, pathInBatch(batchOf(kept), ''))
    } catch (error) {
      throw trashFault(error, `What was kept of ${kept.path} cannot be removed`, kept.path)
    }
  }

  async *list(below: Place = '', without: ListWithout = {}): AsyncIterable<Revision> {
    try {
      for (const batch of await listBatches(this.#tree)) {
        if (batch.why !== without.why && without.trees?.has(batch.name) !== true)
          yield* walkBatch(this.#tree, batch, below)
      }
    } catch (error) {
      throw asSyncError(error)
    }
  }

  async find(path: Path, at?: number): Promise<Revision | undefined> {
    try {
      return await (at === undefined ? this.#findNewest(path) : this.#findAt(path, at))
    } catch (error) {
      throw asSyncError(error, path)
    }
  }

  async *read(revision: Revision, from = 0): AsyncIterable<Uint8Array> {
    try {
      yield* this.#tree.read(locate(revision), from, unchanging(revision))
    } catch (error) {
      throw trashFault(error, `The kept version of ${revision.path} cannot be read`, revision.path)
    }
  }

  async copy(revision: Revision, to: string): Promise<void> {
    try {
      if (revision.kind === 'symlink') await this.#tree.makeSymlink(to, await this.#tree.readLink(locate(revision)))
      else await this.#copyFile(revision, to)
    } catch (error) {
      throw trashFault(error, `The kept version of ${revision.path} cannot be copied to ${to}`, revision.path)
    }
  }

  async take(revision: Revision, to: string): Promise<void> {
    try {
      await this.#tree.rename(locate(revision), to, 'keep')
      await this.#pruneAbove(revision)
    } catch (error) {
      throw trashFault(error, `The kept version of ${revision.path} cannot be moved to ${to}`, revision.path)
    }
  }

  async remove(revision: Revision): Promise<void> {
    try {
      await removeAll(this.#tree, locate(revision))
      await this.#pruneAbove(revision)
    } catch (error) {
      throw trashFault(error, `The kept version of ${revision.path} cannot be removed`, revision.path)
    }
  }

  async sweep(limits: SweepLimits): Promise<Swept> {
    const isOpen = (batch: Batch) => this.#keeper.isOpen(batch.name)
    try {
      return await sweepTrash({ tree: this.#tree, now: this.#clock.now(), limits, isOpen })
    } catch (error) {
      throw asSyncError(error)
    }
  }

  async #findNewest(path: Path): Promise<Revision | undefined> {
    for (const batch of await listBatches(this.#tree)) {
      const found = await lookInBatch(this.#tree, batch, path)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** What was in place at a time is what left first after it, unless it was written later still. */
  async #findAt(path: Path, at: number): Promise<Revision | undefined> {
    const later = (await listBatches(this.#tree)).filter(({ keptAt }) => keptAt > at)
    for (const batch of later.reverse()) {
      const found = await lookInBatch(this.#tree, batch, path)
      if (found !== undefined) return wasWrittenAfter(found, at) ? undefined : found
    }
    return undefined
  }

  /** Out of sight first, so that nobody sees half a file. */
  async #copyFile(revision: Revision, to: string): Promise<void> {
    await ensureDirectory(this.#tree, STAGING)
    const staged = `${STAGING}/restore-${randomHex(this.#random, 8)}`
    try {
      await this.#write(revision, staged)
      await this.#tree.rename(staged, to, 'keep')
    } catch (error) {
      if ((await this.#tree.stat(staged)) !== undefined) await this.#tree.removeFile(staged)
      throw error
    }
  }

  async #write(revision: Revision, staged: string): Promise<void> {
    const stat = await this.#tree.stat(locate(revision))
    const writing = await this.#tree.openWrite(staged, 0)
    try {
      for await (const bytes of this.read(revision)) await writing.write(bytes)
    } catch (error) {
      await writing.abandon()
      throw error
    }
    await writing.finish({ mtimeNs: revision.mtimeNs, ...(stat === undefined ? {} : { mode: stat.mode }) })
  }

  async #pruneAbove(revision: Revision): Promise<void> {
    const batch = locationOf(revision)?.batch
    if (batch === undefined || this.#keeper.isOpen(batch.name)) return
    const top = pathInBatch(batch, '')
    for (let at = parentIn(locate(revision)); at.length >= top.length; at = parentIn(at)) {
      if (!(await removeEmpty(this.#tree, at))) return
    }
  }
}

function parentIn(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function batchOf({ id, path }: KeptTree): Batch {
  const batch = parseBatch(id)
  if (batch !== undefined) return batch
  throw new SyncError('missing', `${id} is nothing that this folder keeps.`, { path })
}

function locate(revision: Revision): string {
  const location = locationOf(revision)
  if (location !== undefined) return location.at
  throw new SyncError('missing', `${revision.id} is not a version that this folder keeps.`, { path: revision.path })
}

/** A time of writing later than the keeping is a wrong clock and says nothing. */
function wasWrittenAfter(revision: Revision, at: number): boolean {
  const writtenAt = Number(revision.mtimeNs / 1_000_000n)
  return writtenAt > at && writtenAt <= revision.keptAt
}

/** A check for `Tree.read`: the bytes are those of the revision as it was listed. */
function unchanging({ path, size, mtimeNs }: Revision): (stat: Stat) => void {
  return stat => {
    if (stat.size === size && stat.mtimeNs === mtimeNs) return
    throw new SyncError('changed', `The kept version of ${path} was changed while it was read.`, { path })
  }
}

async function ensureDirectory(tree: Tree, path: string): Promise<void> {
  try {
    await tree.makeDirectory(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
