// `syncline conflicts FOLDER`: the conflict copies that are still there, and where they come from.
import type { Conflict } from '../api/shapes/conflicts.ts'
import { openKnownFolder } from '../assemble/open-folder.ts'
import { conflictCopies } from '../sync/conflict-copies.ts'
import { counted, shown, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonOf } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

const NEVER = new AbortController().signal

export async function conflictsCommand(folder: string, options: DaemonOptions, { out }: Streams): Promise<number> {
  const held = await daemonOf(folder, options)
  const copies = held === undefined ? await copiesIn(folder) : await copiesOf(held)
  for (const copy of copies)
    out.write(options.json ? `${JSON.stringify({ type: 'conflict', ...copy })}\n` : `${wordsOf(copy)}\n`)
  if (!options.json) out.write(copies.length === 0 ? 'No conflict copies.\n' : advice(copies.length))
  return EXIT.equal
}

type Copy = Pick<Conflict, 'path' | 'origin' | 'at'>

async function copiesOf({ client, folder }: NonNullable<Awaited<ReturnType<typeof daemonOf>>>) {
  const copies: Copy[] = []
  let after: string | undefined
  do {
    const { conflicts, next } = await client.conflicts.list(folder.id, { after, limit: 1000 }, NEVER)
    copies.push(...conflicts.map(({ path, origin, at }) => copyOf(path, origin, at)))
    after = next
  } while (after !== undefined)
  return copies
}

function copyOf(path: string, origin: string | undefined, at: number | undefined): Copy {
  return { path, ...(origin === undefined ? {} : { origin }), ...(at === undefined ? {} : { at }) }
}

async function copiesIn(folder: string): Promise<readonly Copy[]> {
  const files = await openKnownFolder(folder)
  try {
    const copies = await conflictCopies(files.index, async path => (await files.tree.stat(path)) !== undefined)
    return copies.map(({ path, origin, at }) => copyOf(path, origin, at))
  } finally {
    await files.close()
  }
}

function wordsOf({ path, origin, at }: Copy): string {
  if (origin === undefined || at === undefined)
    return `${shown(path)}\n    by its name a conflict copy that was made elsewhere`
  return `${shown(path)}\n    the version from here of ${shown(origin)}, set aside ${shownTime(at)}`
}

function advice(count: number): string {
  return `${counted(count, 'conflict copy', 'conflict copies')}. Compare each with its original, keep what you want under the original name, delete the copy.\n`
}
