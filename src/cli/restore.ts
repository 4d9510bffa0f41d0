// `syncline restore FOLDER PATH`: brings back what a run deleted or replaced. What is in its place now goes to the trash first.

import { openKnownFolder } from '../assemble/open-folder.ts'
import { SyncError } from '../model/errors.ts'
import { ancestorsOf, type Path } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { codeOf, type Tree } from '../platform/tree.ts'
import type { Revision, Revisions } from '../revisions/revisions.ts'
import { openTrash } from '../revisions/trash.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'
import { counted, shown, shownTime } from './show.ts'

export interface RestoreOptions {
  /** Milliseconds since 1970. */
  readonly at?: number
}

/** Returns 1 when nothing was kept that could be brought back. */
export async function restoreCommand(
  folder: string,
  text: string,
  { at }: RestoreOptions,
  { out }: Streams,
): Promise<number> {
  const path = parsePathIn(folder, text)
  const files = await openKnownFolder(folder, 'write')
  try {
    const { tree } = files
    const { clock, random } = nodeWorld({ log: () => {} })
    const trash = openTrash({ tree, clock, random })
    const revision = await trash.find(path, at)
    if (revision !== undefined) {
      out.write(`${await restoreOne(revision, tree, trash)}\n`)
      return EXIT.equal
    }
    const missing = await missingBelow(path, at, tree, trash)
    for (const one of missing) out.write(`${await restoreOne(one, tree, trash)}\n`)
    if (missing.length > 0) out.write(`${counted(missing.length, 'file')} restored.\n`)
    else out.write(`${await nothingKept(path, at, tree)}\n`)
    return missing.length > 0 ? EXIT.equal : EXIT.unsynced
  } finally {
    await files.close()
  }
}

/** Of what was below a directory: the wanted version of each path that is not there now. */
async function missingBelow(
  path: Path,
  at: number | undefined,
  tree: Tree,
  trash: Revisions,
): Promise<readonly Revision[]> {
  const wanted = new Map<Path, Revision>()
  const paths = new Set<Path>()
  for await (const revision of trash.list(path)) paths.add(revision.path)
  for (const below of paths) {
    const revision = await trash.find(below, at)
    if (revision !== undefined && (await statOf(tree, below)) === undefined) wanted.set(below, revision)
  }
  return [...wanted.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Returns what to tell. A file that is written while this goes on is not overwritten: then the copy fails, and nothing is lost. */
async function restoreOne(revision: Revision, tree: Tree, trash: Revisions): Promise<string> {
  const { path } = revision
  await makeParents(tree, path)
  const there = await tree.stat(path)
  if (there?.kind === 'directory' || there?.kind === 'other')
    throw new SyncError('changed', `${path} is a directory now. Move it away to restore the file that was there.`, {
      path,
    })
  const kept = there === undefined ? undefined : await trash.keep(path, 'replaced')
  try {
    await trash.copy(revision, path)
  } catch (error) {
    // What was there returns, unless something new has come: then it stays in the trash, from where it can be restored.
    if (kept !== undefined) await trash.take(kept, path).catch(() => undefined)
    throw error
  }
  await tree.flush()
  const was = `as it was until ${shownTime(revision.keptAt)}`
  return `${shown(path)} is back ${was}.${kept === undefined ? '' : ' The version that was there now is in the trash.'}`
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

async function statOf(tree: Tree, path: Path) {
  return tree.stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
}

async function nothingKept(path: Path, at: number | undefined, tree: Tree): Promise<string> {
  const isThere = (await statOf(tree, path)) !== undefined
  if (at === undefined) return `No version of ${shown(path)} is in the trash.`
  return isThere
    ? `Nothing of ${shown(path)} went to the trash after ${shownTime(at)}: the version of then may be the one that is there.`
    : `No version of ${shown(path)} that was in place at ${shownTime(at)} is in the trash.`
}
