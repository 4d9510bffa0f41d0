// Takes back one change that somebody made in a folder.
import { ApiError } from '../../api/errors.ts'
import type { Undone } from '../../api/shapes/history.ts'
import type { FolderIndex, Row } from '../../index/folder-index.ts'
import type { Path } from '../../model/path.ts'
import type { LoggedChange } from '../../revisions/change-log.ts'
import type { Revision } from '../../revisions/revisions.ts'
import { BY_API } from '../folders/folder-past.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { madeOf } from './content-service.ts'
import { type GoingBack, restoreVersion, restoreVersions } from './go-back.ts'

/** What left together bears one time, to about this much. */
const TOGETHER_MS = 2500
const PAGE = 500

/** Whether an older version is kept, or none is needed, and nothing else has happened there since. */
export function canUndo(change: LoggedChange, session: FolderSession): boolean {
  const { index } = session.local.files
  if (change.what === 'many' || change.path === '') return false
  if (!isAsLeft(change, index)) return false
  if (change.what === 'created') return true
  if (change.what === 'moved') return change.from !== undefined && !isThere(index.row(change.from))
  return change.kind === 'directory' ? change.what === 'deleted' : revisionOf(change, session) !== undefined
}

export async function undoChange(id: number, going: GoingBack, signal: AbortSignal): Promise<Undone> {
  const { session, space } = going
  const change = session.past.log.get(id)
  if (change === undefined) throw new ApiError('not-found', 'That change is not on record any more.')
  await session.past.catalogue.refresh()
  if (!canUndo(change, session)) throw new ApiError('stale', whyNot(change, session))
  const path = change.path as Path
  if (change.what === 'created') {
    const gone = await space.change({ do: 'trash', at: path, when: 'present' }, signal)
    if (gone.as === 'refused') madeOf(path, gone)
    session.past.claim(path, BY_API)
    return { path, did: 'trashed' }
  }
  if (change.what === 'moved') {
    const to = change.from as Path
    madeOf(to, await space.change({ do: 'move', from: path, to, overwrite: 'keep', when: 'present' }, signal))
    session.past.claim(to, BY_API)
    return { path: to, did: 'moved-back' }
  }
  if (change.kind === 'directory') await bringBackDirectory(path, change.at, going, signal)
  else await restoreVersion(revisionOf(change, session) as Revision, path, going, signal)
  return { path, did: 'restored' }
}

/** What left with it comes back, unless something is in its place by now. */
async function bringBackDirectory(path: Path, at: number, going: GoingBack, signal: AbortSignal): Promise<void> {
  const { past, local } = going.session
  const { index } = local.files
  const due: Revision[] = []
  for (let after = ''; ; ) {
    const page = past.catalogue.firstSince(path, at - TOGETHER_MS, after, PAGE)
    for (const each of page) {
      const [last] = past.catalogue.of(each.path, at + TOGETHER_MS, 1)
      if (last !== undefined && !isThere(index.row(each.path))) due.push(last)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    after = last.path
  }
  await restoreVersions(due, going, signal)
  if (!isThere(index.row(path))) madeOf(path, await going.space.change({ do: 'make-directory', at: path }, signal))
}

function whyNot(change: LoggedChange, { local }: FolderSession): string {
  if (change.what === 'many')
    return 'These were too many changes at once: restore the folder as it was at a time instead.'
  if (!isAsLeft(change, local.files.index)) return `'${change.path}' was changed again since. Look at its history.`
  return `What was at '${change.path}' before is not kept.`
}

/** Whether what the change made of its path is still there. */
function isAsLeft({ path, what, kind, content }: LoggedChange, index: FolderIndex): boolean {
  const row = path === '' ? undefined : index.row(path)
  if (what === 'deleted') return !isThere(row)
  if (row === undefined || !isThere(row) || row.state.kind !== kind) return false
  return row.state.kind !== 'file' || row.state.content === content
}

function isThere(row: Row | undefined): boolean {
  return row !== undefined && row.state.kind !== 'deleted'
}

/** What the change took away. What left with its whole directory is found by its time. */
function revisionOf({ revision, path, at }: LoggedChange, { past }: FolderSession): Revision | undefined {
  if (revision !== undefined) return past.catalogue.byId(revision)
  const [kept] = past.catalogue.of(path as Path, at + TOGETHER_MS, 1)
  return kept !== undefined && kept.keptAt > at - TOGETHER_MS ? kept : undefined
}
