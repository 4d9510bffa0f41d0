// How fast bytes may flow to and from remotes, and in which hours.
import * as v from 'valibot'
import { Bytes, type Shape, Time } from './shape.ts'

/** Bytes a second. */
export const BytesPerSecond = v.union([v.pipe(Bytes, v.minValue(1000)), v.literal('unlimited')])
export type BytesPerSecond = Shape<typeof BytesPerSecond>

export const Day = v.picklist(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export type Day = Shape<typeof Day>

/** `HH:MM` by the clock on the wall of the machine, from `00:00` to `24:00`. */
const TimeOfDay = v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/))

/**
 * Hours that come again every week. Where `to` is before `from`, they end on the day after; `days` are those on which they begin.
 *
 * The first span that covers an instant and says something about it decides, for `sync` and each rate by itself. What none says anything
 * about: as fast as the limits allow; and it is synced, unless there is a span with `sync: true`: then only in those.
 */
export const Span = v.strictObject({
  days: v.pipe(v.array(Day), v.minLength(1), v.maxLength(7)),
  from: TimeOfDay,
  to: TimeOfDay,
  sync: v.exactOptional(v.boolean()),
  /** Of all remotes together in the daemon's own schedule; of each remote in that of a folder or remote. */
  uploadBytesPerSecond: v.exactOptional(BytesPerSecond),
  downloadBytesPerSecond: v.exactOptional(BytesPerSecond),
})
export type Span = Shape<typeof Span>

const Spans = v.pipe(v.array(Span), v.maxLength(100))

/** What holds at this moment. */
export const Allowed = v.object({
  /** What the clock on the wall of the machine shows: schedules go by it. */
  clock: v.object({ day: Day, time: TimeOfDay }),
  sync: v.boolean(),
  uploadBytesPerSecond: BytesPerSecond,
  downloadBytesPerSecond: BytesPerSecond,
  /** When another span begins or ends that changes any of these; absent where that never happens. */
  until: v.exactOptional(Time),
  /** The same for `sync` alone. */
  syncUntil: v.exactOptional(Time),
})
export type Allowed = Shape<typeof Allowed>

/** Of the daemon (of all remotes together), of a folder, or of one remote. */
export const Limits = v.object({
  uploadBytesPerSecond: BytesPerSecond,
  downloadBytesPerSecond: BytesPerSecond,
  /** Only of the daemon: whether its limits also hold for what is in the local network. A remote's own always do. */
  localNetwork: v.exactOptional(v.picklist(['exempt', 'limited'])),
  /** Absent where it has none of its own: then that of the folder holds, or that of the daemon. Empty: at all times. */
  schedule: v.exactOptional(v.array(Span)),
  now: Allowed,
})
export type Limits = Shape<typeof Limits>

/** What is not named stays. A folder has no rates but those in its schedule. */
export const LimitsChange = v.strictObject({
  uploadBytesPerSecond: v.exactOptional(BytesPerSecond),
  downloadBytesPerSecond: v.exactOptional(BytesPerSecond),
  localNetwork: v.exactOptional(v.picklist(['exempt', 'limited'])),
  /** `inherit`: none of its own any more. */
  schedule: v.exactOptional(v.union([Spans, v.literal('inherit')])),
})
export type LimitsChange = Shape<typeof LimitsChange>
