// Makes room in the trash of a folder, as it is set: by age and size, and by how close together versions are.
import { setImmediate } from 'node:timers/promises'
import type { Catalogue } from '../../revisions/catalogue.ts'
import type { Revisions, Swept } from '../../revisions/revisions.ts'
import { doomed, type Keeping } from '../../revisions/thin.ts'
import type { TrashConfig } from '../config/config.ts'

export interface Tidying {
  readonly revisions: Revisions
  readonly catalogue: Catalogue
  /** Milliseconds since 1970. */
  readonly now: number
}

const PAGE = 500
/** Of one path; the rest has its turn when these are fewer. */
const MOST_OF_ONE = 10_000

export async function tidyHistory(
  { keepMs, spareBytes, versions }: Pick<TrashConfig, 'keepMs' | 'spareBytes' | 'versions'>,
  tidying: Tidying,
): Promise<Swept> {
  const thinned = versions === 'all' ? { removed: 0, bytes: 0 } : await thin(versions, tidying)
  if (keepMs === 'for-ever') return thinned
  const swept = await tidying.revisions.sweep({ olderThanMs: keepMs, maxBytes: spareBytes })
  return { removed: thinned.removed + swept.removed, bytes: thinned.bytes + swept.bytes }
}

async function thin(keeping: Keeping, { revisions, catalogue, now }: Tidying): Promise<Swept> {
  let removed = 0
  let bytes = 0
  await catalogue.refresh()
  for (let after = ''; ; ) {
    const page = catalogue.paths(after, PAGE)
    for (const { path } of page.filter(({ count }) => count > 1)) {
      const versions = catalogue.of(path, Number.MAX_SAFE_INTEGER, MOST_OF_ONE)
      for (const version of doomed(versions, keeping, now)) {
        await revisions.remove(version)
        removed += 1
        bytes += version.size
      }
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return { removed, bytes }
    after = last.path
    await setImmediate()
  }
}
