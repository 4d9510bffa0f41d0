// `syncline conflicts FOLDER`: the conflict copies that are still there, and where they come from.
import { openKnownFolder } from '../assemble/open-folder.ts'
import { type ConflictCopy, conflictCopies } from '../sync/conflict-copies.ts'
import { counted, shown, shownTime } from '../words/show.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

export interface ConflictsOptions {
  readonly json?: boolean
}

export async function conflictsCommand(folder: string, { json }: ConflictsOptions, { out }: Streams): Promise<number> {
  const files = await openKnownFolder(folder)
  try {
    const copies = await conflictCopies(files.index, async path => (await files.tree.stat(path)) !== undefined)
    for (const copy of copies)
      out.write(json ? `${JSON.stringify({ type: 'conflict', ...copy })}\n` : `${wordsOf(copy)}\n`)
    if (!json) out.write(copies.length === 0 ? 'No conflict copies.\n' : advice(copies.length))
    return EXIT.equal
  } finally {
    await files.close()
  }
}

function wordsOf({ path, origin, at }: ConflictCopy): string {
  if (origin === undefined) return `${shown(path)}\n    by its name a conflict copy that was made elsewhere`
  return `${shown(path)}\n    the version from here of ${shown(origin)}, set aside ${shownTime(at)}`
}

function advice(count: number): string {
  return `${counted(count, 'conflict copy', 'conflict copies')}. Compare each with its original, keep what you want under the original name, delete the copy.\n`
}
