// Puts older versions back in place. What is there goes to the trash, so that this can be undone as well.
import type { PastRestore, PastRestored } from '../../api/shapes/history.ts'
import { asSyncError } from '../../model/errors.ts'
import { isWithin, type Path, type Place } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Revision } from '../../revisions/revisions.ts'
import type { Space } from '../../store/space.ts'
import { restoreRevision } from '../../sync/restore.ts'
import { BY_API } from '../folders/folder-past.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { madeOf } from './content-service.ts'
import { type Difference, differencesSince } from './past-state.ts'

export interface GoingBack {
  readonly session: FolderSession
  readonly space: Space
  readonly world: World
}

/** Files that share a time in the trash, see there: what is moved in now may bear a time this much earlier. */
const TRASH_TIME_MS = 1000
/** Files put back before the index learns of them. */
const GROUP = 200

export async function restoreVersion(kept: Revision, to: Path, going: GoingBack, signal: AbortSignal): Promise<void> {
  await putBack(kept, to, going)
  await learn([to], going, signal)
}

/** Each where it was. */
export async function restoreVersions(all: readonly Revision[], going: GoingBack, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < all.length; at += GROUP) {
    const group = all.slice(at, at + GROUP)
    for (const kept of group) {
      signal.throwIfAborted()
      await putBack(kept, kept.path, going)
    }
    await learn(
      group.map(({ path }) => path),
      going,
      signal,
    )
  }
}

export async function restorePast(
  { at, place = '', newer = 'keep', paths }: PastRestore,
  going: GoingBack,
  signal: AbortSignal,
): Promise<PastRestored> {
  const { session, world } = going
  const undoAt = Math.floor(world.clock.now()) - TRASH_TIME_MS - 1
  const parts = { past: session.past, index: session.local.files.index }
  const wanted = paths === undefined ? undefined : new Set<string>(paths)
  const failed: PastRestored['failed'][number][] = []
  const counts = { 'bring-back': 0, replace: 0, remove: 0, 'move-back': 0 }
  let put: Path[] = []
  // Collected first: what is done changes what is found.
  const due: Difference[] = []
  for await (const each of differencesSince(at, place as Place, parts, signal))
    if (isWanted(each, wanted) && (each.change !== 'remove' || newer === 'trash')) due.push(each)
  for (const each of due) {
    signal.throwIfAborted()
    try {
      await carryOut(each, going, signal)
      counts[each.change] += 1
      if (each.kept !== undefined) put.push(each.path)
    } catch (error) {
      signal.throwIfAborted()
      const { code, message } = asSyncError(error, each.path)
      failed.push({ path: each.path, code, message })
    }
    if (put.length < GROUP) continue
    await learn(put, going, signal)
    put = []
  }
  await learn(put, going, signal)
  const [broughtBack, replaced, removed, movedBack] = Object.values(counts) as [number, number, number, number]
  return { broughtBack, replaced, removed, movedBack, failed, undoAt }
}

function isWanted({ path }: Difference, wanted: ReadonlySet<string> | undefined): boolean {
  return wanted === undefined || wanted.has(path)
}

async function carryOut({ path, change, from, kept }: Difference, going: GoingBack, signal: AbortSignal) {
  const { space, session } = going
  if (kept !== undefined) return putBack(kept, path, going)
  if (change === 'move-back')
    madeOf(
      from as Path,
      await space.change({ do: 'move', from: path, to: from as Path, overwrite: 'keep', when: 'present' }, signal),
    )
  else {
    const gone = await space.change({ do: 'trash', at: path, when: 'present' }, signal)
    if (gone.as === 'refused') madeOf(path, gone)
  }
  session.past.claim((from ?? path) as Path, BY_API)
}

function putBack(kept: Revision, to: Path, { session }: GoingBack): Promise<unknown> {
  const { folder, files } = session.local
  const restoring = { tree: files.tree, revisions: folder.revisions }
  return folder.home.alone([to], () => restoreRevision(kept, restoring, to))
}

/** What was put on disk becomes rows, and so news for the remotes. */
async function learn(paths: readonly Path[], { session }: GoingBack, signal: AbortSignal): Promise<void> {
  if (paths.length === 0) return
  await session.local.folder.scan(topsOf(paths), signal)
  for (const path of paths) session.past.claim(path, BY_API)
  session.onServed()
}

/** Those that no other of them is above. */
function topsOf(paths: readonly Path[]): readonly Path[] {
  return [...paths].sort().filter((path, at, all) => at === 0 || !isWithin(path, all[at - 1] as Path))
}
