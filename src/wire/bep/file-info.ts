// What a device says of one path (BEP v1, "FileInfo").
import type { DeviceId, Version } from '../../model/version.ts'
import { BepFault, type ProtoReader, type ProtoWriter } from './protobuf.ts'

export interface BlockInfo {
  readonly offset: number
  readonly size: number
  /** SHA-256 of the block; 48 bytes where it is encrypted. */
  readonly hash: Uint8Array
  /** Adler-32 of the block; 0 where the sender left it out. */
  readonly weakHash: number
}

export type FileKind = 'file' | 'directory' | 'symlink'

export interface FileInfo {
  /** As it came: `faultOfFileInfo` says whether it may be a path. */
  readonly name: string
  readonly kind: FileKind
  /** Of a file; 0 of everything else. */
  readonly size: number
  /** 0o777. */
  readonly permissions: number
  /** The permissions mean nothing. */
  readonly noPermissions: boolean
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
  readonly modifiedBy: DeviceId
  readonly deleted: boolean
  /** The sender has it in another form or not at all, and does not offer it. */
  readonly invalid: boolean
  readonly version: Version
  /** The sender's own counter. */
  readonly sequence: number
  readonly blockSize: number
  readonly blocks: readonly BlockInfo[]
  readonly symlinkTarget: string
  /** The whole real entry, for those who have the key: what else is said of it then is made up. */
  readonly encrypted: Uint8Array | undefined
  /** The hash over the blocks of the version that this one was made from. */
  readonly previousBlocksHash: Uint8Array | undefined
}

const MIN_BLOCK = 128 * 1024
const MAX_COUNTERS = 10_000
const NS = 1_000_000_000n

export function parseFileInfo(reader: ProtoReader): FileInfo {
  const info: { -readonly [K in keyof FileInfo]: FileInfo[K] } = { ...NOTHING }
  const blocks: BlockInfo[] = []
  let seconds = 0n
  let nanoseconds = 0
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    switch (field) {
      case 1:
        info.name = reader.string()
        break
      case 2:
        info.kind = kindOf(reader.int32())
        break
      case 3:
        info.size = reader.count('the size of a file')
        break
      case 4:
        info.permissions = reader.uint32() & 0o777
        break
      case 5:
        seconds = reader.int64()
        break
      case 6:
        info.deleted = reader.bool()
        break
      case 7:
        info.invalid = reader.bool()
        break
      case 8:
        info.noPermissions = reader.bool()
        break
      case 9:
        info.version = parseVersion(reader.message())
        break
      case 10:
        info.sequence = reader.count('a sequence')
        break
      case 11:
        nanoseconds = reader.int32()
        break
      case 12:
        info.modifiedBy = reader.uint64() as DeviceId
        break
      case 13:
        info.blockSize = Math.max(reader.int32(), MIN_BLOCK)
        break
      case 16:
        blocks.push(parseBlock(reader.message()))
        break
      case 17:
        info.symlinkTarget = reader.string()
        break
      case 19:
        info.encrypted = copyOf(reader.bytes())
        break
      case 20:
        info.previousBlocksHash = copyOf(reader.bytes())
        break
      default:
        // Also 18, the hash over the blocks: it is computed anew, never believed.
        reader.skip()
    }
  }
  if (nanoseconds < 0 || nanoseconds >= Number(NS)) throw new BepFault(`sent ${nanoseconds} as nanoseconds`)
  return { ...info, blocks, modifiedNs: seconds * NS + BigInt(nanoseconds) }
}

/** `blocksHash`: the SHA-256 that peers of this generation compare; it is their own affair to compute it anew. */
export function writeFileInfo(writer: ProtoWriter, info: FileInfo, blocksHash?: Uint8Array): void {
  const seconds = floorDiv(info.modifiedNs, NS)
  writer.string(1, info.name)
  writer.uint(2, KIND_NUMBERS[info.kind])
  writer.uint(3, info.size)
  writer.uint(4, info.permissions)
  writer.int64(5, seconds)
  writer.bool(6, info.deleted)
  writer.bool(7, info.invalid)
  writer.bool(8, info.noPermissions)
  if (info.version.length > 0) writer.message(9, inner => writeVersion(inner, info.version))
  writer.uint(10, info.sequence)
  writer.uint(11, Number(info.modifiedNs - seconds * NS))
  writer.uint64(12, info.modifiedBy)
  if (info.kind === 'file') writer.uint(13, info.blockSize)
  for (const block of info.blocks) writer.message(16, inner => writeBlock(inner, block))
  writer.string(17, info.symlinkTarget)
  writer.bytes(18, blocksHash)
  writer.bytes(19, info.encrypted)
  writer.bytes(20, info.previousBlocksHash)
}

/** The end of a sentence about what makes an entry nonsense, for which real peers close the connection; undefined when nothing does. */
export function faultOfFileInfo(info: FileInfo): string | undefined {
  if (info.deleted && info.blocks.length > 0) return 'a deleted file with contents'
  if (info.kind !== 'file' && info.blocks.length > 0) return `a ${info.kind} with contents`
  if (info.kind === 'file' && !info.deleted && !info.invalid && info.blocks.length === 0)
    return 'a file without contents'
  return undefined
}

export function parseVersion(reader: ProtoReader): Version {
  const counters = new Map<DeviceId, bigint>()
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== 1) reader.skip()
    else {
      const [device, counter] = parseCounter(reader.message())
      // A counter of zero says nothing.
      if (counter > (counters.get(device) ?? 0n)) counters.set(device, counter)
      if (counters.size > MAX_COUNTERS) throw new BepFault('sent a version with too many devices')
    }
  }
  return [...counters].sort(([a], [b]) => (a < b ? -1 : 1))
}

export function writeVersion(writer: ProtoWriter, version: Version): void {
  for (const [device, counter] of version) {
    writer.message(1, inner => {
      inner.uint64(1, device)
      inner.uint64(2, counter)
    })
  }
}

function parseCounter(reader: ProtoReader): [DeviceId, bigint] {
  let device = 0n
  let counter = 0n
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) device = reader.uint64()
    else if (field === 2) counter = reader.uint64()
    else reader.skip()
  }
  return [device as DeviceId, counter]
}

function parseBlock(reader: ProtoReader): BlockInfo {
  let offset = 0
  let size = 0
  let hash: Uint8Array = EMPTY
  let weakHash = 0
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) offset = reader.count('the place of a block')
    else if (field === 2) size = reader.count('the size of a block')
    else if (field === 3) hash = copyOf(reader.bytes())
    else if (field === 4) weakHash = reader.uint32()
    else reader.skip()
  }
  return { offset, size, hash, weakHash }
}

function writeBlock(writer: ProtoWriter, { offset, size, hash, weakHash }: BlockInfo): void {
  writer.uint(1, offset)
  writer.uint(2, size)
  writer.bytes(3, hash)
  writer.uint(4, weakHash)
}

const KIND_NUMBERS: Readonly<Record<FileKind, number>> = { file: 0, directory: 1, symlink: 4 }

function kindOf(number: number): FileKind {
  if (number === 0) return 'file'
  if (number === 1) return 'directory'
  // 2 and 3 are links as devices of long ago announced them.
  if (number >= 2 && number <= 4) return 'symlink'
  throw new BepFault(`sent an entry of the unknown kind ${number}`)
}

// Otherwise one hash would keep the whole message in memory.
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes)
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a < 0n && a % b !== 0n ? quotient - 1n : quotient
}

const EMPTY = new Uint8Array(0)

const NOTHING: FileInfo = {
  name: '',
  kind: 'file',
  size: 0,
  permissions: 0,
  noPermissions: false,
  modifiedNs: 0n,
  modifiedBy: 0n as DeviceId,
  deleted: false,
  invalid: false,
  version: [],
  sequence: 0,
  blockSize: MIN_BLOCK,
  blocks: [],
  symlinkTarget: '',
  encrypted: undefined,
  previousBlocksHash: undefined,
}
