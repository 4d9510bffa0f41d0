// Ways back to what was, each with the way back from there.
import { call } from '../../api/call.ts'
import { nameOf } from '../../files/paths.ts'
import { attempt, toasts } from '../../ui/toasts.svelte.ts'
import { words } from '../../words/words.ts'

const texts = words.history

/** A version takes the place of what is at `path`, which goes to the trash. */
export async function restoreVersion(folder: string, path: string, revision: string): Promise<'done' | 'failed'> {
  const params = { folder }
  const name = nameOf(path)
  return attempt(async () => {
    const { current } = await call('GET /folders/{folder}/history', { params, query: { path, limit: 1 } })
    await call('POST /folders/{folder}/history/restore', { params, body: { path, revision } })
    const { versions } = await call('GET /folders/{folder}/history', { params, query: { path, limit: 1 } })
    // What was there is the newest version now.
    const replaced = current === undefined ? undefined : versions[0]?.revision
    const undo = () =>
      replaced === undefined
        ? call('POST /folders/{folder}/content/delete', { params, body: { items: [{ path }] } })
        : call('POST /folders/{folder}/history/restore', { params, body: { path, revision: replaced } })
    toasts.add(texts.file.restored(name), 'good', {
      label: words.files.undo,
      act: () => void attempt(undo, texts.file.undone(name)),
    })
  })
}

export interface Past {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly place: string
  readonly newer: 'keep' | 'trash'
}

/** `place` becomes what it was. */
export async function restorePast(folder: string, { at, place, newer }: Past): Promise<'done' | 'failed'> {
  const params = { folder }
  return attempt(async () => {
    const body = { at, place, newer }
    const made = await call('POST /folders/{folder}/history/restore-at', { params, body })
    const [first] = made.failed
    if (first !== undefined) toasts.add(texts.past.failed(made.failed.length, first.message), 'bad')
    const count = made.broughtBack + made.replaced + made.removed + made.movedBack
    if (count === 0) return
    const undo = { at: made.undoAt, place, newer: 'trash' } as const
    toasts.add(texts.past.done(count), 'good', {
      label: words.files.undo,
      act: () =>
        void attempt(
          () => call('POST /folders/{folder}/history/restore-at', { params, body: undo }),
          texts.past.undone,
        ),
    })
  })
}

/** One change is taken back. */
export async function undoChange(folder: string, change: number): Promise<'done' | 'failed'> {
  return attempt(async () => {
    const { path, did } = await call('POST /folders/{folder}/changes/undo', { params: { folder }, body: { change } })
    toasts.add(texts.changes.undid[did](nameOf(path)))
  })
}
