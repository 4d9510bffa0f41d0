// Servers on disks that do not tell `a` from `A`: they answer for either name, and list only one. It shows when a new name is taken already.
import { SyncError } from '../../model/errors.ts'
import { nameOf, type Path, parentOf } from '../../model/path.ts'
import { dav } from '../../wire/dav/names.ts'
import { list } from './listing.ts'
import { type Session, segmentsAt } from './session.ts'

const KEY = 'letters'

/** What is known of it so far; most servers do. */
export function tellsLettersApart({ memory }: Session): boolean {
  return memory.get(KEY) !== 'alike'
}

/**
 * Something was found at `path`, which was to be new. Throws `changed` when it is listed under another spelling only: from then on the two
 * names are known to clash, and the next plan says so.
 */
export async function heedSpelling(session: Session, path: Path, signal: AbortSignal): Promise<void> {
  const place = parentOf(path)
  const asked = { at: segmentsAt(session, place), depth: '1', properties: [dav('resourcetype')], place } as const
  const names = (await list(session, asked, signal))?.children.map(([name]) => name) ?? []
  const name = nameOf(path)
  const twin = names.find(each => spelt(each) === spelt(name))
  if (twin === undefined || names.includes(name)) return
  session.memory.set(KEY, 'alike')
  throw new SyncError('changed', `${session.host} does not tell '${name}' from '${twin}', which it has already.`, {
    path,
  })
}

/** The same for names that differ only in their letters' case. */
export const spelt = (name: string): string => name.normalize('NFC').toLowerCase()
