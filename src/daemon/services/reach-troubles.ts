// Discovery servers and relays that have not let this device be found for a while.
import type { Trouble } from '../../api/shapes/diagnosis.ts'
import type { UnreachedServer } from '../../bep/unreached.ts'
import { troubleOf } from './path-troubles.ts'

/** Each has been tried at least twice by then. */
const LONG_MS = 10 * 60_000

/** Whoever is offline knows it, and what is mended within minutes is none. */
export function reachTroubles(unreached: readonly UnreachedServer[], now: number): readonly Trouble[] {
  return unreached
    .filter(({ blamedSince }) => blamedSince !== undefined && now - blamedSince >= LONG_MS)
    .map(({ address, fault }) =>
      troubleOf(['unreached', address], { severity: 'notice', cause: 'unreached', sentence: fault.message }),
    )
}
