// How a request that failed is answered: problem details (RFC 9457), with a code from the catalogues of errors.
import * as v from 'valibot'
import { Sentence, type Shape } from './shape.ts'

export const Problem = v.object({
  type: v.string(),
  title: Sentence,
  status: v.number(),
  /** For people. */
  detail: Sentence,
  /** Of `ApiError` or `SyncError`. */
  code: v.string(),
  /** Whom it concerns: one path, the other side, or the folder. Of `SyncError` only. */
  scope: v.exactOptional(v.picklist(['entry', 'replica', 'folder'])),
  /** The path in the folder that it is about. */
  path: v.exactOptional(v.string()),
  retryAfterSeconds: v.exactOptional(v.number()),
})
export type Problem = Shape<typeof Problem>
