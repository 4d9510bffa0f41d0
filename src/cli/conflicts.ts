// `syncline conflicts FOLDER`: the conflict copies that are still there, and where they come from.
import type { Conflict } from '../api/shapes/paths.ts'
import { openKnownFolder } from '../assemble/open-folder.ts'
import { conflictCopies } from '../sync/conflict-copies.ts'
import { counted, shown, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonOf } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

export async function conflictsCommand(folder: string, options: DaemonOptions, { out }: Streams): Promise<number> {
  const held = await daemonOf(folder, options)
  const copies = held === undefined ? await copiesIn(folder) : await held.client.paths.conflicts(held.folder.id)
  for (const copy of copies)
    out.write(options.json ? `${JSON.stringify({ type: 'conflict', ...copy })}\n` : `${wordsOf(copy)}\n`)
  if (!options.json) out.write(copies.length === 0 ? 'No conflict copies.\n' : advice(copies.length))
  return EXIT.equal
}

async function copiesIn(folder: string): Promise<readonly Conflict[]> {
  const files = await openKnownFolder(folder)
  try {
    const copies = await conflictCopies(files.index, async path => (await files.tree.stat(path)) !== undefined)
    return copies.map(({ path, origin, at }) => (origin === undefined ? { path } : { path, origin, at }))
  } finally {
    await files.close()
  }
}

function wordsOf({ path, origin, at }: Conflict): string {
  if (origin === undefined || at === undefined)
    return `${shown(path)}\n    by its name a conflict copy that was made elsewhere`
  return `${shown(path)}\n    the version from here of ${shown(origin)}, set aside ${shownTime(at)}`
}

function advice(count: number): string {
  return `${counted(count, 'conflict copy', 'conflict copies')}. Compare each with its original, keep what you want under the original name, delete the copy.\n`
}
