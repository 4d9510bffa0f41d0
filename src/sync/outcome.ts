// What became of a step.
import type { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Step } from '../plan/step.ts'

export type Outcome =
  | { readonly as: 'done'; readonly step: Step }
  /** Not what was expected: look again at that path and plan again. A normal outcome. */
  | { readonly as: 'stale'; readonly step: Step }
  | { readonly as: 'failed'; readonly step: Step; readonly error: SyncError }
  /** A directory that stays because what is left in it is none of ours. */
  | { readonly as: 'kept'; readonly step: Step }
  /** Not tried, because what it depends on was not done. */
  | { readonly as: 'skipped'; readonly step: Step; readonly because: Path }
