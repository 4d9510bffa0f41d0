// How fast a single run may be: one pace for each direction, whatever is moved.
import { openPaces } from '../daemon/folders/pace.ts'
import type { Clock } from '../platform/world.ts'
import type { Direction, Meter } from '../replica/metered.ts'

/** Bytes a second, `unlimited` unless told. */
export interface RunRates {
  readonly up?: number | 'unlimited'
  readonly down?: number | 'unlimited'
}

export function rateMeter({ up = 'unlimited', down = 'unlimited' }: RunRates, clock: Clock): Meter {
  const paces = openPaces(clock)
  paces.upload.set(up)
  paces.download.set(down)
  const pass = (bytes: number, direction: Direction, signal: AbortSignal) => paces[direction].pass(bytes, signal)
  return {
    pass,
    begin: (_, direction) => ({ pass: (bytes, signal) => pass(bytes, direction, signal), end: () => {} }),
  }
}
