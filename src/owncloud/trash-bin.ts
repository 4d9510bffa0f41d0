// The trash bin of a user, in the forms of both families of clients: one restores into a collection for it, one by moving to the files.
import { sendEmpty } from '../dav/answer.ts'
import type { DavCall } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { doneOf } from '../dav/refusal.ts'
import { nameOf, type Path } from '../model/path.ts'
import type { TrashEntry } from '../store/space.ts'
import { dav, nc, oc } from '../wire/dav/names.ts'
import { writeOcId } from './file-ids.ts'
import {
  answerOptions,
  answerPropfind,
  collection,
  file,
  notAllowed,
  notFound,
  onePage,
  type Resource,
  sendBytes,
  textValue,
} from './virtual.ts'

export interface TrashPlace {
  readonly base: readonly string[]
  readonly names: readonly string[]
  readonly instance: string
  /** Where a MOVE or COPY is to go: the place in the user's files, or decoded names from the root of the server. */
  readonly destination: () => { readonly files: Path | undefined; readonly names: readonly string[] }
  readonly user: string
}

const METHODS = 'OPTIONS, PROPFIND, GET, HEAD, MOVE, DELETE'

/** `…/trashbin/USER`: `trash` holds what was deleted, `restore` is where it is moved to come back. */
export async function answerTrashBin(call: DavCall, place: TrashPlace): Promise<void> {
  const [first, name, ...more] = place.names
  if (call.method === 'OPTIONS') return answerOptions(call, METHODS)
  if (more.length > 0) throw notFound()
  if (first === undefined) return showTop(call, place)
  if (first === 'restore' && name === undefined) return showEmpty(call, place)
  if (first !== 'trash') throw notFound()
  if (name === undefined) return answerAll(call, { ...place, base: [...place.base, 'trash'] })
  await answerEntry(call, { ...place, base: [...place.base, 'trash'] }, name, restoreByCollection)
}

/** `…/trash-bin/USER`: holds what was deleted; it comes back when it is moved to a place among the files. */
export async function answerOldTrashBin(call: DavCall, place: TrashPlace): Promise<void> {
  const [name, ...more] = place.names
  if (call.method === 'OPTIONS') return answerOptions(call, METHODS)
  if (more.length > 0) throw notFound()
  if (name === undefined) return answerAll(call, place)
  await answerEntry(call, place, name, restoreToPlace)
}

async function showTop(call: DavCall, { base }: TrashPlace): Promise<void> {
  if (call.method !== 'PROPFIND') throw notAllowed()
  const inside = [collection([...base, 'trash']), collection([...base, 'restore'])]
  await answerPropfind(call, collection(base), () => onePage(inside))
}

async function showEmpty(call: DavCall, { base }: TrashPlace): Promise<void> {
  if (call.method !== 'PROPFIND') throw notAllowed()
  await answerPropfind(call, collection([...base, 'restore']))
}

async function answerAll(call: DavCall, place: TrashPlace): Promise<void> {
  if (call.method === 'PROPFIND') return answerPropfind(call, collection(place.base), () => entriesOf(call, place))
  if (call.method !== 'DELETE') throw notAllowed()
  await call.space.trash.empty()
  sendEmpty(call, 204)
}

async function answerEntry(
  call: DavCall,
  place: TrashPlace,
  name: string,
  restore: (call: DavCall, place: TrashPlace, entry: TrashEntry) => Promise<void>,
): Promise<void> {
  const entry = await entryOf(call, name)
  switch (call.method) {
    case 'PROPFIND':
      return answerPropfind(call, resourceOf(place, entry))
    case 'GET':
    case 'HEAD':
      return read(call, entry)
    case 'DELETE':
      if ((await call.space.trash.remove(entry.id)) === 'missing') throw notFound()
      return sendEmpty(call, 204)
    case 'MOVE':
      return restore(call, place, entry)
    default:
      throw notAllowed()
  }
}

async function read(call: DavCall, entry: TrashEntry): Promise<void> {
  if (entry.kind === 'directory') throw notAllowed()
  const about = { name: nameOf(entry.origin), size: entry.size, mtimeMs: entry.deletedAt }
  await sendBytes(call, about, call.space.trash.read(entry.id, 0))
}

async function restoreByCollection(call: DavCall, { base, destination }: TrashPlace, entry: TrashEntry): Promise<void> {
  const { names } = destination()
  const restoring = [...base.slice(0, -1), 'restore']
  if (names.length !== restoring.length + 1 || restoring.some((name, at) => names[at] !== name))
    throw new DavFault(403, 'What was deleted comes back by moving it into the collection "restore".')
  doneOf(await call.space.trash.restore(entry.id))
  sendEmpty(call, 201)
}

async function restoreToPlace(call: DavCall, { destination }: TrashPlace, entry: TrashEntry): Promise<void> {
  const { files } = destination()
  if (files === undefined)
    throw new DavFault(403, 'What was deleted comes back by moving it to a place among the files.')
  // Nothing is replaced by what comes back, and nothing is begun that cannot be finished.
  if ((await call.space.find(files)) !== undefined) throw new DavFault(412, 'Something is there already.')
  const { node } = doneOf(await call.space.trash.restore(entry.id))
  if (node !== undefined && node.path !== '' && node.path !== files) {
    const change = { do: 'move', from: node.path, to: files, overwrite: 'keep', when: 'any' } as const
    doneOf(await call.space.change(change, call.signal))
  }
  sendEmpty(call, 201)
}

async function* entriesOf(call: DavCall, place: TrashPlace): AsyncGenerator<readonly Resource[]> {
  for await (const page of call.space.trash.list()) yield page.map(entry => resourceOf(place, entry))
}

async function entryOf(call: DavCall, name: string): Promise<TrashEntry> {
  const id = name.replace(/\.d\d+$/, '')
  for await (const page of call.space.trash.list()) {
    const found = page.find(entry => entry.id === id)
    if (found !== undefined) return found
  }
  throw notFound('It is not in the trash any more.')
}

function resourceOf({ base, instance, user }: TrashPlace, entry: TrashEntry): Resource {
  const seconds = String(Math.floor(entry.deletedAt / 1000))
  const names = [...base, `${entry.id}.d${seconds}`]
  const name = textValue(nameOf(entry.origin))
  const origin = textValue(entry.origin)
  const properties = [
    [nc('trashbin-filename'), name],
    [nc('trashbin-title'), name],
    [nc('trashbin-original-location'), origin],
    [nc('trashbin-deletion-time'), seconds],
    [nc('trashbin-deleted-by-id'), textValue(user)],
    [nc('trashbin-deleted-by-display-name'), textValue(user)],
    [oc('trashbin-original-filename'), name],
    [oc('trashbin-original-location'), origin],
    [oc('trashbin-delete-timestamp'), seconds],
    [oc('trashbin-delete-datetime'), new Date(entry.deletedAt).toUTCString()],
    [dav('displayname'), name],
    [dav('getetag'), `&quot;${entry.deletedAt}&quot;`],
    [oc('id'), writeOcId(entry.node, instance)],
    [oc('fileid'), String(entry.node)],
    [oc('size'), String(entry.size)],
    [oc('permissions'), 'GD'],
    [nc('has-preview'), 'false'],
  ] as const
  const about = { size: entry.size, mtimeMs: entry.deletedAt }
  return entry.kind === 'directory' ? collection(names, properties) : file(names, about, properties)
}
