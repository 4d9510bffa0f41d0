// The uploads collection: large files come in chunks, each a request of its own, and a MOVE makes a file of them.
import type { User } from '../accounts/accounts.ts'
import { sendEmpty } from '../dav/answer.ts'
import { bytesOf, lengthOf } from '../dav/body.ts'
import type { DavCall } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { requirePlaceFor, sendStored, storeReceived } from '../dav/put.ts'
import { SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import type { Condition, Space } from '../store/space.ts'
import { countFrom, uploadFrom } from './transfer-headers.ts'
import { MAX_CHUNKS, type UploadStore } from './upload-store.ts'
import {
  answerOptions,
  answerPropfind,
  collection,
  file,
  notAllowed,
  notFound,
  onePage,
  type Resource,
} from './virtual.ts'

export interface Uploads {
  /** Answers everything but the MOVE of a whole transfer. */
  answer(call: DavCall, at: UploadPlace): Promise<void>
  /** Makes a file of a transfer; `call` is about the place where it is to be. */
  complete(call: DavCall, user: User, transfer: string): Promise<void>
}

export interface UploadPlace {
  readonly user: User
  /** Decoded names of the user's collection, from the root of the server. */
  readonly base: readonly string[]
  /** What follows. */
  readonly names: readonly string[]
}

/** What stands for all chunks together. */
export const WHOLE = '.file'
const METHODS = 'OPTIONS, PROPFIND, MKCOL, PUT, DELETE, MOVE'
const MAX_TRANSFERS = 1000

export function openUploads(store: UploadStore): Uploads {
  /** Those that are being put together. */
  const busy = new Set<string>()

  async function answer(call: DavCall, at: UploadPlace): Promise<void> {
    switch (call.method) {
      case 'OPTIONS':
        return answerOptions(call, METHODS)
      case 'PROPFIND':
        return show(call, at)
      case 'MKCOL':
        return begin(call, at)
      case 'PUT':
        return take(call, at)
      case 'DELETE':
        return remove(call, at)
      default:
        throw notAllowed()
    }
  }

  async function begin(call: DavCall, { user, names }: UploadPlace): Promise<void> {
    const total = countFrom(call.request.headers['oc-total-length'])
    if (names.length !== 1) throw notAllowed()
    if (total !== undefined) await requireRoom(call.space, total)
    if ((await store.list(user.id)).length >= MAX_TRANSFERS)
      throw new DavFault(507, 'Too many uploads are under way. Unfinished ones are given up after a day.')
    const begun = await store.begin(user.id, names[0] ?? '', total)
    if (begun === 'exists') throw new DavFault(405, 'There is an upload of this name already.')
    sendEmpty(call, 201)
  }

  async function take(call: DavCall, { user, names }: UploadPlace): Promise<void> {
    const { request, space, signal } = call
    const [transfer = '', name = ''] = names
    if (names.length !== 2 || name === WHOLE) throw notAllowed()
    if (request.headers['content-range'] !== undefined) throw new DavFault(400, 'A part of a part is not taken.')
    await requireTransfer(user, transfer)
    if ((await store.chunks(user.id, transfer)).length >= MAX_CHUNKS)
      throw new DavFault(507, 'The upload has too many parts.')
    const size = lengthOf(request)
    if (size !== undefined) await requireRoom(space, size + (await staged(user, space)))
    const made = await store.putChunk(user.id, transfer, { name, size, bytes: bytesOf(call) }, signal)
    sendEmpty(call, made === 'created' ? 201 : 204)
  }

  /** What the user's unfinished uploads hold already, where that matters. */
  async function staged(user: User, space: Space): Promise<number> {
    const { freeBytes } = await space.usage('')
    return freeBytes === 'unlimited' ? 0 : store.usedBytes(user.id)
  }

  async function requireTransfer(user: User, name: string): Promise<void> {
    if ((await store.find(user.id, name)) === undefined) throw notFound('There is no such upload.')
  }

  async function remove(call: DavCall, { user, names }: UploadPlace): Promise<void> {
    const [transfer = '', chunk] = names
    if (names.length === 0 || names.length > 2) throw notAllowed()
    if (busy.has(keyOf(user, transfer))) throw new DavFault(423, 'The upload is being put together.')
    const removed =
      chunk === undefined ? await store.remove(user.id, transfer) : await store.removeChunk(user.id, transfer, chunk)
    if (removed === 'missing') throw notFound('There is no such upload.')
    sendEmpty(call, 204)
  }

  async function show(call: DavCall, { user, base, names }: UploadPlace): Promise<void> {
    const [transfer, chunk] = names
    if (names.length > 2) throw notFound()
    if (transfer === undefined) return answerPropfind(call, collection(base), () => transfersOf(user, base))
    await requireTransfer(user, transfer)
    const place = [...base, transfer]
    const chunks = await chunksOf(user, transfer, place)
    if (chunk === undefined) return answerPropfind(call, collection(place), () => onePage(chunks))
    const found = chunks.find(each => each.names.at(-1) === chunk)
    if (found === undefined) throw notFound()
    await answerPropfind(call, found)
  }

  async function* transfersOf(user: User, base: readonly string[]): AsyncGenerator<readonly Resource[]> {
    const transfers = await store.list(user.id)
    yield transfers.map(({ name }) => collection([...base, name]))
  }

  async function chunksOf(user: User, transfer: string, place: readonly string[]): Promise<Resource[]> {
    const chunks = await store.chunks(user.id, transfer)
    return chunks.map(chunk => file([...place, chunk.name], chunk))
  }

  async function join(call: DavCall, user: User, transfer: string): Promise<void> {
    if ((await store.find(user.id, transfer)) === undefined) throw notFound('There is no such upload.')
    const chunks = await store.chunks(user.id, transfer)
    const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
    requireSum(call, size)
    const { place: at } = call
    if (at === '') throw new DavFault(403, 'The root cannot be replaced by a file.')
    const when = await conditionFor(call, at)
    const { mtimeMs, headers, sums, kinds } = uploadFrom(call.request.headers)
    const bytes = store.read(user.id, transfer, chunks)
    const received = await call.space.receive({ at, size, bytes, sums, kinds }, call.signal).catch(async error => {
      // Bytes that came out wrong stay wrong: found by a client that goes on, they would be put together again and again.
      if (error instanceof SyncError && error.code === 'corrupt') await store.remove(user.id, transfer)
      throw error
    })
    const { node, made } = await storeReceived(call, { at, received, mtimeMs, when })
    // Before the answer: a client that hears of the success finds nothing left over. One that does not hear it finds the file.
    await store.remove(user.id, transfer)
    sendStored(call, node, made, headers)
  }

  return {
    answer,
    async complete(call, user, transfer) {
      const key = keyOf(user, transfer)
      if (busy.has(key)) throw new DavFault(423, 'The upload is being put together already.')
      busy.add(key)
      try {
        await join(call, user, transfer)
      } finally {
        busy.delete(key)
      }
    },
  }
}

const keyOf = (user: User, transfer: string): string => `${user.id}/${transfer}`

async function conditionFor(call: DavCall, at: Exclude<Place, ''>): Promise<Condition> {
  const isKept = call.request.headers['overwrite'] === 'F'
  if (isKept && (await call.space.find(at)) !== undefined)
    throw new DavFault(412, 'Something is there already, and it is not to be replaced.')
  const when = await requirePlaceFor(call, at)
  return isKept ? 'absent' : when
}

/** Where the file will go is not known yet: it is refused when there is no room for it anywhere. */
async function requireRoom(space: Space, bytes: number): Promise<void> {
  if (await hasRoom(space, '', bytes)) return
  for await (const page of space.list(''))
    for (const node of page) if (node.place === 'mount' && (await hasRoom(space, node.path, bytes))) return
  throw new DavFault(507, 'There is not enough room for this upload.', { condition: '<d:quota-not-exceeded/>' })
}

async function hasRoom(space: Space, place: Place, bytes: number): Promise<boolean> {
  const { freeBytes } = await space.usage(place)
  return freeBytes === 'unlimited' || freeBytes >= bytes
}

function requireSum({ request: { headers } }: DavCall, size: number): void {
  for (const name of ['oc-total-length', 'oc-total-file-length']) {
    const total = countFrom(headers[name])
    if (total !== undefined && total !== size)
      throw new DavFault(400, `Chunks on server do not sum up to ${total} but to ${size} bytes`)
  }
}
