// Tells when the hours of a schedule begin and end.
import type { Clock } from '../../platform/world.ts'
import { type Hours, hoursAt, nextChange, type Schedule } from '../config/schedule.ts'

/** A machine that slept, and a clock that was set, are noticed after this long. */
const LOOK_MS = 60_000

/** Tells of the hours now, at once, and of all others as they come; until the signal aborts. */
export async function followHours(
  schedule: Schedule,
  clock: Clock,
  signal: AbortSignal,
  told: (hours: Hours) => void,
): Promise<void> {
  let before = ''
  while (!signal.aborted) {
    const hours = hoursAt(schedule, clock.now())
    const text = JSON.stringify(hours)
    if (text !== before) told(hours)
    before = text
    const next = nextChange(schedule, clock.now())
    if (next === undefined) return
    await clock.sleep(Math.min(LOOK_MS, next - clock.now()), signal).catch(() => {})
  }
}
