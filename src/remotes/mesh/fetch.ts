// Brings the blocks of a file together: from what is here already, and from all devices that have them.
import { setMaxListeners } from 'node:events'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Announcement, Global } from '../../index/mesh.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { copyIntoShared } from '../../model/into-shared.ts'
import type { Path } from '../../model/path.ts'
import type { Proving } from '../../platform/tree.ts'
import { type Block, blockAt, countBlocks, hashesOfBlocks } from './announcements.ts'
import { isBlock } from './is-block.ts'
import type { BlocksNearby, Nearby } from './nearby.ts'
import { PieceMemory, type Shared } from './piece-memory.ts'
import type { Wanted } from './requests.ts'
import type { ShiftedBlocks } from './shifted.ts'
import type { Fetching } from './unfinished.ts'

/** A device that is connected and shares the folder. */
export interface BlockSource {
  readonly device: string
  /** Bytes that it still owes us. */
  readonly busyBytes: number
  /** The bytes are put `into` this memory where it is given, and nothing is once this is settled. */
  ask(wanted: Wanted, signal: AbortSignal, into?: Shared): Promise<Uint8Array>
}

export interface FetchParts {
  readonly folder: string
  readonly index: FolderIndex
  /** Those who are connected now and have the block. */
  readonly sourcesOf: (global: Global, block: Block) => readonly BlockSource[]
  /** Keeps for others what came, until all of the file is here; undefined where that is of no use to anybody. */
  readonly begin?: (global: Global, blocks: number) => Fetching | undefined
  /** What the old version of the file may still have at other places; undefined where there is none. */
  readonly shifted?: (announcement: Announcement) => ShiftedBlocks | undefined
  /** Looks for what is in files here. */
  readonly nearby: Nearby
  /** Whoever proves blocks beside everything else; undefined where they are proven here. */
  readonly openProving?: () => Proving | undefined
}

/** Bytes that are asked for ahead of those who read, and how few of them each file has at least. */
const WINDOW_BYTES = 16 * 1024 * 1024
const LEAST_WINDOW_BYTES = 2 * 1024 * 1024
/** Small blocks are proven, and handed on, together. */
const PIECE_BYTES = 1024 * 1024

/** The bytes of the file from `from` on, in order, each block proven by its hash. Throws `offline` when nobody has it, `corrupt` when nobody has it right. */
export async function* fetchFile(
  global: Global,
  from: number,
  parts: FetchParts,
  signal: AbortSignal,
  chunks?: 'lent',
): AsyncGenerator<Uint8Array> {
  const { blockSize, size } = global.announcement
  if (size === 0) return
  const file = new FileOnItsWay(global, parts, signal, chunks)
  const first = Math.floor(from / blockSize)
  const ahead: Promise<Piece>[] = []
  let next = first
  let isWhole = false
  try {
    for (let at = first; at < file.blocks; ) {
      const window = Math.max(LEAST_WINDOW_BYTES, WINDOW_BYTES / PieceMemory.underWay)
      while (next < file.blocks && (next === at || (!file.isLookedFor(next) && (next - at) * blockSize < window))) {
        const count = file.countTogether(next)
        ahead.push(file.piece(next, count))
        next += count
      }
      const piece = await (ahead.shift() as Promise<Piece>)
      yield* file.memory.lend(piece.memory, at === first ? from % blockSize : 0, piece.size)
      at += piece.blocks.length
    }
    isWhole = true
  } finally {
    file.end(isWhole ? 'whole' : 'early')
  }
}

/** Blocks that follow each other, as they lie in memory. */
interface Piece {
  readonly blocks: readonly Block[]
  readonly memory: Shared
  readonly size: number
}

class FileOnItsWay {
  /** How many it has. */
  readonly blocks: number
  readonly memory: PieceMemory
  readonly #global: Global
  readonly #parts: FetchParts
  /** How many blocks are brought together at most. */
  readonly #together: number
  readonly #hashes: Uint8Array
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal
  readonly #shifted: ShiftedBlocks | undefined
  readonly #fetching: Fetching | undefined
  readonly #nearby: BlocksNearby
  readonly #proving: Proving | undefined

  constructor(global: Global, parts: FetchParts, signal: AbortSignal, chunks: 'lent' | undefined) {
    const { announcement } = global
    this.#global = global
    this.#parts = parts
    this.#hashes = hashesOf(announcement, parts.index)
    this.blocks = countBlocks(this.#hashes)
    this.#signal = AbortSignal.any([signal, this.#ended.signal])
    // One listener for each block under way.
    setMaxListeners(0, this.#signal)
    this.#shifted = parts.shifted?.(announcement)
    this.#fetching = parts.begin?.(global, this.blocks)
    // Those who wait for some of it are to have each block as soon as it is here.
    this.#together = this.#fetching === undefined ? Math.max(1, Math.floor(PIECE_BYTES / announcement.blockSize)) : 1
    this.memory = new PieceMemory(this.#together * announcement.blockSize, chunks)
    this.#nearby = parts.nearby(announcement)
    this.#proving = parts.openProving?.()
  }

  /** Whether the block is best looked for when all before it are here: they tell where in the old version it may be. */
  isLookedFor(index: number): boolean {
    return this.#shifted?.isHopeful === true && !this.#nearby.has(this.#block(index))
  }

  /** How many are brought in one go from this one on. */
  countTogether(first: number): number {
    if (this.isLookedFor(first)) return 1
    const most = Math.min(this.#together, this.blocks - first)
    let count = 1
    while (count < most && !this.isLookedFor(first + count)) count += 1
    return count
  }

  end(how: 'whole' | 'early'): void {
    this.#fetching?.[Symbol.dispose]()
    this.#ended.abort(new DOMException('no more is wanted of it', 'AbortError'))
    this.memory.end(how)
    void this.#proving?.close().catch(() => undefined)
  }

  /** So many blocks from this one on. */
  piece(first: number, count: number): Promise<Piece> {
    const blocks = Array.from({ length: count }, (_, i) => this.#block(first + i))
    const memory = this.memory.take()
    const brought = this.isLookedFor(first) ? this.#lookFor(blocks, memory) : this.#bring(blocks, memory)
    const piece = brought.then(() => ({ blocks, memory, size: blocks.reduce((sum, block) => sum + block.size, 0) }))
    // One that fails is told of when its turn comes.
    piece.then(
      () => this.#keep(blocks, memory),
      () => undefined,
    )
    return piece
  }

  #block(index: number): Block {
    const { size, blockSize } = this.#global.announcement
    return blockAt(this.#hashes, index, size, blockSize)
  }

  #keep(blocks: readonly Block[], memory: Shared): void {
    if (this.#fetching === undefined) return
    for (const [i, block] of blocks.entries()) this.#fetching.keep(block, this.#partOf(memory, i, block).slice())
  }

  /** Where the block at this place among those of the piece lies. */
  #partOf(memory: Shared, i: number, { size }: Block): Shared {
    const at = i * this.#global.announcement.blockSize
    return memory.subarray(at, at + size)
  }

  async #lookFor(blocks: readonly Block[], memory: Shared): Promise<void> {
    for (const [i, block] of blocks.entries())
      copyIntoShared(
        await fetchBlock(block, this.#global, this.#parts, this.#signal, this.#shifted, this.#nearby),
        this.#partOf(memory, i, block),
      )
  }

  /** All at once, and then all are proven. */
  async #bring(blocks: readonly Block[], memory: Shared): Promise<void> {
    const from = await Promise.all(blocks.map((block, i) => this.#bringOne(block, this.#partOf(memory, i, block))))
    for (const i of await this.#wrong(blocks, memory)) {
      const [block, device] = [blocks[i] as Block, from[i]]
      const failed = new Set(device === undefined ? [] : [device])
      const last = device === undefined ? undefined : otherBytes(this.#global.announcement.path)
      const bytes = await askForBlock(block, this.#global, this.#parts, this.#signal, { failed, last })
      copyIntoShared(bytes, this.#partOf(memory, i, block))
    }
  }

  /** Resolves to the device that it is from, or to undefined where it was here. */
  async #bringOne(block: Block, into: Shared): Promise<string | undefined> {
    const near = this.#nearby.has(block) ? await this.#nearby.read(block, into) : undefined
    if (near !== undefined) {
      put(near, into)
      return undefined
    }
    const tries: Tries = { failed: new Set(), last: undefined }
    const { bytes, device } = await askSomebody(block, this.#global, this.#parts, this.#signal, tries, into)
    put(bytes, into)
    return device
  }

  /** The places of those that are not what they were announced to be. */
  async #wrong(blocks: readonly Block[], memory: Shared): Promise<readonly number[]> {
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (first === undefined || last === undefined) return []
    if (this.#proving === undefined)
      return blocks.flatMap((block, i) => (isBlock(this.#partOf(memory, i, block), block) ? [] : [i]))
    const bytes = memory.subarray(0, last.offset + last.size - first.offset)
    const hashes = this.#hashes.subarray(first.index * first.hash.length, (last.index + 1) * first.hash.length)
    return this.#proving.wrong(bytes, this.#global.announcement.blockSize, hashes)
  }
}

function put(bytes: Uint8Array, into: Shared): void {
  if (bytes.buffer !== into.buffer) copyIntoShared(bytes, into)
}

/** One block, wherever it is; each device that fails is asked no second time. */
export async function fetchBlock(
  block: Block,
  global: Global,
  parts: FetchParts,
  signal: AbortSignal,
  shifted?: ShiftedBlocks,
  nearby: BlocksNearby = parts.nearby(global.announcement),
): Promise<Uint8Array> {
  if (block.size === 0) return new Uint8Array(0)
  const hopeful = shifted?.isHopeful === true ? shifted : undefined
  const near = nearby.has(block) ? await nearby.read(block) : undefined
  if (near !== undefined && isBlock(near, block)) return near
  const moved = await hopeful?.find(block)
  if (moved !== undefined) return moved
  const bytes = await askForBlock(block, global, parts, signal, { failed: new Set(), last: undefined })
  await hopeful?.learn(block, bytes)
  return bytes
}

/** Who is not asked any more for a block, and why the last of them is not. */
interface Tries {
  readonly failed: Set<string>
  last: SyncError | undefined
}

async function askForBlock(
  block: Block,
  global: Global,
  parts: FetchParts,
  signal: AbortSignal,
  tries: Tries,
): Promise<Uint8Array> {
  for (;;) {
    const { bytes, device } = await askSomebody(block, global, parts, signal, tries)
    if (isBlock(bytes, block)) return bytes
    tries.last = otherBytes(global.announcement.path)
    tries.failed.add(device)
  }
}

/** What the first one sends who sends anything: not proven yet. */
async function askSomebody(
  block: Block,
  global: Global,
  parts: FetchParts,
  signal: AbortSignal,
  tries: Tries,
  into?: Shared,
): Promise<{ readonly bytes: Uint8Array; readonly device: string }> {
  const { path: name } = global.announcement
  const { index: blockNumber, offset, size, hash } = block
  for (;;) {
    const source = leastBusy(parts.sourcesOf(global, block).filter(({ device }) => !tries.failed.has(device)))
    if (source === undefined) throw tries.last === undefined ? nobody(name) : ofPath(tries.last, name)
    try {
      const wanted = { folder: parts.folder, name, offset, size, hash, blockNumber }
      return { bytes: await source.ask(wanted, signal, into), device: source.device }
    } catch (error) {
      signal.throwIfAborted()
      tries.last = asSyncError(error, name)
    }
    tries.failed.add(source.device)
  }
}

function otherBytes(path: Path): SyncError {
  return new SyncError('corrupt', `A device sent other bytes of '${path}' than it had announced.`, { path })
}

export function hashesOf({ path, blocks }: Announcement, index: FolderIndex): Uint8Array {
  const hashes = blocks === undefined ? undefined : hashesOfBlocks(blocks, index)
  if (hashes === undefined) throw new SyncError('changed', `'${path}' is not announced any more as it was.`, { path })
  return hashes
}

function leastBusy(sources: readonly BlockSource[]): BlockSource | undefined {
  return sources.reduce<BlockSource | undefined>(
    (least, one) => (least === undefined || one.busyBytes < least.busyBytes ? one : least),
    undefined,
  )
}

/** A connection that is gone is no fault of the folder, nor of the other devices. */
function ofPath(error: SyncError, path: Path): SyncError {
  const { code, message, retry } = error
  return new SyncError(code, message, { path, scope: 'entry', retry, cause: error })
}

function nobody(path: Path): SyncError {
  return new SyncError('offline', `No device that has '${path}' is connected now.`, { path, scope: 'entry' })
}
