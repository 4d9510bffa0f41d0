// An entry of a folder, as the API tells of it, and a directory of them as a list.
import { type Answer, call } from '../../api/call.ts'
import { Listing, type PageQuery } from '../../files/listing.svelte.ts'

type BrowsePage = Answer<'GET /folders/{folder}/browse'>
export type BrowseEntry = BrowsePage['items'][number]
export type EntryState = BrowseEntry['state']

export interface ListingAsked {
  readonly folder: string
  readonly place: string
  readonly sort: 'name' | 'size' | 'time'
  readonly order: 'up' | 'down'
}

export type FolderListing = Listing<BrowseEntry, BrowsePage>

export function folderListing({ folder, ...asked }: ListingAsked): FolderListing {
  const ask = (query: PageQuery, signal: AbortSignal) =>
    call('GET /folders/{folder}/browse', { params: { folder }, query: { ...asked, ...query }, signal })
  return new Listing<BrowseEntry, BrowsePage>(ask)
}
