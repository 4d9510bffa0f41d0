// Looking around in folders: what is in a directory, and where a name is.
import { setImmediate } from 'node:timers/promises'
import { ApiError } from '../../api/errors.ts'
import type { BrowseQuery, BrowseService, SearchQuery } from '../../api/file-services.ts'
import type { BrowseEntry, BrowsePage, FoundPage } from '../../api/shapes/browse.ts'
import type { FolderIndex, Row } from '../../index/folder-index.ts'
import { nameOf, type Path, type Place, pathIn, ROOT } from '../../model/path.ts'
import { originOfCopy } from '../../sync/copy-origin.ts'
import { etagOfRow } from '../../sync/folder-nodes.ts'
import { stateOfRow } from '../folders/entry-states.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { listingPage } from '../listings/listing-page.ts'
import { type ListingNow, Listings } from '../listings/listings.ts'
import { type ServiceParts, sessionOf } from './service-parts.ts'

/** Rows looked at in one go, and for one page: a search that finds little ends, and says where it was. */
const WINDOW = 5000
const MOST_EXAMINED = 250_000

export function browseService(parts: ServiceParts): BrowseService {
  const listings = new WeakMap<FolderSession, Listings>()
  const listingsOf = (session: FolderSession): Listings => {
    const known = listings.get(session)
    if (known !== undefined) return known
    const made = new Listings(session.local.files.index, () => parts.world.clock.now())
    listings.set(session, made)
    return made
  }
  return {
    list: async (folder, place, query, signal) => {
      const session = sessionOf(parts, folder)
      const { index } = session.local.files
      if (place !== ROOT && index.row(place as Path)?.state.kind !== 'directory')
        throw new ApiError('not-found', `There is no directory '${place}' in the folder.`)
      index.keepAggregates()
      if (!session.past.catalogue.isFilled) await session.past.catalogue.refresh()
      return page(await listingsOf(session).of({ ...query, place }, signal), { place, query, session })
    },
    search: (folder, query, signal) => search(sessionOf(parts, folder), query, signal),
  }
}

// --- a directory -------------------------------------------------------------------------------------------------------------

interface Shown {
  readonly place: Place
  readonly query: BrowseQuery
  readonly session: FolderSession
}

function page({ listing, againInMs }: ListingNow, { place, query, session }: Shown): BrowsePage {
  const sizeBytes = session.local.files.index.aggregate(place)?.size
  const { names, ...rest } = listingPage(listing, query)
  return {
    place,
    items: entriesOf(
      names.map(name => pathIn(place, name)),
      session,
    ),
    ...rest,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(againInMs === undefined ? {} : { againInMs }),
  }
}

// --- anywhere ----------------------------------------------------------------------------------------------------------------

async function search(session: FolderSession, query: SearchQuery, signal: AbortSignal): Promise<FoundPage> {
  const { index } = session.local.files
  const paths: Path[] = []
  let examined = 0
  let after = query.after as Path | undefined
  do {
    signal.throwIfAborted()
    const { found, next } = index.namesHolding(query.text, query.place, after, WINDOW, query.limit - paths.length)
    paths.push(...found.map(({ path }) => path))
    examined += WINDOW
    after = next
    await setImmediate(undefined, { signal })
  } while (after !== undefined && paths.length < query.limit && examined < MOST_EXAMINED)
  return { items: entriesOf(paths, session), examined, ...(after === undefined ? {} : { next: after }) }
}

// --- entries -----------------------------------------------------------------------------------------------------------------

/** Those that are still there, in the order of `paths`. */
function entriesOf(paths: readonly Path[], session: FolderSession): BrowseEntry[] {
  const { index } = session.local.files
  const rows = index.rowsAt(paths)
  const { catalogue } = session.past
  const versions = catalogue.isFilled ? catalogue.counts(paths) : undefined
  const conflicts = conflictsByOrigin(index, rows)
  return paths.flatMap(path => {
    const row = rows.get(path)
    if (row === undefined || row.state.kind === 'deleted') return []
    return [entryOf(row, session, { conflicts: conflicts.get(path), versions: versions?.get(path) })]
  })
}

interface Counted {
  readonly conflicts: number | undefined
  readonly versions: number | undefined
}

function entryOf(row: Row, session: FolderSession, { conflicts, versions }: Counted): BrowseEntry {
  const { state, path } = row
  const sizeBytes = sizeOf(row, session.local.files.index)
  const etag = etagOfRow(row)
  return {
    name: nameOf(path),
    path,
    kind: state.kind === 'deleted' ? 'blocked' : state.kind,
    isConflictCopy: originOfCopy(path) !== undefined,
    ...stateOfRow(row, session),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(etag === undefined ? {} : { etag }),
    ...(state.kind === 'file' ? { mtimeMs: Number(state.mtimeNs / 1000n) / 1000 } : {}),
    ...(state.kind === 'symlink' ? { target: state.target } : {}),
    ...(conflicts === undefined ? {} : { conflicts }),
    ...(versions === undefined || state.kind === 'directory' ? {} : { versions }),
  }
}

function sizeOf({ state, path }: Row, index: FolderIndex): number | undefined {
  if (state.kind === 'file') return state.size
  return state.kind === 'directory' ? index.aggregate(path)?.size : undefined
}

function conflictsByOrigin(index: FolderIndex, among: ReadonlyMap<Path, unknown>): ReadonlyMap<Path, number> {
  const counts = new Map<Path, number>()
  for (const { origin, path } of index.conflicts()) {
    if (!among.has(origin)) continue
    const kind = index.row(path)?.state.kind
    if (kind !== undefined && kind !== 'deleted') counts.set(origin, (counts.get(origin) ?? 0) + 1)
  }
  return counts
}
