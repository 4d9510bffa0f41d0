// What can be set for the daemon as a whole. Where it listens, and who may come in, is not among it: only the file can change that.
import * as v from 'valibot'
import { Bytes, Count, Sentence, type Shape, text } from './shape.ts'

const Rate = v.union([Bytes, v.literal('unlimited')])

export const Settings = v.object({
  logLevel: v.picklist(['debug', 'info', 'warn', 'error']),
  uploadBytesPerSecond: Rate,
  downloadBytesPerSecond: Rate,
  /** How often a folder is looked at as a whole although it is watched. */
  rescanSeconds: Count,
  /** How often a remote is looked at that cannot tell of changes. */
  pollSeconds: Count,
  /** How long deleted and replaced files are kept. */
  trashDays: v.union([Count, v.literal('forever')]),
})
export type Settings = Shape<typeof Settings>

export const SettingsChange = v.partial(
  v.strictObject({
    ...Settings.entries,
    rescanSeconds: v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(7 * 86_400)),
    pollSeconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400)),
  }),
)
export type SettingsChange = Partial<Settings>

export const Config = v.object({
  file: text(4096),
  settings: Settings,
  /** `host:port` of every address it listens on. */
  listening: v.array(v.string()),
  /** What is wrong with the file as it is now; the settings are the last good ones then. */
  problem: v.exactOptional(
    v.object({
      message: Sentence,
      line: v.exactOptional(Count),
      column: v.exactOptional(Count),
      key: v.exactOptional(v.string()),
    }),
  ),
})
export type Config = Shape<typeof Config>
