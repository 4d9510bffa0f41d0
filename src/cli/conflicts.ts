// `syncline conflicts FOLDER`: the conflict copies that are still there, and where they come from.

import { openKnownFolder } from '../assemble/open-folder.ts'
import type { ConflictRecord, FolderIndex } from '../index/folder-index.ts'
import { nameOf, type Path } from '../model/path.ts'
import { isConflictName } from '../sync/conflict-name.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { counted, shown, shownTime } from './show.ts'

export interface ConflictsOptions {
  readonly json?: boolean
}

/** A copy that another device or another client made has no record here, only its name. */
type Copy = ConflictRecord | { readonly path: Path; readonly origin: undefined; readonly at: undefined }

export async function conflictsCommand(folder: string, { json }: ConflictsOptions, { out }: Streams): Promise<number> {
  const files = await openKnownFolder(folder)
  try {
    const copies = await copiesIn(files.index, async path => (await files.tree.stat(path)) !== undefined)
    for (const copy of copies)
      out.write(json ? `${JSON.stringify({ type: 'conflict', ...copy })}\n` : `${wordsOf(copy)}\n`)
    if (!json) out.write(copies.length === 0 ? 'No conflict copies.\n' : advice(copies.length))
    return EXIT.equal
  } finally {
    await files.close()
  }
}

async function copiesIn(index: FolderIndex, isThere: (path: Path) => Promise<boolean>): Promise<readonly Copy[]> {
  const copies: Copy[] = []
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

function wordsOf({ path, origin, at }: Copy): string {
  if (origin === undefined) return `${shown(path)}\n    by its name a conflict copy that was made elsewhere`
  return `${shown(path)}\n    the version from here of ${shown(origin)}, set aside ${shownTime(at)}`
}

function advice(count: number): string {
  return `${counted(count, 'conflict copy', 'conflict copies')}. Compare each with its original, keep what you want under the original name, delete the copy.\n`
}
