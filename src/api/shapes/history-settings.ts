// How older versions of a folder's files are kept, and what is kept now.
import * as v from 'valibot'
import { Bytes, Count, Sentence, type Shape, Time } from './shape.ts'

const Strategy = v.picklist(['all', 'newest', 'staggered'])

export const HistorySettings = v.object({
  /** `all`: as long as the bounds allow. `newest`: so many of each file. `staggered`: fewer, the older they are. */
  strategy: Strategy,
  /** With `newest`: how many of each file. */
  versions: v.exactOptional(Count),
  /** What was kept for longer may go, as soon as there is more than `spareBytes`. */
  maxDays: v.union([v.pipe(v.number(), v.minValue(0)), v.literal('for-ever')]),
  spareBytes: Bytes,
  /** Whether each change is a commit of a Git repository beside the folder. */
  git: v.picklist(['on', 'off']),
})
export type HistorySettings = Shape<typeof HistorySettings>

export const HistoryChange = v.strictObject({
  strategy: v.exactOptional(Strategy),
  versions: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  maxDays: v.exactOptional(v.union([v.pipe(v.number(), v.minValue(0), v.maxValue(36_500)), v.literal('for-ever')])),
  spareBytes: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  git: v.exactOptional(v.picklist(['on', 'off'])),
})
export type HistoryChange = Shape<typeof HistoryChange>

export const HistoryState = v.object({
  settings: HistorySettings,
  /** In the trash; while the folder is open. */
  kept: v.exactOptional(v.object({ versions: Count, sizeBytes: Bytes, oldestAt: v.exactOptional(Time) })),
  git: v.exactOptional(
    v.object({
      /** Absolute path of the repository. */
      path: v.string(),
      commits: Count,
      lastAt: v.exactOptional(Time),
      /** Why it does not go on. */
      problem: v.exactOptional(Sentence),
    }),
  ),
})
export type HistoryState = Shape<typeof HistoryState>

export const Tidied = v.object({ removed: Count, removedBytes: Bytes })
export type Tidied = Shape<typeof Tidied>
