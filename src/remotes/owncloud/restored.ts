// Whether the server was restored from a backup: its administrator changes the data fingerprint then.
import type { Memory } from '../../replica/replica.ts'

export interface Restored {
  readonly isRestored: boolean
  /** Takes the fingerprint that the root shows now; undefined where the server has none. */
  compare(fingerprint: string | undefined): void
  /** The caller has acted on it: from now on the present fingerprint is the known one. */
  acknowledge(): void
}

const KEY = 'data-fingerprint'
// An empty fingerprint is one, too: changing from it means something.
const written = (fingerprint: string): string => `=${fingerprint}`

export function restoredWatch(memory: Memory): Restored {
  let changed: string | undefined
  return {
    get isRestored() {
      return changed !== undefined
    },
    compare(fingerprint) {
      if (fingerprint === undefined || fingerprint.length > 1024) return
      const known = memory.get(KEY)
      if (known === undefined) memory.set(KEY, written(fingerprint))
      else changed = known === written(fingerprint) ? undefined : fingerprint
    },
    acknowledge() {
      if (changed !== undefined) memory.set(KEY, written(changed))
      changed = undefined
    },
  }
}
