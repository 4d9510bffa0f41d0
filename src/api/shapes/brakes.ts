// Plans that look like an accident, and wait for a person's yes.
import * as v from 'valibot'
import { Count, Id, Sentence, type Shape, SideWord, Time } from './shape.ts'

export const Brake = v.object({
  /** Of this brake: another plan has another. */
  id: v.string(),
  folder: Id,
  remote: Id,
  because: v.picklist(['root-emptied', 'too-many-deletions', 'too-many-overwrites']),
  /** The side that would be changed. */
  on: SideWord,
  count: Count,
  of: Count,
  sentence: Sentence,
  since: Time,
})
export type Brake = Shape<typeof Brake>
