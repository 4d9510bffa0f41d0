// What can be set for the daemon as a whole. Where it listens, under which names and with which certificate, is not among it: only
// who can write the file may change that.
import * as v from 'valibot'
import { LogLevel } from './logs.ts'
import { Bytes, Count, Sentence, type Shape } from './shape.ts'

export const Settings = v.object({
  logLevel: LogLevel,
  /** Clients of the host are told to wait, and change nothing. */
  isInMaintenance: v.boolean(),
  /** Of accounts that have none of their own. */
  quotaBytes: v.union([Bytes, v.literal('unlimited')]),
})
export type Settings = Shape<typeof Settings>

export const SettingsChange = v.strictObject({
  logLevel: v.exactOptional(LogLevel),
  isInMaintenance: v.exactOptional(v.boolean()),
  quotaBytes: v.exactOptional(v.union([Bytes, v.literal('unlimited')])),
})
export type SettingsChange = Shape<typeof SettingsChange>

export const ConfigView = v.object({
  /** Absolute path. */
  file: v.string(),
  settings: Settings,
  /** `host:port` of every address it listens on. */
  listening: v.array(v.string()),
  /** What is wrong with the file as it is now. While there are errors, the last good one holds. */
  problems: v.array(
    v.object({
      severity: v.picklist(['error', 'warning']),
      line: v.exactOptional(Count),
      /** As `folders.photos.rescan`. */
      key: v.string(),
      message: Sentence,
    }),
  ),
})
export type ConfigView = Shape<typeof ConfigView>
