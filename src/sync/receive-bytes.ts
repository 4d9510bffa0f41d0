// Takes bytes that somebody sends into the folder's own corner: counted, summed and checked in one pass.
import { contentIdOf } from '../index/content-id.ts'
import { type Checksum, type ChecksumKind, kindOfChecksum } from '../model/content.ts'
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY, type Path } from '../model/path.ts'
import { summing } from '../platform/node/sum-file.ts'
import type { Tree, Writing } from '../platform/tree.ts'
import { randomHex } from '../platform/world.ts'
import type { Resume, Source, Staged } from '../replica/replica.ts'
import type { Incoming, Received } from '../store/space.ts'
import type { Folder } from './folder.ts'
import { StageGroups } from './put-groups.ts'

export const STAGING = `${OWN_DIRECTORY}/staging`

/** Held in memory up to here, and written with others. */
const SMALL_BYTES = 1024 * 1024
const NEVER = new AbortController().signal

export class Receiver {
  readonly #folder: Folder
  readonly #groups: StageGroups

  constructor(folder: Folder) {
    this.#folder = folder
    this.#groups = new StageGroups(folder.home)
  }

  /** Throws `protocol` for another length than was announced, `corrupt` for other bytes than a checksum says; nothing is left then. */
  async receive(incoming: Incoming, signal: AbortSignal): Promise<Received> {
    const passing = new Passing(incoming, signal)
    const bytes = passing.bytes()
    const small = await firstOf(bytes)
    const staged = small.isAll
      ? await this.#small(incoming.at, small.bytes, passing)
      : await this.#large(small.bytes, bytes, incoming, passing)
    return receivedOf(staged, passing)
  }

  /** What was staged under this id. */
  discard({ id, size }: Pick<Received, 'id' | 'size'>): Promise<void> {
    return this.#folder.home.discard({ id, size }, NEVER)
  }

  #small(at: Path, bytes: Uint8Array, passing: Passing): Promise<Staged> {
    passing.check()
    return this.#groups.stage({ ...sourceOf(at, bytes.length, () => once(bytes)), bytes })
  }

  async #large(
    first: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
    { at, size }: Incoming,
    passing: Passing,
  ): Promise<Staged> {
    const whole = () => joined(first, rest)
    const staging = new Leftover()
    try {
      const staged =
        size === undefined
          ? await this.#unmeasured(whole(), staging)
          : await this.#folder.home.stage(sourceOf(at, size, whole), staging, NEVER)
      passing.check()
      return staged
    } catch (error) {
      if (staging.token !== undefined) await this.discard({ id: staging.token, size: 0 })
      if (passing.fault === undefined && passing.isAtEnd) passing.check()
      throw passing.fault ?? error
    }
  }

  /** The content id depends on the size: where that is known only at the end, the file is read once more. */
  async #unmeasured(bytes: AsyncIterable<Uint8Array>, staging: Leftover): Promise<Staged> {
    const { tree, world } = this.#folder
    const id = randomHex(world.random, 12)
    staging.save(id)
    await write(tree, `${STAGING}/${id}`, bytes)
    return stagedAt(tree, id)
  }
}

/** What lies in the staging area under this id. */
export async function stagedAt(tree: Tree, id: string): Promise<Staged> {
  const [hashed] = await tree.hash([`${STAGING}/${id}`], NEVER)
  if (hashed === undefined || hashed instanceof Error) throw hashed
  return { id, size: hashed.size, content: contentIdOf(hashed.blocks) }
}

async function write(tree: Tree, path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let writing: Writing | undefined = await tree.openWrite(path, 0)
  try {
    for await (const piece of bytes) await writing.write(piece)
    const finishing = writing.finish({})
    writing = undefined
    await finishing
  } finally {
    await writing?.abandon()
  }
}

/** Bytes on their way, and what they add up to. */
class Passing {
  readonly #incoming: Incoming
  readonly #signal: AbortSignal
  readonly #sums: readonly (readonly [ChecksumKind, ReturnType<typeof summing>])[]
  #size = 0
  #values: readonly Checksum[] | undefined
  /** What went wrong on the sender's side: whoever reads may tell it in other words. */
  fault: unknown
  isAtEnd = false

  constructor(incoming: Incoming, signal: AbortSignal) {
    this.#incoming = incoming
    this.#signal = signal
    const kinds = new Set([...(incoming.sums ?? []).map(kindOfChecksum), ...(incoming.kinds ?? [])])
    this.#sums = [...kinds].map(kind => [kind, summing(kind)])
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.#incoming.bytes) {
        this.#signal.throwIfAborted()
        this.#count(piece)
        yield piece
      }
      this.#signal.throwIfAborted()
      this.isAtEnd = true
    } catch (error) {
      this.fault = error
      throw error
    }
  }

  /** After the last byte. Throws when they are not those that were announced. */
  check(): void {
    const { at, size, sums = [] } = this.#incoming
    if (size !== undefined && size !== this.#size) throw this.#otherLength()
    const found = new Set(this.sums)
    if (sums.every(sum => found.has(sum))) return
    throw new SyncError('corrupt', `${at} arrived damaged: its bytes are not those that its checksum says.`, {
      path: at,
    })
  }

  get sums(): readonly Checksum[] {
    this.#values ??= this.#sums.map(([kind, sum]) => `${kind}:${sum.value()}` as Checksum)
    return this.#values
  }

  #count(piece: Uint8Array): void {
    this.#size += piece.length
    if (this.#incoming.size !== undefined && this.#size > this.#incoming.size) throw this.#otherLength()
    for (const [, sum] of this.#sums) sum.update(piece)
  }

  #otherLength(): SyncError {
    const { at, size } = this.#incoming
    const fault = new SyncError('protocol', `${at} did not have the ${size} bytes that were announced.`, { path: at })
    this.fault = fault
    return fault
  }
}

/** Remembers what a stage that fails leaves behind. */
class Leftover implements Resume {
  token: string | undefined

  save(token: string): void {
    this.token = token
  }
}

/** Everything, if that is little; else the beginning. */
async function firstOf(bytes: AsyncGenerator<Uint8Array>): Promise<{ bytes: Uint8Array; isAll: boolean }> {
  const pieces: Buffer[] = []
  let size = 0
  while (size <= SMALL_BYTES) {
    const { value, done } = await bytes.next()
    if (done) return { bytes: Buffer.concat(pieces), isAll: true }
    // A piece is not ours once the next is asked for.
    pieces.push(Buffer.from(value))
    size += value.length
  }
  return { bytes: Buffer.concat(pieces), isAll: false }
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** `from` is always 0 here: nothing that is received is resumed. */
export function sourceOf(path: Path, size: number, open: () => AsyncIterable<Uint8Array>): Source {
  return { path, size, mtimeNs: undefined, open, sum: async () => undefined }
}

function receivedOf({ id, size, content }: Staged, { sums }: Passing): Received {
  if (content === undefined) throw new SyncError('io', 'The disk did not tell what it has stored.')
  return { id, size, content, sums }
}
