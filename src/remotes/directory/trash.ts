// Takes away what is replaced or removed, and brings it back when it turns out to be something else than what was expected.
import type { Syncable } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import type { Tree } from '../../platform/tree.ts'
import type { JustKept, KeptWhy, Revisions } from '../../revisions/revisions.ts'
import { statAt } from './look.ts'

export interface Kept {
  readonly revision: JustKept
  /** Puts it back, unless something else is in its place by then: then it stays in the trash. */
  putBack(): Promise<void>
}

/** Takes `found` away to the trash. What somebody wrote or moved there after the look is put back: then it is `changed`. */
export async function keepFound(path: Path, found: Syncable, why: KeptWhy, places: Places): Promise<Kept | 'changed'> {
  const kept = await keepIn(places.trash, path, why)
  const isAsFound = isInState(kept.revision, found)
  if (isAsFound && isSameFile(kept.revision, found)) return kept
  await kept.putBack()
  return isAsFound && (await isRenumbered(path, kept, places)) ? keepInState(path, found, why, places) : 'changed'
}

export interface Places {
  readonly tree: Tree
  readonly trash: Revisions
}

/** Some disks give a file another number when it is renamed: there that tells nothing. */
async function isRenumbered(path: Path, { revision }: Kept, { tree }: Places): Promise<boolean> {
  const now = await statAt(tree, path)
  return now !== undefined && now.inode !== revision.inode
}

async function keepInState(path: Path, found: Syncable, why: KeptWhy, { trash }: Places): Promise<Kept | 'changed'> {
  const kept = await keepIn(trash, path, why)
  if (isInState(kept.revision, found)) return kept
  await kept.putBack()
  return 'changed'
}

function isInState({ kind, size, mtimeNs }: JustKept, found: Syncable): boolean {
  return kind === found.kind && (found.kind !== 'file' || (size === found.size && mtimeNs === found.mtimeNs))
}

/** Two files of the same size and time may have changed places. */
function isSameFile({ inode }: JustKept, { id }: Syncable): boolean {
  return id === undefined || id.endsWith(`:${inode}`)
}

/** Moves what is at `path` to the trash. */
async function keepIn(revisions: Revisions, path: Path, why: KeptWhy): Promise<Kept> {
  const revision = await revisions.keep(path, why)
  return { revision, putBack: () => unlessTaken(revisions.take(revision, path)) }
}

async function unlessTaken(puttingBack: Promise<void>): Promise<void> {
  try {
    await puttingBack
  } catch (error) {
    if ((error as { code?: string }).code !== 'changed') throw error
  }
}
