// Single paths: why they are as they are, and which are not in sync.
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

/** A path that differs in a folder whose changes travel one way only, and where it is. */
export const Differing = v.object({ path: v.string(), is: v.picklist(['changed', 'only-here', 'only-there']) })
export type Differing = Shape<typeof Differing>

export const DifferingPage = v.object({
  items: v.array(Differing),
  /** To be given as `after` for what follows. */
  next: v.exactOptional(v.string()),
})
export type DifferingPage = Shape<typeof DifferingPage>

export const UnsyncedPage = v.object({
  items: v.array(v.object({ remote: Id, ...Unsynced.entries })),
  /** To be given as `after` for what follows. */
  next: v.exactOptional(v.string()),
})
export type UnsyncedPage = Shape<typeof UnsyncedPage>
