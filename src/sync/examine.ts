// Checks a folder's own records against its disk, and repairs what is safe to repair.
import type { FolderIndex } from '../index/folder-index.ts'
import { OWN_DIRECTORY } from '../model/path.ts'
import { isMissing, type Tree } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import type { ScanReport } from '../scan/report.ts'
import { claimFolder, readMarker } from './marker.ts'

export interface Finding {
  /** A sentence. */
  readonly what: string
  /** `fixed` (or, when only looking, would be), `open`: a person has to do something, `fine`: only for information. */
  readonly state: 'fixed' | 'open' | 'fine'
  /** A sentence: what was done, or is to be done. */
  readonly advice?: string
}

export interface Examined {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly world: World
  readonly mode: 'repair' | 'look'
}

const STAGING = `${OWN_DIRECTORY}/staging`
const LEFTOVER_MS = 24 * 60 * 60 * 1000
const MARKER_KEY = 'folder-id'

/** The marker is proof of the place. Without it agreements prove nothing: they are forgotten, so that both sides merge and nothing is deleted. */
export async function examineMarker({ tree, index, world, mode }: Examined): Promise<readonly Finding[]> {
  const known = index.get(MARKER_KEY)
  const found = await readMarker(tree)
  if (known === undefined || found === known) return []
  if (mode === 'repair') {
    index.transaction(() => {
      for (const remote of index.remotes()) index.pair(remote).forgetAll()
      index.set(MARKER_KEY, undefined)
    })
    if (found === '') await tree.removeFile(`${OWN_DIRECTORY}/folder-id`)
    await claimFolder(tree, index, world.random)
  }
  const what = found === undefined ? 'The marker is missing.' : "The marker is another folder's, or damaged."
  return [
    {
      what,
      state: 'fixed',
      advice: 'Index and marker are matched again; the next run merges both sides and deletes nothing.',
    },
  ]
}

/** What runs that were cut off left behind. */
export async function examineStaging({ tree, world, mode }: Examined): Promise<readonly Finding[]> {
  const oldest = BigInt(Math.trunc(world.clock.now() - LEFTOVER_MS)) * 1_000_000n
  let count = 0
  let bytes = 0
  for (const { name, stat } of await listOf(tree, STAGING)) {
    if (stat === undefined || stat.kind === 'directory' || stat.ctimeNs >= oldest) continue
    count += 1
    bytes += stat.size
    if (mode === 'repair') await tree.removeFile(`${STAGING}/${name}`)
  }
  if (count === 0) return []
  return [
    { what: `${count} leftovers of transfers that were cut off (${bytes} bytes).`, state: 'fixed', advice: 'Removed.' },
  ]
}

/** Conflict copies that are gone need no record. */
export async function examineConflicts({ tree, index, mode }: Examined): Promise<readonly Finding[]> {
  const gone: string[] = []
  for (const { path } of index.conflicts()) {
    const stat = await tree.stat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (stat !== undefined) continue
    gone.push(path)
    if (mode === 'repair') index.forgetConflict(path)
  }
  return gone.length === 0
    ? []
    : [{ what: `${gone.length} conflict copies on record are gone.`, state: 'fixed', advice: 'Forgotten.' }]
}

/** What a scan that has brought the index up to date says of the disk. */
export function findingsOfScan(report: ScanReport, rows: number): readonly Finding[] {
  const { changed, unreadable, damaged, unusable, unsettled } = report
  return [
    changed === 0
      ? { what: `All ${rows} entries on record are as on disk.`, state: 'fine' }
      : {
          what: `${changed} entries on disk differ from the record.`,
          state: 'fine',
          advice: 'The next run passes them on.',
        },
    ...unreadable.map(
      ({ place, reason }): Finding => ({ what: `'${place}' cannot be read: ${reason}.`, state: 'open' }),
    ),
    ...damaged.map(
      (path): Finding => ({
        what: `The bytes of '${path}' changed though nobody wrote to it: the disk may be failing.`,
        state: 'open',
        advice: 'It is not passed on. Compare it with the other side or with the trash.',
      }),
    ),
    ...unusable.map(
      ({ place, name, reason }): Finding => ({
        what: `'${name}' in '${place === '' ? '.' : place}' is not synced: ${reason}.`,
        state: 'open',
      }),
    ),
    ...unsettled.map((path): Finding => ({ what: `'${path}' is being written to.`, state: 'fine' })),
  ]
}

/** What earlier runs could not do. */
export function examineFailures({ index }: Examined): readonly Finding[] {
  return index.remotes().flatMap(remote =>
    index
      .pair(remote)
      .failures()
      .map(({ path, message }): Finding => ({ what: `'${path}' failed: ${message}`, state: 'open' })),
  )
}

async function listOf(tree: Tree, path: string) {
  try {
    return await tree.list(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
