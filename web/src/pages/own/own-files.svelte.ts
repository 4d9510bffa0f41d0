// Somebody's own files, as the API tells of them, and what is done with them.
import { type Answer, call, urlOf } from '../../api/call.ts'
import { sendFile } from '../../api/send-file.ts'
import { Listing, type PageQuery } from '../../files/listing.svelte.ts'
import type { Ordered } from '../../files/order.ts'
import { nameOf, parentOf, pathIn } from '../../files/paths.ts'
import type { UploadTarget } from '../../files/uploads.svelte.ts'
import { attempt, toasts } from '../../ui/toasts.svelte.ts'
import { words } from '../../words/words.ts'

type OwnPage = Answer<'GET /me/browse'>
export type OwnEntry = OwnPage['items'][number]
export type OwnListing = Listing<OwnEntry, OwnPage>

export function ownListing(asked: Ordered & { readonly place: string }): OwnListing {
  return new Listing<OwnEntry, OwnPage>((query: PageQuery, signal) =>
    call('GET /me/browse', { query: { ...asked, ...query }, signal }),
  )
}

/** Undefined where there is nothing. */
export async function ownEntryAt(path: string, signal?: AbortSignal): Promise<OwnEntry | undefined> {
  const query = { place: parentOf(path), name: nameOf(path), limit: 1 }
  const { items } = await call('GET /me/browse', { query, ...(signal === undefined ? {} : { signal }) })
  return items.find(entry => entry.path === path)
}

export const ownTarget: UploadTarget = {
  send: ({ path, ...rest }) => {
    const url = urlOf('/me/content', {}, { path, mtimeMs: rest.file.lastModified })
    return sendFile<Answer<'PUT /me/content'>>({ url, ...rest })
  },
  makeDirectory: path => call('POST /me/content/directory', { body: { path } }),
  etagAt: async path => (await ownEntryAt(path))?.etag,
}

/** To the trash; with what brings it back from there. */
export async function removeOwn(entries: readonly OwnEntry[], onback: () => void): Promise<void> {
  await attempt(async () => {
    // What is in a directory may have changed since: it goes as it is now.
    const items = entries.map(({ path, kind, etag }) => ({ path, ...(kind === 'file' ? { etag } : {}) }))
    const { deleted, failed } = await call('POST /me/content/delete', { body: { items } })
    const [first] = failed
    if (first !== undefined) toasts.add(words.files.removeFailed(failed.length, first.message), 'bad')
    if (deleted.length === 0) return
    toasts.add(words.files.removed(deleted.length, nameOf(deleted[0] ?? '')), 'good', {
      label: words.files.undo,
      act: () => void attempt(() => bringBack(deleted), words.files.broughtBack).then(onback),
    })
  })
}

const NEWEST = 1000

/** The newest in the trash that was at each of these paths. */
async function bringBack(paths: readonly string[]): Promise<void> {
  const { items } = await call('GET /me/trash', { query: { limit: NEWEST } })
  for (const path of paths) {
    const kept = items.find(each => each.path === path)
    if (kept !== undefined) await call('POST /me/trash/restore', { body: { id: kept.id } })
  }
}

/** Within its directory. Throws what refused it. */
export async function renameOwn({ path, kind, etag }: OwnEntry, name: string): Promise<string> {
  const to = pathIn(parentOf(path), name)
  const as = kind === 'file' ? { etag } : {}
  await call('POST /me/content/move', { body: { from: path, to, ...as } })
  toasts.add(words.files.renamed(name))
  return to
}
