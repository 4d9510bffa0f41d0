// A page of a directory in an account's own tree, and what the account may do with each entry.
import { ApiError } from '../../api/errors.ts'
import type { BrowseQuery } from '../../api/file-services.ts'
import type { OwnEntry, OwnPage, OwnRight } from '../../api/shapes/own.ts'
import { nameOf, type Path, type Place, pathIn } from '../../model/path.ts'
import type { Space, SpaceNode } from '../../store/space.ts'
import { listingPage } from './listing-page.ts'
import type { SpaceListings } from './space-listings.ts'

export interface OwnPageAsked {
  readonly place: Place
  readonly query: BrowseQuery
  /** The account. */
  readonly of: string
  readonly space: Space
}

/** Throws `not-found`. */
export async function ownPage(
  { place, query, of, space }: OwnPageAsked,
  listings: SpaceListings,
  signal: AbortSignal,
): Promise<OwnPage> {
  const directory = await space.find(place)
  if (directory?.kind !== 'directory') throw new ApiError('not-found', `There is no directory '${place}'.`)
  const listing = await listings.of({ of, space, directory, ...query }, signal)
  const { names, ...rest } = listingPage(listing, query)
  const items: OwnEntry[] = []
  for (const name of names) {
    signal.throwIfAborted()
    const path = pathIn(place, name)
    const node = await space.find(path)
    // What went in this instant is missing from the page.
    if (node !== undefined) items.push(entryOf(path, node))
  }
  return { place, items, ...rest, sizeBytes: directory.size, rights: rightsOn(directory) }
}

function entryOf(path: Path, node: SpaceNode): OwnEntry {
  return {
    ...{ name: nameOf(path), path, kind: node.kind, sizeBytes: node.size, mtimeMs: node.mtimeMs, etag: node.etag },
    rights: rightsOn(node),
    isGranted: node.place === 'mount',
  }
}

/** Where nothing is said, everything. */
export function rightsOn({ kind, rights, path }: SpaceNode): readonly OwnRight[] {
  const all: readonly OwnRight[] =
    kind === 'file' ? ['write', 'remove', 'rename'] : path === '' ? ['add'] : ['remove', 'rename', 'add']
  if (rights === undefined) return all
  const given = { write: rights.write, remove: rights.remove, rename: rights.rename, add: rights.addFiles }
  return all.filter(right => given[right])
}
