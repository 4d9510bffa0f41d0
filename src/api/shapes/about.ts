// The daemon itself.
import * as v from 'valibot'
import { Count, type Shape, Time } from './shape.ts'

export const About = v.object({
  program: v.literal('syncline'),
  version: v.string(),
  /** `v20.20.0 linux x64`. */
  runtime: v.string(),
  home: v.string(),
  startedAt: Time,
  pid: Count,
})
export type About = Shape<typeof About>

/** For those who watch over services: tells nothing else, because anybody may ask. */
export const Health = v.object({ status: v.picklist(['ok', 'starting', 'stopping']) })
export type Health = Shape<typeof Health>
