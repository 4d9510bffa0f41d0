// Where there is much to do for a short while: has the engine optimise less, which takes an eighth of such a run otherwise.
import { setFlagsFromString } from 'node:v8'

/** What is asked for by default, ten times over. */
export const SETTING = '--interrupt-budget=675840'
/** The newest engine of which it is known that it has this setting: one that does not would say so to the user. */
const NEWEST_KNOWN = 24

let isDone = false

/**
 * From now on only what is ten times as busy as usual is optimised: a run of some seconds ends before the rest has paid for it. Not at
 * the start: the engine does not use what it compiled under other settings, its own modules included.
 */
export function optimiseLater(): void {
  if (isDone) return
  isDone = true
  if (Number.parseInt(process.versions.node, 10) <= NEWEST_KNOWN) setFlagsFromString(SETTING)
}
