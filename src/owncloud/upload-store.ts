// Transfers that are not complete: a directory for each, with its chunks as files, so that a restart loses nothing.
import type { UserId } from '../accounts/accounts.ts'
import { SyncError } from '../model/errors.ts'
import { codeOf, isMissing, type Tree } from '../platform/tree.ts'
import { randomHex, type World } from '../platform/world.ts'
import { compareNaturally } from './natural-order.ts'

export interface Chunk {
  readonly name: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
}

export interface Transfer {
  readonly name: string
  /** Bytes of the whole, where the client said so. */
  readonly total: number | undefined
  /** Milliseconds since 1970. */
  readonly usedAt: number
}

/** Names are the clients' own. Where one cannot be kept, `name-not-allowed` is thrown. */
export interface UploadStore {
  begin(user: UserId, name: string, total: number | undefined): Promise<'begun' | 'exists'>
  find(user: UserId, name: string): Promise<Transfer | undefined>
  list(user: UserId): Promise<readonly Transfer[]>
  /** In the order in which they make up the whole: digits in names count as numbers. */
  chunks(user: UserId, name: string): Promise<readonly Chunk[]>
  /** The chunk is there whole and durable, or not at all. Throws `protocol` when its length is not `size`. */
  putChunk(user: UserId, name: string, chunk: IncomingChunk, signal: AbortSignal): Promise<'created' | 'replaced'>
  removeChunk(user: UserId, name: string, chunk: string): Promise<'removed' | 'missing'>
  read(user: UserId, name: string, chunks: readonly Chunk[]): AsyncIterable<Uint8Array>
  remove(user: UserId, name: string): Promise<'removed' | 'missing'>
  /** Bytes of all the user's transfers. */
  usedBytes(user: UserId): Promise<number>
  /** Removes what nobody has used for `idleMs`, and everything of a user that `isKnown` denies. Returns how many transfers went. */
  sweep(idleMs: number, isKnown: (user: string) => boolean): Promise<number>
}

export interface IncomingChunk {
  readonly name: string
  readonly size: number | undefined
  readonly bytes: AsyncIterable<Uint8Array>
}

const ABOUT = 'about.json'
const CHUNK = 'c-'
const PART = 'part-'
export const MAX_CHUNKS = 20_000

/** Keeps them in `tree`, which nobody else uses. */
export function openUploadStore(tree: Tree, world: World): UploadStore {
  const at = (user: UserId, name: string): string => `${user}/${keyOf(name)}`

  async function find(user: UserId, name: string): Promise<Transfer | undefined> {
    const place = at(user, name)
    const about = await aboutOf(tree, place)
    if (about === undefined) return undefined
    const stat = await tree.stat(place)
    return stat && { ...about, usedAt: Number(stat.mtimeNs / 1_000_000n) }
  }

  async function chunks(user: UserId, name: string): Promise<Chunk[]> {
    const found: Chunk[] = []
    for (const entry of await namesIn(tree, at(user, name))) {
      if (!entry.name.startsWith(CHUNK) || entry.stat?.kind !== 'file') continue
      const mtimeMs = Number(entry.stat.mtimeNs / 1_000_000n)
      found.push({ name: nameOfKey(entry.name.slice(CHUNK.length)), size: entry.stat.size, mtimeMs })
    }
    return found.sort((a, b) => compareNaturally(a.name, b.name))
  }

  async function list(user: UserId): Promise<Transfer[]> {
    const found: Transfer[] = []
    for (const { name } of await namesIn(tree, user)) {
      const transfer = await find(user, nameOfKey(name))
      if (transfer !== undefined) found.push(transfer)
    }
    return found
  }

  async function remove(user: UserId, name: string): Promise<'removed' | 'missing'> {
    return (await dropDirectory(tree, at(user, name))) ? 'removed' : 'missing'
  }

  return {
    find,
    list,
    chunks,
    remove,

    async begin(user, name, total) {
      if ((await find(user, name)) !== undefined) return 'exists'
      await ensureDirectory(tree, user)
      // What a crash left half made has no `about`, and is taken over.
      await ensureDirectory(tree, at(user, name))
      const part = `${at(user, name)}/${PART}${randomHex(world.random, 8)}`
      const writing = await tree.openWrite(part, 0)
      await writing.write(Buffer.from(JSON.stringify({ name, ...(total === undefined ? {} : { total }) })))
      await writing.finish({ mode: 0o600 })
      await tree.rename(part, `${at(user, name)}/${ABOUT}`, 'replace')
      await tree.flush()
      return 'begun'
    },

    async putChunk(user, name, chunk, signal) {
      const place = at(user, name)
      const target = `${place}/${CHUNK}${keyOf(chunk.name)}`
      const existed = (await tree.stat(target)) !== undefined
      const part = `${place}/${PART}${randomHex(world.random, 8)}`
      try {
        await writeWhole(tree, part, chunk, signal)
        await tree.rename(part, target, 'replace')
      } catch (error) {
        await removeQuietly(tree, part)
        if (isMissing(error)) throw new SyncError('missing', 'This upload was given up meanwhile.', { cause: error })
        throw error
      }
      // A client that was told of a chunk does not send it again.
      await tree.flush()
      return existed ? 'replaced' : 'created'
    },

    async removeChunk(user, name, chunk) {
      try {
        await tree.removeFile(`${at(user, name)}/${CHUNK}${keyOf(chunk)}`)
        return 'removed'
      } catch (error) {
        if (isMissing(error)) return 'missing'
        throw error
      }
    },

    async *read(user, name, wanted) {
      for (const chunk of wanted) {
        let size = 0
        for await (const bytes of tree.read(`${at(user, name)}/${CHUNK}${keyOf(chunk.name)}`, 0, () => {})) {
          size += bytes.length
          yield bytes
        }
        if (size !== chunk.size)
          throw new SyncError('changed', 'A part of this upload changed while it was put together.')
      }
    },

    async usedBytes(user) {
      let sum = 0
      for (const transfer of await list(user)) for (const { size } of await chunks(user, transfer.name)) sum += size
      return sum
    },

    async sweep(idleMs, isKnown) {
      let gone = 0
      for (const { name: user } of await namesIn(tree, '')) {
        for (const { name: key, stat } of await namesIn(tree, user)) {
          const idle = stat === undefined || Number(stat.mtimeNs / 1_000_000n) + idleMs <= world.clock.now()
          if ((idle || !isKnown(user)) && (await dropDirectory(tree, `${user}/${key}`))) gone += 1
        }
        if (!isKnown(user)) await dropDirectory(tree, user)
      }
      return gone
    },
  }
}

const PLAIN = /^[a-z0-9_-]{1,100}$/
const MAX_NAME_BYTES = 100

/** The name of a file for a client's name: safe on any disk, also on one that knows no letter case. */
function keyOf(name: string): string {
  if (PLAIN.test(name) && !name.startsWith('x-')) return name
  const bytes = Buffer.from(name)
  if (bytes.length === 0 || bytes.length > MAX_NAME_BYTES)
    throw new SyncError('name-not-allowed', 'The name of an upload or of a part of it is too long.')
  return `x-${bytes.toString('hex')}`
}

function nameOfKey(key: string): string {
  return key.startsWith('x-') ? Buffer.from(key.slice(2), 'hex').toString() : key
}

async function aboutOf(tree: Tree, place: string): Promise<{ name: string; total: number | undefined } | undefined> {
  try {
    const { bytes } = await tree.readSmall(`${place}/${ABOUT}`, 4096)
    const { name, total } = JSON.parse(Buffer.from(bytes).toString()) as { name: string; total?: number }
    return { name, total }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function writeWhole(tree: Tree, part: string, chunk: IncomingChunk, signal: AbortSignal): Promise<void> {
  const writing = await tree.openWrite(part, 0)
  let size = 0
  try {
    for await (const bytes of chunk.bytes) {
      signal.throwIfAborted()
      size += bytes.length
      if (chunk.size !== undefined && size > chunk.size) break
      await writing.write(bytes)
    }
    if (chunk.size !== undefined && size !== chunk.size)
      throw new SyncError('protocol', `The part has ${size} bytes, but ${chunk.size} were announced.`)
  } catch (error) {
    await writing.abandon()
    throw error
  }
  await writing.finish({ mode: 0o600 })
}

async function ensureDirectory(tree: Tree, place: string): Promise<void> {
  try {
    await tree.makeDirectory(place, 0o700)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

async function namesIn(tree: Tree, place: string): ReturnType<Tree['list']> {
  try {
    return await tree.list(place)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Whether it was there. What is known of it goes first: then a crash in between leaves nothing that looks complete. */
async function dropDirectory(tree: Tree, place: string): Promise<boolean> {
  if ((await tree.stat(place))?.kind !== 'directory') return false
  await removeQuietly(tree, `${place}/${ABOUT}`)
  for (const { name } of await namesIn(tree, place)) {
    if ((await tree.stat(`${place}/${name}`))?.kind === 'directory') await dropDirectory(tree, `${place}/${name}`)
    else await removeQuietly(tree, `${place}/${name}`)
  }
  try {
    await tree.removeDirectory(place)
  } catch (error) {
    // A chunk that arrives right now: the next sweep takes it.
    if (codeOf(error) !== 'ENOTEMPTY' && !isMissing(error)) throw error
  }
  return true
}

async function removeQuietly(tree: Tree, path: string): Promise<void> {
  try {
    await tree.removeFile(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}
