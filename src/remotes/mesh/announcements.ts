// What devices tell of a path, as it goes over the wire, as the index keeps it, and as the planner sees it.
import { contentIdOf } from '../../index/content-id.ts'
import type { FolderIndex, Row } from '../../index/folder-index.ts'
import type { Announcement, BlocksKey } from '../../index/mesh.ts'
import { blockSizeOf, type ContentId, isOneBlock } from '../../model/content.ts'
import type { Entry, Stamp } from '../../model/entry.ts'
import { faultOfPath, type Path } from '../../model/path.ts'
import type { Version } from '../../model/version.ts'
import { type BlockInfo, type FileInfo, faultOfFileInfo } from '../../wire/bep/file-info.ts'
import { BepFault } from '../../wire/bep/protobuf.ts'

const HASH_BYTES = 32
const NO_PERMISSIONS = 0o666

/** The stamp of a directory that nobody announces, although something is in it. */
export const IMPLIED = 'implied' as Stamp

/** The version as the planner's stamp. */
export function stampOfVersion(version: Version): Stamp {
  return version.map(([device, counter]) => `${device.toString(36)}:${counter.toString(36)}`).join(' ') as Stamp
}

/** What an announcement shows: nothing of a deletion. What nobody offers is there, but cannot be had. */
export function entryOf(announcement: Announcement): Entry | undefined {
  const { kind, version, size, modifiedNs, mode, target = '', blocks } = announcement
  if (announcement.invalid) return { kind: 'blocked', why: 'unreadable' }
  if (announcement.deleted) return undefined
  const stamp = stampOfVersion(version)
  const modes = mode === undefined ? {} : { mode }
  if (kind === 'symlink') return { kind, stamp, target }
  if (kind === 'directory') return { kind, stamp, ...modes }
  const content = blocks?.content === undefined ? {} : { content: blocks.content }
  return { kind, stamp, size, mtimeNs: modifiedNs, ...modes, ...content }
}

/**
 * What a device announced, its block hashes put on record. Undefined for a path that cannot be one of ours but is none of the
 * device's fault; throws `BepFault` for what no device may send.
 */
export function announcementOf(info: FileInfo, index: FolderIndex): Announcement | undefined {
  const fault = faultOfPath(info.name)
  if (fault !== undefined && fault !== 'reserved' && fault !== 'too-long' && fault !== 'too-deep')
    throw new BepFault(`announced a path that is none (${fault})`)
  const nonsense = faultOfFileInfo(info)
  if (nonsense !== undefined) throw new BepFault(`announced ${nonsense}`)
  if (fault !== undefined) return undefined
  return {
    path: info.name as Path,
    kind: info.kind,
    version: info.version,
    sequence: info.sequence,
    deleted: info.deleted,
    invalid: info.invalid,
    size: info.kind === 'file' && !info.deleted ? info.size : 0,
    modifiedNs: info.modifiedNs,
    modifiedBy: info.modifiedBy,
    mode: info.noPermissions ? undefined : info.permissions,
    target: info.kind === 'symlink' ? info.symlinkTarget : undefined,
    blocks: info.kind === 'file' && !info.deleted && !info.invalid ? keepBlocks(info, index) : undefined,
    blockSize: info.blockSize,
  }
}

/** An announcement as it goes out. */
export function infoOf(announcement: Announcement, index: FolderIndex): FileInfo {
  const { path, kind, deleted, invalid, size, mode, target, blocks, blockSize, isKeptBack = false } = announcement
  const hashes = blocks === undefined ? undefined : hashesOfBlocks(blocks, index)
  const isWhole = kind !== 'file' || deleted || hashes !== undefined
  return {
    name: path,
    kind,
    size: deleted ? 0 : size,
    permissions: mode ?? NO_PERMISSIONS,
    noPermissions: mode === undefined || kind === 'symlink',
    modifiedNs: announcement.modifiedNs,
    modifiedBy: announcement.modifiedBy,
    deleted,
    // What has no hashes any more cannot be asked for.
    invalid: invalid || !isWhole,
    // What is kept back is older than everything to others.
    version: isKeptBack ? [] : announcement.version,
    sequence: announcement.sequence,
    blockSize,
    blocks: hashes === undefined || deleted || invalid ? [] : blocksOf(hashes, size, blockSize),
    symlinkTarget: target ?? '',
    encrypted: undefined,
    previousBlocksHash: undefined,
  }
}

/** The SHA-256 of each block, one after the other; undefined where they are not on record any more. */
export function hashesOfBlocks({ key, only }: BlocksKey, index: FolderIndex): Uint8Array | undefined {
  return only ?? index.blocks(key as ContentId)
}

/** What we announce of a row. `blocks` of a file; `nowNs`: when a deletion is noticed. */
export function announcementOfRow(
  row: Row,
  made: Pick<Announcement, 'version' | 'modifiedBy' | 'blocks'>,
  nowNs: bigint,
): Announcement {
  const { path, state } = row
  const common = {
    path,
    ...made,
    sequence: 0,
    deleted: false,
    invalid: false,
    size: 0,
    target: undefined,
  }
  const plain = { ...common, modifiedNs: nowNs, mode: undefined, blockSize: blockSizeOf(0) }
  switch (state.kind) {
    case 'file':
      return {
        ...plain,
        kind: 'file',
        size: state.size,
        modifiedNs: state.mtimeNs,
        mode: state.mode & 0o777,
        blockSize: blockSizeOf(state.size),
      }
    case 'directory':
      return { ...plain, kind: 'directory', mode: state.mode & 0o777 }
    case 'symlink':
      return { ...plain, kind: 'symlink', target: state.target }
    case 'deleted':
      return { ...plain, kind: 'file', deleted: true }
    case 'blocked':
      return { ...plain, kind: 'file', invalid: true }
  }
}

/** One block of a file. */
export interface Block {
  readonly index: number
  readonly offset: number
  readonly size: number
  readonly hash: Uint8Array
}

export function blockAt(hashes: Uint8Array, index: number, size: number, blockSize: number): Block {
  const offset = index * blockSize
  return {
    index,
    offset,
    size: Math.min(blockSize, size - offset),
    hash: hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  }
}

export function countBlocks(hashes: Uint8Array): number {
  return hashes.length / HASH_BYTES
}

function blocksOf(hashes: Uint8Array, size: number, blockSize: number): BlockInfo[] {
  return Array.from({ length: countBlocks(hashes) }, (_, i) => {
    const { offset, size: length, hash } = blockAt(hashes, i, size, blockSize)
    return { offset, size: length, hash, weakHash: 0 }
  })
}

function keepBlocks(info: FileInfo, index: FolderIndex): BlocksKey {
  const hashes = joined(info)
  const id = contentIdOf(hashes)
  // Files that are the same but were cut otherwise have different hashes: what they contain cannot be compared.
  const isOne = hashes.length === HASH_BYTES
  const isUsual = info.blockSize === blockSizeOf(info.size) || (isOne && isOneBlock(info))
  const key = isUsual ? id : (`${info.blockSize} ${id}` as ContentId)
  const blocks = { key, content: isUsual ? id : undefined }
  if (isOne) return { ...blocks, only: hashes }
  index.recordBlocks(key, hashes)
  return blocks
}

function joined({ blocks, size, blockSize }: FileInfo): Uint8Array {
  const hashes = new Uint8Array(blocks.length * HASH_BYTES)
  if (blocks.length !== Math.max(1, Math.ceil(size / blockSize)))
    throw new BepFault('announced blocks that make no file')
  for (const [i, { offset, size: length, hash }] of blocks.entries()) {
    const isInPlace = offset === i * blockSize && length === Math.min(blockSize, size - offset)
    if (!isInPlace || hash.length !== HASH_BYTES) throw new BepFault('announced blocks that make no file')
    hashes.set(hash, i * HASH_BYTES)
  }
  return hashes
}
