// What a run would do now: the same objects as `sync --dry-run --json` prints.
import * as v from 'valibot'
import { Unsynced } from './paths.ts'
import { Bytes, Count, Id, Sentence, type Shape, SideWord } from './shape.ts'

export const PlannedStep = v.object({
  do: v.picklist([
    'transfer',
    'compare',
    'make-directory',
    'make-symlink',
    'move',
    'set-aside',
    'remove',
    'set-metadata',
  ]),
  path: v.string(),
  on: v.exactOptional(SideWord),
  from: v.exactOptional(v.string()),
  as: v.exactOptional(v.string()),
  aside: v.exactOptional(v.string()),
  size: v.exactOptional(Bytes),
  /** How many entries go along with what is removed. */
  below: v.exactOptional(Count),
  because: v.string(),
  reason: Sentence,
  words: Sentence,
})
export type PlannedStep = Shape<typeof PlannedStep>

export const HeldPath = v.object({
  path: v.string(),
  because: v.string(),
  reason: Sentence,
  detail: v.exactOptional(Sentence),
})

export const PlanPreview = v.object({
  folder: Id,
  remote: Id,
  /** How many there are; `steps` holds the first of them only. */
  stepCount: Count,
  steps: v.array(PlannedStep),
  heldCount: Count,
  held: v.array(HeldPath),
  unsynced: v.array(Unsynced),
  /** A run would stop here. */
  brake: v.exactOptional(
    v.object({
      because: v.string(),
      on: SideWord,
      count: Count,
      of: Count,
      sentence: Sentence,
      isApproved: v.boolean(),
    }),
  ),
  /** "Both sides are equal. Nothing to do." */
  sentence: Sentence,
})
export type PlanPreview = Shape<typeof PlanPreview>
