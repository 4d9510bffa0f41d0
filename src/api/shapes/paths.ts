// Single paths: why they are as they are, which are not in sync, which are conflict copies.
import * as v from 'valibot'
import { Id, Sentence, type Shape, Time } from './shape.ts'

/** One line of what `why` tells. Names as the command line prints them. */
export const Fact = v.object({
  /** Which remote it is about; without it, about the folder. */
  remote: v.exactOptional(Id),
  name: v.picklist([
    'here',
    'rule',
    'conflict',
    'remote',
    'agreed',
    'failed',
    'next try',
    'now here',
    'there',
    'next run',
    'fault',
  ]),
  words: Sentence,
})
export type Fact = Shape<typeof Fact>

export const Why = v.object({ folder: Id, path: v.string(), facts: v.array(Fact) })
export type Why = Shape<typeof Why>

/** A path that is not equal on both sides, and the one reason why. '' is the whole folder. */
export const Unsynced = v.object({
  path: v.string(),
  /** Rule or error code. */
  because: v.string(),
  reason: Sentence,
  nextTryAt: v.exactOptional(Time),
})
export type Unsynced = Shape<typeof Unsynced>

export const UnsyncedPage = v.object({
  items: v.array(v.object({ remote: Id, ...Unsynced.entries })),
  /** To be given as `after` for what follows. */
  next: v.exactOptional(v.string()),
})
export type UnsyncedPage = Shape<typeof UnsyncedPage>

/** A copy that another device or client made has no origin here, only its name. */
export const Conflict = v.object({
  path: v.string(),
  origin: v.exactOptional(v.string()),
  at: v.exactOptional(Time),
})
export type Conflict = Shape<typeof Conflict>

/** What stays under the original name: `original`: the copy goes to the trash. `copy`: the original goes to the trash, the copy takes its name. */
export const ConflictChoice = v.picklist(['original', 'copy'])
export type ConflictChoice = Shape<typeof ConflictChoice>
