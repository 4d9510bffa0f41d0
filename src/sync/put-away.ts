// Moves what a row shows to the trash, as one thing: a file, or a directory in one act with everything in it.
import type { Trashed } from '../index/folder-index.ts'
import type { Path } from '../model/path.ts'
import type { Stat } from '../platform/tree.ts'
import { isMissing } from '../platform/tree.ts'
import type { JustKept } from '../revisions/revisions.ts'
import { markOf, withoutDoubt } from '../scan/mark.ts'
import type { Folder } from './folder.ts'
import { type FileRow, isFile, type ShownRow } from './folder-nodes.ts'

/** `changed` when the disk, or the row by now, shows something else; then it is where it was. */
export function putAway(row: ShownRow, folder: Folder): Promise<Trashed | 'changed'> {
  return folder.home.alone([row.path], async () => {
    if (folder.index.row(row.path)?.sequence !== row.sequence) return 'changed'
    const stat = await statAt(row.path, folder)
    if (stat === undefined || markOf(stat) !== withoutDoubt(row.state.mark)) return 'changed'
    const trashed = isFile(row) ? await keepFile(row, stat, folder) : await keepDirectory(row, folder)
    if (trashed !== 'changed') bury(row, trashed, folder)
    return trashed
  })
}

async function statAt(path: Path, { tree }: Folder): Promise<Stat | undefined> {
  try {
    return await tree.stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function keepFile(row: FileRow, stat: Stat, folder: Folder): Promise<Trashed | 'changed'> {
  const kept = await folder.revisions.keep(row.path, 'deleted')
  if (isInState(kept, stat) && kept.inode === stat.inode) return trashedOf(row, kept)
  // Somebody wrote to it, or put another file in its place, in the instant between.
  await folder.revisions.take(kept, row.path)
  return isInState(kept, stat) && (await isRenumbered(kept, folder)) ? keepInState(row, stat, folder) : 'changed'
}

/** Some disks give a file another number when it is renamed: there only its state tells. */
async function isRenumbered({ path, inode }: JustKept, folder: Folder): Promise<boolean> {
  const now = await statAt(path, folder)
  return now !== undefined && now.inode !== inode
}

async function keepInState(row: FileRow, stat: Stat, { revisions }: Folder): Promise<Trashed | 'changed'> {
  const kept = await revisions.keep(row.path, 'deleted')
  if (isInState(kept, stat)) return trashedOf(row, kept)
  await revisions.take(kept, row.path)
  return 'changed'
}

function isInState(kept: JustKept, { kind, size, mtimeNs }: Stat): boolean {
  return kept.kind === kind && kept.size === size && kept.mtimeNs === mtimeNs
}

function trashedOf({ path, node }: FileRow, { id, size, keptAt }: JustKept): Trashed {
  return { id, node, kind: 'file', origin: path, size, at: keptAt }
}

/** What is in it and in no row, new or ignored, goes along: nothing is lost. */
async function keepDirectory({ path, node }: ShownRow, { index, revisions }: Folder): Promise<Trashed> {
  const size = index.aggregate(path)?.size ?? 0
  const { id, keptAt } = await revisions.keepTree(path)
  return { id, node, kind: 'directory', origin: path, size, at: keptAt }
}

function bury({ path }: ShownRow, trashed: Trashed, { index }: Folder): void {
  index.transaction(() => {
    const below = [...index.rowsBelow(path)].map(row => row.path)
    index.record([path, ...below].map(each => ({ path: each, state: { kind: 'deleted' } })))
    index.recordTrashed(trashed)
  })
}
