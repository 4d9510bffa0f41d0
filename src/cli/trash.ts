// `syncline trash FOLDER`: what runs deleted or replaced, and making room.

import { openTrashPlace } from '../assemble/open-folder.ts'
import type { Path } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Revision, Revisions } from '../revisions/revisions.ts'
import { openTrash } from '../revisions/trash.ts'
import { counted, shown, shownBytes, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonOf } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

export interface TrashOptions extends DaemonOptions {
  readonly sweep?: boolean
  /** Days. */
  readonly olderThan?: number
}

const DAY_MS = 24 * 60 * 60 * 1000

export async function trashCommand(folder: string, options: TrashOptions, { out }: Streams): Promise<number> {
  const held = await daemonOf(folder, options)
  if (held !== undefined) await show(heldTrash(held), options, out)
  else {
    const files = await openTrashPlace(folder, options.sweep ? 'write' : 'look')
    try {
      const { clock, random } = nodeWorld({ log: () => {} })
      await show(ownTrash(openTrash({ tree: files.tree, clock, random })), options, out)
    } finally {
      await files.close()
    }
  }
  return EXIT.equal
}

/** What the command needs of a trash, whoever has it. */
interface Trash {
  list(): AsyncIterable<Kept>
  sweep(olderThanMs: number): Promise<{ readonly removed: number; readonly bytes: number }>
}

type Kept = Pick<Revision, 'path' | 'why' | 'keptAt' | 'kind' | 'size'> & { readonly mtimeNs: bigint }

function ownTrash(trash: Revisions): Trash {
  return { list: () => trash.list(), sweep: olderThanMs => trash.sweep({ olderThanMs }) }
}

function heldTrash({ client, folder: { id } }: NonNullable<Awaited<ReturnType<typeof daemonOf>>>): Trash {
  return {
    list: async function* () {
      let after: string | undefined
      do {
        const { items, next } = await client.revisions.list(id, '', { after, limit: 1000 })
        for (const { path, sizeBytes, mtimeMs, ...rest } of items)
          yield { ...rest, path: path as Path, size: sizeBytes, mtimeNs: BigInt(Math.round(mtimeMs)) * 1_000_000n }
        after = next
      } while (after !== undefined)
    },
    sweep: async olderThanMs => {
      const { removed, removedBytes } = await client.revisions.sweep(id, olderThanMs)
      return { removed, bytes: removedBytes }
    },
  }
}

function show(trash: Trash, options: TrashOptions, out: Streams['out']): Promise<void> {
  return options.sweep ? sweep(trash, options, out) : list(trash, options, out)
}

async function list(trash: Trash, { json }: TrashOptions, out: Streams['out']): Promise<void> {
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

async function sweep(trash: Trash, { olderThan = 0, json }: TrashOptions, out: Streams['out']): Promise<void> {
  const { removed, bytes } = await trash.sweep(Math.round(olderThan * DAY_MS))
  if (json) out.write(`${JSON.stringify({ type: 'swept', removed, bytes })}\n`)
  else out.write(`${counted(removed, 'version')} removed for good, ${shownBytes(bytes)}.\n`)
}

function wordsOf({ keptAt, why, size, path }: Kept): string {
  return `${shownTime(keptAt)}  ${why.padEnd(8)}  ${shownBytes(size).padStart(7)}  ${shown(path)}`
}

function jsonOf({ path, why, keptAt, kind, size, mtimeNs }: Kept): string {
  return JSON.stringify({ type: 'revision', path, why, keptAt, kind, size, mtimeNs: String(mtimeNs) })
}
