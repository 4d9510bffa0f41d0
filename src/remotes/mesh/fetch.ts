// Brings the blocks of a file together: from what is here already, and from all devices that have them.
import { setMaxListeners } from 'node:events'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Announcement, Global } from '../../index/mesh.ts'
import type { ContentId } from '../../model/content.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { type Block, blockAt, countBlocks } from './announcements.ts'
import { isBlock } from './is-block.ts'
import type { Wanted } from './requests.ts'
import type { ShiftedBlocks } from './shifted.ts'
import type { Fetching } from './unfinished.ts'

/** A device that is connected and shares the folder. */
export interface BlockSource {
  readonly device: string
  /** Bytes that it still owes us. */
  readonly busyBytes: number
  ask(wanted: Wanted, signal: AbortSignal): Promise<Uint8Array>
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
  /** A block that is in a file here, if one has it. */
  readonly nearby: (block: Block, announcement: Announcement) => Promise<Uint8Array | undefined>
}

/** Bytes that are asked for ahead of the one who reads. */
const WINDOW_BYTES = 8 * 1024 * 1024

/** The bytes of the file from `from` on, in order, each block proven by its hash. Throws `offline` when nobody has it, `corrupt` when nobody has it right. */
export async function* fetchFile(
  global: Global,
  from: number,
  parts: FetchParts,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { announcement } = global
  const { blockSize, size } = announcement
  const hashes = hashesOf(announcement, parts.index)
  const ended = new AbortController()
  const until = AbortSignal.any([signal, ended.signal])
  // One listener for each block under way.
  setMaxListeners(0, until)
  const ahead: Promise<Uint8Array>[] = []
  const shifted = parts.shifted?.(announcement)
  const fetching = parts.begin?.(global, countBlocks(hashes))
  let next = Math.floor(from / blockSize)
  const first = next
  try {
    for (let at = first; at < countBlocks(hashes); at += 1) {
      while (
        next < countBlocks(hashes) &&
        (next === at || (shifted?.isHopeful !== true && (next - at) * blockSize < WINDOW_BYTES))
      ) {
        const wanted = blockAt(hashes, next, size, blockSize)
        const block = fetchBlock(wanted, global, parts, until, shifted)
        // A later block that fails is told of when its turn comes.
        block.then(
          bytes => fetching?.keep(wanted, bytes),
          () => undefined,
        )
        ahead.push(block)
        next += 1
      }
      const bytes = await (ahead.shift() as Promise<Uint8Array>)
      yield at === first && from % blockSize !== 0 ? bytes.subarray(from % blockSize) : bytes
    }
  } finally {
    fetching?.[Symbol.dispose]()
    ended.abort(new DOMException('no more is wanted of it', 'AbortError'))
  }
}

/** One block, wherever it is; each device that fails is asked no second time. */
export async function fetchBlock(
  block: Block,
  global: Global,
  parts: FetchParts,
  signal: AbortSignal,
  shifted?: ShiftedBlocks,
): Promise<Uint8Array> {
  if (block.size === 0) return new Uint8Array(0)
  const hopeful = shifted?.isHopeful === true ? shifted : undefined
  const near = (await parts.nearby(block, global.announcement)) ?? (await hopeful?.find(block))
  if (near !== undefined) return near
  const bytes = await askForBlock(block, global, parts, signal)
  await hopeful?.learn(block, bytes)
  return bytes
}

async function askForBlock(block: Block, global: Global, parts: FetchParts, signal: AbortSignal): Promise<Uint8Array> {
  const { path } = global.announcement
  const failed = new Set<string>()
  let last: SyncError | undefined
  for (;;) {
    const source = leastBusy(parts.sourcesOf(global, block).filter(({ device }) => !failed.has(device)))
    if (source === undefined) throw last === undefined ? nobody(path) : ofPath(last, path)
    try {
      const bytes = await source.ask(
        {
          folder: parts.folder,
          name: path,
          offset: block.offset,
          size: block.size,
          hash: block.hash,
          blockNumber: block.index,
        },
        signal,
      )
      if (isBlock(bytes, block)) return bytes
      last = new SyncError('corrupt', `A device sent other bytes of '${path}' than it had announced.`, { path })
    } catch (error) {
      signal.throwIfAborted()
      last = asSyncError(error, path)
    }
    failed.add(source.device)
  }
}

export function hashesOf({ path, blocks }: Announcement, index: FolderIndex): Uint8Array {
  const hashes = blocks === undefined ? undefined : index.blocks(blocks.key as ContentId)
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
