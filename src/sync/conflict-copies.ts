// The conflict copies that are still there, and where they come from.
import type { ConflictRecord, FolderIndex } from '../index/folder-index.ts'
import { nameOf, type Path } from '../model/path.ts'
import { isConflictName } from './conflict-name.ts'

/** A copy that another device or another client made has no record here, only its name. */
export type ConflictCopy = ConflictRecord | { readonly path: Path; readonly origin: undefined; readonly at: undefined }

/** Ordered by path. Reads every row once. */
export async function conflictCopies(
  index: FolderIndex,
  isThere: (path: Path) => Promise<boolean>,
): Promise<readonly ConflictCopy[]> {
  const copies: ConflictCopy[] = []
  const known = new Set<Path>()
  for (const record of index.conflicts()) {
    known.add(record.path)
    if (await isThere(record.path)) copies.push(record)
  }
  for (const { path, state } of index.rowsBelow('')) {
    if (state.kind !== 'file' || known.has(path) || !isConflictName(nameOf(path))) continue
    if (await isThere(path)) copies.push({ path, origin: undefined, at: undefined })
  }
  return copies.sort((a, b) => (a.path < b.path ? -1 : 1))
}
