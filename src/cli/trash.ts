// `syncline trash FOLDER`: what runs deleted or replaced, and making room.

import { openKnownFolder } from '../assemble/open-folder.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Revision, Revisions } from '../revisions/revisions.ts'
import { openTrash } from '../revisions/trash.ts'
import { counted, shown, shownBytes, shownTime } from '../words/show.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

export interface TrashOptions {
  readonly sweep?: boolean
  readonly olderThan?: number
  readonly json?: boolean
}

const DAY_MS = 24 * 60 * 60 * 1000

export async function trashCommand(folder: string, options: TrashOptions, { out }: Streams): Promise<number> {
  const files = await openKnownFolder(folder, options.sweep ? 'write' : 'look')
  try {
    const { clock, random } = nodeWorld({ log: () => {} })
    const trash = openTrash({ tree: files.tree, clock, random })
    if (options.sweep) await sweep(trash, options, out)
    else await list(trash, options, out)
    return EXIT.equal
  } finally {
    await files.close()
  }
}

async function list(trash: Revisions, { json }: TrashOptions, out: Streams['out']): Promise<void> {
  let count = 0
  let bytes = 0
  for await (const revision of trash.list()) {
    count += 1
    bytes += revision.size
    out.write(`${json ? jsonOf(revision) : wordsOf(revision)}\n`)
  }
  if (json) return
  out.write(count === 0 ? 'The trash is empty.\n' : `${counted(count, 'version')}, ${shownBytes(bytes)}.\n`)
}

async function sweep(trash: Revisions, { olderThan = 0, json }: TrashOptions, out: Streams['out']): Promise<void> {
  const { removed, bytes } = await trash.sweep({ olderThanMs: olderThan * DAY_MS })
  if (json) out.write(`${JSON.stringify({ type: 'swept', removed, bytes })}\n`)
  else out.write(`${counted(removed, 'version')} removed for good, ${shownBytes(bytes)}.\n`)
}

function wordsOf({ keptAt, why, size, path }: Revision): string {
  return `${shownTime(keptAt)}  ${why.padEnd(8)}  ${shownBytes(size).padStart(7)}  ${shown(path)}`
}

function jsonOf({ path, why, keptAt, kind, size, mtimeNs }: Revision): string {
  return JSON.stringify({ type: 'revision', path, why, keptAt, kind, size, mtimeNs: String(mtimeNs) })
}
