// What becomes of conflicts, and how it is taken back.
import { type Answer, CallFault, call, changeHeaders, faultOf, urlOf } from '../../api/call.ts'
import { nameOf } from '../../files/paths.ts'
import { attempt, toasts } from '../../ui/toasts.svelte.ts'
import { words } from '../../words/words.ts'

export type Conflict = Answer<'GET /folders/{folder}/conflicts'>['conflicts'][number]
export type Keep = 'original' | 'copy' | 'both'

const texts = words.conflicts.settled

/** One, as it was seen: refused when a version is another one by now. */
export async function settle(folder: string, conflict: Conflict, keep: Keep): Promise<'done' | 'failed'> {
  return attempt(async () => {
    const { copy, original, path } = conflict
    const etags = {
      ...(copy.etag === undefined ? {} : { copy: copy.etag }),
      ...(original?.etag === undefined ? {} : { original: original.etag }),
    }
    const { paths } = await call('POST /folders/{folder}/conflicts/resolve', {
      params: { folder },
      body: { path, keep, etags },
    })
    const name = nameOf(keep === 'both' ? (paths[0] ?? path) : (conflict.origin ?? path))
    toasts.add(
      texts[keep](name),
      'good',
      undoing(() => unsettle(folder, conflict, keep, paths[0])),
    )
  })
}

/** The same for all of them. */
export async function settleAll(folder: string, conflicts: readonly Conflict[], keep: Keep): Promise<void> {
  await attempt(async () => {
    const { resolved, failed } = await settleParts(folder, conflicts, keep)
    const [first] = failed
    if (first !== undefined) toasts.add(texts.failed(failed.length, first.message), 'bad')
    if (resolved === 0) return
    const settled = conflicts.filter(({ path }) => !failed.some(each => each.path === path))
    const undo = async () => {
      for (const conflict of settled) await unsettle(folder, conflict, keep, undefined)
    }
    // Which new name belongs to which copy is not told of many.
    toasts.add(texts.many(resolved), 'good', keep === 'both' ? undefined : undoing(undo))
  })
}

/** A request takes so many paths. */
const MOST_PATHS = 500

async function settleParts(folder: string, conflicts: readonly Conflict[], keep: Keep) {
  const failed: { readonly path: string; readonly message: string }[] = []
  let resolved = 0
  for (let from = 0; from < conflicts.length; from += MOST_PATHS) {
    const paths = conflicts.slice(from, from + MOST_PATHS).map(({ path }) => path)
    const asked = { params: { folder }, body: { keep, paths } }
    try {
      const part = await call('POST /folders/{folder}/conflicts/resolve-many', asked)
      resolved += part.resolved
      failed.push(...part.failed)
    } catch (error) {
      // What was settled before is told of all the same.
      if (!(error instanceof CallFault) || resolved === 0) throw error
      failed.push(...conflicts.slice(from).map(({ path }) => ({ path, message: error.message })))
      break
    }
  }
  return { resolved, failed }
}

/** The merged text in place of the original. Throws what refused it. */
export async function putMerged(folder: string, conflict: Conflict, text: string): Promise<void> {
  const { path, original } = conflict
  const url = urlOf('/folders/{folder}/conflicts/merged', { folder }, { path })
  const answer = await fetch(url, {
    method: 'PUT',
    credentials: 'same-origin',
    body: new Blob([text]),
    headers: {
      ...changeHeaders(url),
      'content-type': 'application/octet-stream',
      ...(original?.etag === undefined ? {} : { 'if-match': `"${original.etag}"` }),
    },
  }).catch(() => {
    throw new CallFault('unreachable', words.signIn.unreachable, 0)
  })
  if (!answer.ok) throw await faultOf(url, answer)
  const name = nameOf(conflict.origin ?? path)
  toasts.add(
    texts.merged(name),
    'good',
    undoing(() => unmerge(folder, conflict)),
  )
}

function undoing(act: () => Promise<void>) {
  return { label: words.files.undo, act: () => void attempt(act, texts.undone) }
}

const bringBack = (folder: string, path: string) =>
  call('POST /folders/{folder}/trash/restore', { params: { folder }, body: { path } })
const move = (folder: string, from: string, to: string) =>
  call('POST /folders/{folder}/content/move', { params: { folder }, body: { from, to } })

async function unsettle(folder: string, conflict: Conflict, keep: Keep, keptAt: string | undefined): Promise<void> {
  const { path, origin, original } = conflict
  if (keep === 'original') await bringBack(folder, path)
  else if (keep === 'both') await move(folder, keptAt ?? path, path)
  else if (origin !== undefined) {
    await move(folder, origin, path)
    if (original !== undefined) await bringBack(folder, origin)
  }
}

async function unmerge(folder: string, { path, origin, original }: Conflict): Promise<void> {
  await bringBack(folder, path)
  if (origin !== undefined && original !== undefined) await bringBack(folder, origin)
}
