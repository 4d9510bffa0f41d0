// What this device keeps of a folder.
import * as v from 'valibot'
import { PathText, PlaceText, Sentence, type Shape } from './shape.ts'

/** `partly`: something in it is deselected. */
export const Keeping = v.picklist(['kept', 'partly', 'deselected'])
export type Keeping = Shape<typeof Keeping>

/** `going`: it is not made sure yet that the remote has what is here; `gone`: nothing of it is synced any more. */
const Deselected = v.object({ path: v.string(), state: v.picklist(['going', 'gone']) })

export const Selection = v.object({
  /** Of the directories that are not kept, the highest. */
  deselected: v.array(Deselected),
  /** Why nothing can be deselected in this folder, where that is so. */
  refusal: v.exactOptional(Sentence),
})
export type Selection = Shape<typeof Selection>

export const SelectionChange = v.strictObject({
  select: v.exactOptional(v.pipe(v.array(PathText), v.maxLength(10_000))),
  deselect: v.exactOptional(v.pipe(v.array(PathText), v.maxLength(10_000))),
})
export type SelectionChange = Shape<typeof SelectionChange>

/** The directories in a place, as they are known here or, where it was asked, at the remote. */
export const SelectionPage = v.object({
  place: PlaceText,
  /** Whether the remote was asked, and answered. */
  asked: v.boolean(),
  directories: v.array(v.object({ path: v.string(), keeping: Keeping })),
})
export type SelectionPage = Shape<typeof SelectionPage>
