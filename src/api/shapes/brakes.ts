// Plans that look like an accident, and wait for a person's yes.
import * as v from 'valibot'
import { Count, Id, Sentence, type Shape, SideWord, Time, text } from './shape.ts'

export const Brake = v.object({
  /** Of this brake: another plan has another. */
  id: text(200, 1),
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
