// Brings back what a run deleted or replaced. What is in its place now goes to the trash first.
import { SyncError } from '../model/errors.ts'
import { ancestorsOf, type Path } from '../model/path.ts'
import { codeOf, type Tree } from '../platform/tree.ts'
import type { Revision, Revisions } from '../revisions/revisions.ts'

export interface RestoreParts {
  readonly tree: Tree
  readonly revisions: Revisions
}

export interface RestoredFile {
  readonly revision: Revision
  /** What was there instead went to the trash. */
  readonly replaced: 'nothing' | 'kept'
}

/**
 * The wanted version of a file; where `path` has none, those of the files below it that are missing now. `at` (milliseconds since
 * 1970): as it was then. Each is told as soon as it is back; none is told when nothing was kept. The index learns of it by a scan.
 */
export async function* restorePath(
  path: Path,
  at: number | undefined,
  parts: RestoreParts,
): AsyncGenerator<RestoredFile> {
  const revision = await parts.revisions.find(path, at)
  const wanted = revision === undefined ? await missingBelow(path, at, parts) : [revision]
  for (const one of wanted) yield await restoreRevision(one, parts)
}

/** A file that is written while this goes on is not overwritten: then the copy fails, and nothing is lost. */
export async function restoreRevision(
  revision: Revision,
  { tree, revisions }: RestoreParts,
  path: Path = revision.path,
): Promise<RestoredFile> {
  await makeParents(tree, path)
  const there = await tree.stat(path)
  if (there?.kind === 'directory' || there?.kind === 'other')
    throw new SyncError('changed', `${path} is a directory now. Move it away to restore the file that was there.`, {
      path,
    })
  const kept = there === undefined ? undefined : await revisions.keep(path, 'replaced')
  try {
    await revisions.copy(revision, path)
  } catch (error) {
    // What was there returns, unless something new has come: then it stays in the trash, from where it can be restored.
    if (kept !== undefined) await revisions.take(kept, path).catch(() => undefined)
    throw error
  }
  await tree.flush()
  return { revision, replaced: kept === undefined ? 'nothing' : 'kept' }
}

/** Of what was below a directory: the wanted version of each path that is not there now. */
async function missingBelow(
  path: Path,
  at: number | undefined,
  { tree, revisions }: RestoreParts,
): Promise<readonly Revision[]> {
  const wanted = new Map<Path, Revision>()
  const paths = new Set<Path>()
  for await (const revision of revisions.list(path)) paths.add(revision.path)
  for (const below of paths) {
    const revision = await revisions.find(below, at)
    if (revision !== undefined && !(await isThere(tree, below))) wanted.set(below, revision)
  }
  return [...wanted.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function makeParents(tree: Tree, path: Path): Promise<void> {
  for (const place of [...ancestorsOf(path)].reverse()) {
    try {
      await tree.makeDirectory(place)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

export async function isThere(tree: Tree, path: Path): Promise<boolean> {
  const stat = await tree.stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
  return stat !== undefined
}
