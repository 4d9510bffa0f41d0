// Removes blobs that nobody needs.
import type { ContentId } from '../../model/content.ts'
import { isMissing, type Listed, type Tree } from '../../platform/tree.ts'
import { BLOBS, idOf } from './blob-place.ts'
import type { Packs } from './packs.ts'
import type { Recent } from './recent.ts'

export interface Sweeping {
  readonly tree: Tree
  readonly recent: Recent
  readonly isLive: (id: ContentId) => Promise<boolean>
  readonly graceMs: number
  /** Told after a blob was removed. */
  readonly onRemoval: (id: ContentId) => void
}

export async function sweepBlobs(sweeping: Sweeping, signal: AbortSignal): Promise<number> {
  let count = 0
  for (const { name } of await listIfThere(sweeping.tree, BLOBS)) {
    const place = `${BLOBS}/${name}`
    signal.throwIfAborted()
    for (const listed of await listIfThere(sweeping.tree, place)) {
      if (await removeUnneeded(sweeping, place, listed)) count += 1
    }
    // The others' turn: a large store takes a while.
    await new Promise(resolve => setImmediate(resolve))
  }
  return count
}

/** The same for those in packs. */
export function sweepPacks(
  packs: Packs,
  { tree, recent, isLive, graceMs, onRemoval }: Sweeping,
  signal: AbortSignal,
): Promise<number> {
  const isYoung = (touchedMs: number | undefined) => touchedMs === undefined || recent.isLately(touchedMs, graceMs)
  const removeIfUnwanted = async (id: ContentId, touchedMs: number, remove: () => Promise<void>) => {
    if (isYoung(touchedMs) || (await isLive(id))) return false
    // Once more: somebody may have put it again while its rows were looked for.
    if (isYoung(packs.touchedAt(id)) || recent.isInUse(id)) return false
    await recent.removing(id, remove)
    onRemoval(id)
    return true
  }
  return packs.sweep(removeIfUnwanted, () => tree.flush(), signal)
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
  { tree, recent, isLive, graceMs, onRemoval }: Sweeping,
  place: string,
  listed: Listed,
): Promise<boolean> {
  const id = idOf(listed.name)
  const path = `${place}/${listed.name}`
  if (id === undefined || recent.isYoung(listed.stat, graceMs)) return false
  if (await isLive(id)) return false
  // Once more: somebody may have put it again while its rows were looked for.
  const stat = await tree.stat(path)
  if (recent.isYoung(stat, graceMs) || recent.isInUse(id)) return false
  await recent.removing(id, () => tree.removeFile(path))
  onRemoval(id)
  return true
}
