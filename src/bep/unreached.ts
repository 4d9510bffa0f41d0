// Servers that this device should be found through and that do not let it: which, why, and since when that is not for want of a network here.
import type { SyncError } from '../model/errors.ts'
import { codeOf } from '../platform/tree.ts'
import type { Clock } from '../platform/world.ts'

export interface UnreachedServer {
  /** Of a discovery server without its options; of a relay as others are told. */
  readonly address: string
  readonly fault: SyncError
  /** Milliseconds since 1970. Undefined while this machine is offline itself, as far as can be told. */
  readonly blamedSince: number | undefined
}

/** What the system says when it knows no way out. */
const OFFLINE = new Set(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL'])

export class Unreached {
  readonly #clock: Pick<Clock, 'now'>
  readonly #servers = new Map<string, UnreachedServer>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** The last try came to `fault`; without one, it went well. */
  note(address: string, fault: SyncError | undefined): void {
    if (fault === undefined) {
      this.#servers.delete(address)
      return
    }
    const before = this.#servers.get(address)?.blamedSince
    const blamedSince = OFFLINE.has(codeOf(fault.cause) ?? '') ? undefined : (before ?? this.#clock.now())
    this.#servers.set(address, { address, fault, blamedSince })
  }

  list(): readonly UnreachedServer[] {
    return [...this.#servers.values()]
  }
}
