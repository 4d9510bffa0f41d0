// Removes blobs that nobody needs.
import type { ContentId } from '../../model/content.ts'
import { isMissing, type Listed, type Tree } from '../../platform/tree.ts'
import { BLOBS, idOf } from './blob-place.ts'
import type { Recent } from './recent.ts'

export interface Sweeping {
  readonly tree: Tree
  readonly recent: Recent
  readonly isLive: (id: ContentId) => Promise<boolean>
  readonly graceMs: number
}

export async function sweepBlobs(sweeping: Sweeping, signal: AbortSignal): Promise<number> {
  sweeping.recent.trim(sweeping.graceMs)
  let count = 0
  for await (const place of placesIn(sweeping.tree, BLOBS, 2)) {
    signal.throwIfAborted()
    for (const listed of await listIfThere(sweeping.tree, place)) {
      if (await removeUnneeded(sweeping, place, listed)) count += 1
    }
  }
  return count
}

/** The directories so many levels below `place`. */
async function* placesIn(tree: Tree, place: string, levels: number): AsyncGenerator<string> {
  if (levels === 0) {
    yield place
    return
  }
  for (const { name, stat } of await listIfThere(tree, place)) {
    if (stat?.kind === 'directory') yield* placesIn(tree, `${place}/${name}`, levels - 1)
  }
}

async function listIfThere(tree: Tree, place: string): Promise<readonly Listed[]> {
  try {
    return await tree.list(place)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

async function removeUnneeded(
  { tree, recent, isLive, graceMs }: Sweeping,
  place: string,
  { name, stat }: Listed,
): Promise<boolean> {
  const id = idOf(name)
  if (id === undefined || stat === undefined) return false
  // A clock that jumped makes a blob look old or young: young ones stay, whichever way.
  if (Math.abs(recent.now - Number(stat.mtimeNs / 1_000_000n)) < graceMs) return false
  if (recent.has(id, graceMs) || (await isLive(id))) return false
  // Once more: somebody may have put it again while its rows were looked for.
  if (recent.has(id, graceMs)) return false
  await recent.removing(id, () => tree.removeFile(`${place}/${name}`))
  return true
}
