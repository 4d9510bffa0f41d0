// A row of the index as the columns of its table, and back.
import type { ContentId } from '../model/content.ts'
import type { BlockedWhy } from '../model/entry.ts'
import { AssertionError, assertNever } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId, Version } from '../model/version.ts'
import type { Columns, Value } from '../platform/node/sqlite.ts'
import type { Roll } from '../platform/tree.ts'
import type { DiskMark, NodeId, Row, RowMark, RowState } from './folder-index.ts'

/** The columns that `rowOf` reads, in its order. An inode may be beyond what a number holds, so it travels as text. */
export const ROW_COLUMNS =
  'r.path, r.node, r.sequence, r.version, r.kind, r.mark, CAST(r.inode AS TEXT), r.size, r.mtime, r.mode, r.content, r.target, r.why'

/** How many columns that is. */
export const ROW_WIDTH = 13

/** The columns that `markOf` reads. */
export const MARK_COLUMNS = 'path, mark, mode'

export function rowOf(columns: Columns): Row {
  return {
    path: columns[0] as Path,
    node: columns[1] as NodeId,
    sequence: columns[2] as number,
    version: readVersion(columns[3] as string),
    state: stateOf(columns),
  }
}

export function markOf([path, mark, mode]: Columns): RowMark {
  return {
    path: path as Path,
    mark: (mark ?? undefined) as DiskMark | undefined,
    mode: (mode ?? undefined) as number | undefined,
  }
}

export function rollOf([place, text]: Columns): Roll {
  return { place: place as string, text: text as string }
}

function stateOf(columns: Columns): RowState {
  const kind = columns[4] as RowState['kind']
  switch (kind) {
    case 'file':
      return {
        kind,
        mark: columns[5] as DiskMark,
        inode: BigInt(columns[6] as string),
        size: columns[7] as number,
        mtimeNs: BigInt(columns[8] as string),
        mode: columns[9] as number,
        content: columns[10] as ContentId,
      }
    case 'directory':
      return {
        kind,
        mark: columns[5] as DiskMark,
        inode: BigInt(columns[6] as string),
        mode: columns[9] as number,
      }
    case 'symlink':
      return {
        kind,
        mark: columns[5] as DiskMark,
        inode: BigInt(columns[6] as string),
        target: columns[11] as string,
      }
    case 'deleted':
      return { kind }
    case 'blocked':
      return { kind, why: columns[12] as BlockedWhy }
    default:
      return assertNever(kind)
  }
}

/** Columns of a state in the order kind, mark, inode, size, mtime, mode, content, target, why. */
export function columnsOfState(state: RowState): Value[] {
  switch (state.kind) {
    case 'file':
      return fileColumns(state)
    case 'directory':
      return [state.kind, state.mark, storedInode(state.inode), null, null, state.mode, null, null, null]
    case 'symlink':
      return [state.kind, state.mark, storedInode(state.inode), null, null, null, null, state.target, null]
    case 'deleted':
      return [state.kind, null, null, null, null, null, null, null, null]
    case 'blocked':
      return [state.kind, null, null, null, null, null, null, null, state.why]
    default:
      return assertNever(state)
  }
}

function fileColumns(file: Extract<RowState, { kind: 'file' }>): Value[] {
  const { kind, mark, inode, size, mtimeNs, mode, content } = file
  return [kind, mark, storedInode(inode), size, String(mtimeNs), mode, content, null, null]
}

/** SQLite's whole numbers are signed; the few file systems with inodes beyond that come back as negative numbers, still one to one. */
export function storedInode(inode: bigint): bigint {
  return BigInt.asIntN(64, inode)
}

export function writeVersion(version: Version): string {
  return version.map(([device, counter]) => `${device.toString(16)}:${counter.toString(16)}`).join(',')
}

// Rows that were recorded together share one version, so the last one read is very often the next one asked for.
let lastText = ''
let lastVersion: Version = []

export function readVersion(text: string): Version {
  if (text !== lastText) {
    lastVersion = text === '' ? [] : text.split(',').map(readCounter)
    lastText = text
  }
  return lastVersion
}

function readCounter(text: string): readonly [DeviceId, bigint] {
  const [device, counter] = text.split(':')
  if (device === undefined || counter === undefined) {
    throw new AssertionError(`Internal error, please report it: a version in the index reads ${text}`)
  }
  return [BigInt(`0x${device}`) as DeviceId, BigInt(`0x${counter}`)]
}
