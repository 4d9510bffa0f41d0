// Copies within a folder: made where nobody sees them, then put in place in one act.
import { type RowChange, stampOfRow } from '../index/folder-index.ts'
import type { Stamp } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import { type Path, type Place, parentOf, rebasePath } from '../model/path.ts'
import { codeOf, isMissing } from '../platform/tree.ts'
import { randomHex } from '../platform/world.ts'
import type { Staged } from '../replica/replica.ts'
import { removeAll } from '../revisions/sweep.ts'
import { rowStateOf } from '../scan/mark.ts'
import type { Folder } from './folder.ts'
import { type DirectoryRow, type FileRow, isFile, isShown } from './folder-nodes.ts'
import { STAGING, sourceOf } from './receive-bytes.ts'

/** A copy that is there whole, under no name yet. */
export interface Copy {
  /** Puts it in its place, which is free: `stale` when it is not. Properties go along. */
  commit(): Promise<'done' | 'stale'>
  discard(): Promise<void>
}

const NEVER = new AbortController().signal

/** `changed` when the file is not as its row says. */
export async function copyFile(row: FileRow, to: Path, folder: Folder): Promise<Copy | 'changed'> {
  const staged = await stageCopy(row, folder)
  if (staged === 'changed') return staged
  const { home } = folder
  return {
    commit: async () => {
      const { mtimeNs, mode } = row.state
      const committed = await home.commit({ do: 'put', path: to, staged, mtimeNs, mode, expect: 'absent' }, NEVER)
      if (committed.as === 'done') copyProperties(row.path, to, folder)
      return committed.as
    },
    discard: () => home.discard(staged, NEVER),
  }
}

/** A directory with all that is shown below it, or without. */
export async function copyTree(
  row: DirectoryRow,
  to: Path,
  depth: 'tree' | 'itself',
  folder: Folder,
): Promise<Copy | 'changed'> {
  const { tree, world } = folder
  const top = `${STAGING}/${randomHex(world.random, 12)}`
  const discard = () => removeAll(tree, top)
  const rows = depth === 'itself' ? [] : shownBelow(row, folder)
  try {
    await tree.makeDirectory(top)
    for (const each of rows) {
      const at = top + each.path.slice(row.path.length)
      if (!isFile(each)) await tree.makeDirectory(at)
      else if ((await placeCopy(each, at, folder)) === 'changed') {
        await discard()
        return 'changed'
      }
    }
  } catch (error) {
    await discard()
    throw error
  }
  return { commit: () => commitTree([row, ...rows], to, top, folder), discard }
}

/** Parents before children, and nothing below what is not shown. */
function shownBelow(top: DirectoryRow, { index }: Folder): readonly (FileRow | DirectoryRow)[] {
  const places = new Set<Place>([top.path])
  const rows = [...index.rowsBelow(top.path)].filter(isShown).filter(row => {
    const isReached = places.has(parentOf(row.path))
    if (isReached && !isFile(row)) places.add(row.path)
    return isReached
  })
  return rows
}

async function commitTree(
  rows: readonly (FileRow | DirectoryRow)[],
  to: Path,
  top: string,
  folder: Folder,
): Promise<'done' | 'stale'> {
  const { home, index, tree } = folder
  const from = (rows[0] as DirectoryRow).path
  return home.alone([to], async () => {
    const there = index.row(to)
    if (there !== undefined && there.state.kind !== 'deleted') return 'stale'
    try {
      await tree.rename(top, to, 'keep')
    } catch (error) {
      if (codeOf(error) === 'EEXIST' || isMissing(error)) return 'stale'
      throw error
    }
    const changes: RowChange[] = []
    for (const row of rows) {
      const path = rebasePath(row.path, from, to)
      const stat = await tree.stat(path)
      // Somebody was quicker: the next scan tells what is there.
      if (stat === undefined || stat.kind !== row.state.kind) continue
      const state = isFile(row) ? rowStateOf(stat, { content: row.state.content }, row.state.mtimeNs) : rowStateOf(stat)
      changes.push({ path, state })
    }
    index.transaction(() => {
      index.record(changes)
      for (const row of rows) copyProperties(row.path, rebasePath(row.path, from, to), folder)
    })
    return 'done'
  })
}

async function placeCopy(row: FileRow, at: string, folder: Folder): Promise<'done' | 'changed'> {
  const staged = await stageCopy(row, folder)
  if (staged === 'changed') return staged
  await folder.tree.rename(`${STAGING}/${staged.id}`, at, 'keep')
  return 'done'
}

async function stageCopy(row: FileRow, { home }: Folder): Promise<Staged | 'changed'> {
  const { path, state } = row
  const stamp: Stamp = stampOfRow(row)
  const source = sourceOf(path, state.size, () => home.read(path, stamp, 0, NEVER))
  try {
    return await home.stage(
      { ...source, mtimeNs: state.mtimeNs, mode: state.mode, content: state.content },
      NO_RESUME,
      NEVER,
    )
  } catch (error) {
    if (error instanceof SyncError && ['changed', 'missing', 'corrupt'].includes(error.code)) return 'changed'
    throw error
  }
}

const NO_RESUME = { token: undefined, save: () => undefined }

function copyProperties(from: Path, to: Path, { index }: Folder): void {
  const [source, target] = [index.row(from), index.row(to)]
  if (source === undefined || target === undefined) return
  const properties = index.properties(source.node)
  if (properties.size > 0) index.setProperties(target.node, properties)
}
