// What is done with the files of a folder. Each tells what it did, and how to take it back.
import { CallFault, call } from '../../api/call.ts'
import { nameOf, parentOf, pathIn } from '../../files/paths.ts'
import { attempt, toasts } from '../../ui/toasts.svelte.ts'
import { words } from '../../words/words.ts'
import type { BrowseEntry } from './browse-entry.ts'

type Chosen = Pick<BrowseEntry, 'path' | 'kind'> & { readonly etag?: string | undefined }

/** To the trash; with what brings it back from there. */
export async function remove(folder: string, chosen: readonly Chosen[]): Promise<void> {
  const items = chosen.map(({ path, etag }) => ({ path, ...(etag === undefined ? {} : { etag }) }))
  await attempt(async () => {
    const { deleted, failed } = await call('POST /folders/{folder}/content/delete', {
      params: { folder },
      body: { items },
    })
    const [first] = failed
    if (first !== undefined) toasts.add(words.files.removeFailed(failed.length, first.message), 'bad')
    if (deleted.length === 0) return
    const gone = chosen.filter(({ path }) => deleted.includes(path))
    toasts.add(words.files.removed(deleted.length, nameOf(deleted[0] ?? '')), 'good', {
      label: words.files.undo,
      act: () => void attempt(() => bringBack(folder, gone), words.files.broughtBack),
    })
  })
}

async function bringBack(folder: string, gone: readonly Chosen[]): Promise<void> {
  for (const { path, kind } of gone) {
    try {
      await call('POST /folders/{folder}/trash/restore', { params: { folder }, body: { path } })
    } catch (error) {
      // Of a directory without files nothing is in the trash.
      if (kind !== 'directory' || !(error instanceof CallFault)) throw error
      await makeDirectory(folder, path)
    }
  }
}

export async function makeDirectory(folder: string, path: string): Promise<void> {
  await call('POST /folders/{folder}/content/directory', { params: { folder }, body: { path } })
}

/** Within its directory. Throws what refused it. */
export async function rename(folder: string, { path, etag }: Chosen, name: string): Promise<string> {
  const to = pathIn(parentOf(path), name)
  const params = { folder }
  await call('POST /folders/{folder}/content/move', {
    params,
    body: { from: path, to, ...(etag === undefined ? {} : { etag }) },
  })
  toasts.add(words.files.renamed(name), 'good', {
    label: words.files.undo,
    act: () =>
      void attempt(() => call('POST /folders/{folder}/content/move', { params, body: { from: to, to: path } })),
  })
  return to
}
