// The last lines of the log.
import * as v from 'valibot'
import { type Shape, Time } from './shape.ts'

export const LogLevel = v.picklist(['debug', 'info', 'warn', 'error'])
export type LogLevel = Shape<typeof LogLevel>

export const LogLine = v.object({
  at: Time,
  level: LogLevel,
  message: v.string(),
  /** Without secrets. */
  fields: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
})
export type LogLine = Shape<typeof LogLine>
