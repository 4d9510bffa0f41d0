// Reads the trash: which batches there are and what is in them. The directories are the truth, there is no other record.
import { comparePaths, faultOfName, isWithin, type Path, type Place, pathIn } from '../model/path.ts'
import { isMissing, type Listed, type Stat, type Tree } from '../platform/tree.ts'
import { type Batch, parseBatch, pathInBatch, TRASH } from './batch.ts'
import type { Revision } from './revisions.ts'

/** All batches, newest first. What is not ours is left out. */
export async function listBatches(tree: Tree): Promise<readonly Batch[]> {
  const listed = await listOf(tree, TRASH)
  const batches = listed.filter(({ stat }) => stat?.kind === 'directory').flatMap(({ name }) => parseBatch(name) ?? [])
  return batches.sort((a, b) => b.keptAt - a.keptAt || (a.name < b.name ? 1 : -1))
}

/** Revisions in one batch at `below` or below it, in path order. */
export async function* walkBatch(tree: Tree, batch: Batch, below: Place = ''): AsyncGenerator<Revision> {
  if (below !== '') {
    const stat = await statOf(tree, pathInBatch(batch, below))
    if (stat === undefined) return
    if (stat.kind !== 'directory') return yield* onlyRevision(batch, below, stat)
  }
  yield* walkPlace(tree, batch, below)
}

async function* walkPlace(tree: Tree, batch: Batch, place: Place): AsyncGenerator<Revision> {
  const listed = await listOf(tree, pathInBatch(batch, place))
  const named = listed.filter(({ name }) => faultOfName(name) === undefined)
  const entries = named.map(({ name, stat }) => ({ path: pathIn(place, name), stat }))
  for (const { path, stat } of entries.sort((a, b) => comparePaths(a.path, b.path))) {
    if (stat?.kind === 'directory') yield* walkPlace(tree, batch, path)
    else if (stat !== undefined) yield* onlyRevision(batch, path, stat)
  }
}

function* onlyRevision(batch: Batch, path: Path, stat: Stat): Generator<Revision> {
  if (stat.kind === 'file' || stat.kind === 'symlink') yield revisionOf(batch, path, stat)
}

/** The revision of exactly `path` in a batch. */
export async function lookInBatch(tree: Tree, batch: Batch, path: Path): Promise<Revision | undefined> {
  const stat = await statOf(tree, pathInBatch(batch, path))
  return stat === undefined ? undefined : onlyRevision(batch, path, stat).next().value || undefined
}

export function revisionOf({ name, why, keptAt }: Batch, path: Path, stat: Stat): Revision {
  const kind = stat.kind === 'symlink' ? 'symlink' : 'file'
  return { id: `${name}/${path}`, path, why, keptAt, kind, size: stat.size, mtimeNs: stat.mtimeNs }
}

/** Where in the tree a revision lies; undefined for an id that this trash never gave. */
export function locationOf({ id, path }: Revision): { readonly batch: Batch; readonly at: string } | undefined {
  const batch = parseBatch(id.slice(0, Math.max(0, id.indexOf('/'))))
  if (batch === undefined || id !== `${batch.name}/${path}` || !isWithin(path, '')) return undefined
  return { batch, at: pathInBatch(batch, path) }
}

/** What was swept away meanwhile holds nothing. */
async function listOf(tree: Tree, path: string): Promise<readonly Listed[]> {
  try {
    return await tree.list(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** A file where a directory of the path would be means: not here. */
async function statOf(tree: Tree, path: string): Promise<Stat | undefined> {
  try {
    return await tree.stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
