// Addresses of a folder's pages: where somebody is in it, and what is chosen there, stand in the address.
import { router } from '../../router.svelte.ts'

export interface Where {
  /** The directory that is looked at; '' is the folder itself. */
  readonly place?: string | undefined
  /** What is chosen, and shown at the side. */
  readonly path?: string | undefined
  /** What is searched for below `place`. */
  readonly find?: string | undefined
  readonly sort?: string | undefined
  readonly order?: string | undefined
}

export type FolderPage = 'files' | 'history' | 'trash' | 'rules' | 'selection'

export function folderAddress(folder: string, page: FolderPage = 'files', where: Where = {}): string {
  const path = `/folders/${encodeURIComponent(folder)}${page === 'files' ? '' : `/${page}`}`
  const given = Object.entries(where).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as [string, string][])}`
}

/** Where the address is now. */
export function whereNow(): Required<{ [Key in keyof Where]: string }> {
  const read = (name: string) => router.query.get(name) ?? ''
  return { place: read('place'), path: read('path'), find: read('find'), sort: read('sort'), order: read('order') }
}
