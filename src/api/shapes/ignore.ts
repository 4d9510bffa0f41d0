// Ignore rules of a folder.
import * as v from 'valibot'
import { Count, type Shape, text } from './shape.ts'

/** `shared`: `.syncignore`, which syncs. `device`: `.syncline/ignore`, only here. */
export const RulesFile = v.picklist(['shared', 'device'])
export type RulesFile = Shape<typeof RulesFile>

export const IgnoreRules = v.object({
  shared: v.string(),
  device: v.string(),
  /** Of `.stignore`, which is read but not written here. */
  syncthing: v.exactOptional(v.string()),
})
export type IgnoreRules = Shape<typeof IgnoreRules>

export const IgnoreChange = v.strictObject({ file: RulesFile, text: text(256 * 1024) })
export type IgnoreChange = Shape<typeof IgnoreChange>

/** What the rules would hide that is synced now. */
export const IgnorePreview = v.object({
  hiddenCount: Count,
  /** The first of them. */
  hidden: v.array(v.object({ path: v.string(), rule: v.string() })),
  /** What would be synced again, as far as the index knows it. */
  shownCount: Count,
  /** The first of them. */
  shown: v.array(v.string()),
})
export type IgnorePreview = Shape<typeof IgnorePreview>
