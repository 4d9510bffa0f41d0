// Asks about one path, now.
import type { Entry } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import { entryOfResponse, LISTED } from '../../wire/owncloud/properties.ts'
import { list } from './listing.ts'
import { type Session, segmentsAt } from './session.ts'

/** What is at `path`; undefined only when the server itself says that nothing is. */
export async function look(session: Session, path: Path, signal: AbortSignal): Promise<Entry | undefined> {
  const request = { at: segmentsAt(session, path), depth: '0', properties: LISTED, place: path } as const
  const listing = await list(session, request, signal)
  return listing === undefined ? undefined : entryOfResponse(listing.self)
}
