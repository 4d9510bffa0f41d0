// What every space and every store of blobs must do, told only through the interfaces: a driver's own test opens one and calls this.
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Place } from '../model/path.ts'
import type { BlobStore } from './blobs.ts'
import type { Space } from './space.ts'
import { BLOB_FACTS, blobBenchOf } from './testing/blob-facts.ts'
import type { Fact, SpaceNeed } from './testing/facts.ts'
import { KEEPING } from './testing/keeping-facts.ts'
import { MOVING } from './testing/moving-facts.ts'
import { PUTTING } from './testing/putting-facts.ts'
import { READING } from './testing/reading-facts.ts'
import { benchIn, nodeOf, pathOf, SIGNAL, thatIs } from './testing/space-bench.ts'

export interface OpenedForConformance {
  readonly space: Space
  /** A directory in which the facts do what they do; absent: the root. */
  readonly within?: Place
  /** Closes the space and opens the same place anew: unless 'reopening' is lacking. Closed by the suite; `dispose` comes after. */
  readonly reopen?: () => Promise<Space>
  /** Closes the space, where it is still open, and removes what was made for the test. */
  dispose(): Promise<void>
}

/** Runs the suite. Each fact gets an empty, writable space from `open`. What the space does not have is named in `lacks`: the facts that need it are left out. */
export function spaceConformance(
  name: string,
  open: () => Promise<OpenedForConformance>,
  lacks: readonly SpaceNeed[] = [],
): void {
  const facts: Readonly<Record<string, Fact>> = { ...READING, ...PUTTING, ...MOVING, ...KEEPING }
  describe(name, () => {
    for (const [title, { need, check }] of Object.entries(facts)) {
      if (need !== undefined && lacks.includes(need)) continue
      test(title, { timeout: 60_000 }, async () => {
        const opened = await open()
        try {
          const base = await directoryFor(opened)
          const reopen = () => thatIs(opened.reopen)()
          await check(benchIn(opened.space, base), { space: opened.space, reopen })
        } finally {
          await opened.dispose()
        }
      })
    }
  })
}

/** Facts speak of a directory of theirs, so that what is above it shows too. */
async function directoryFor({ space, within = '' }: OpenedForConformance): Promise<Place> {
  const at = pathOf(within === '' ? 'facts' : `${within}/facts`)
  nodeOf(await space.change({ do: 'make-directory', at }, SIGNAL))
  return at
}

export interface OpenedBlobs {
  readonly store: BlobStore
  dispose(): Promise<void>
}

/** Runs the suite on one store, which is empty at the start. */
export function blobConformance(name: string, open: () => Promise<OpenedBlobs>): void {
  describe(name, () => {
    let opened: OpenedBlobs | undefined
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(async () => {
      await opened?.dispose()
    })
    for (const [title, check] of Object.entries(BLOB_FACTS)) {
      test(title, { timeout: 60_000 }, () => check(blobBenchOf(thatIs(opened).store)))
    }
  })
}
