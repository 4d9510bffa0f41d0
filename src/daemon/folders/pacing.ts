// How fast all remotes together may be, and in which hours those sync that say nothing themselves.
import type { Clock } from '../../platform/world.ts'
import type { Config, FolderConfig, RateLimits, RemoteConfig } from '../config/config.ts'
import { DEFAULT_CONFIG, NO_LIMITS } from '../config/config-defaults.ts'
import type { Hours, Schedule } from '../config/schedule.ts'
import { followHours } from './follow-hours.ts'
import { openPaces, type Paces } from './pace.ts'

/** What one remote may do. */
export interface Allowance {
  readonly limits: RateLimits
  readonly schedule: Schedule
  /** Whose the rates in the schedule are: of this remote, or of all together. */
  readonly rates: 'own' | 'of-all'
}

export class Pacing {
  readonly total: Paces
  readonly #clock: Clock
  #limits = DEFAULT_CONFIG.limits
  #schedule: Schedule = []
  #followed: string | undefined
  #end = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
    this.total = openPaces(clock)
  }

  /** Whether what is in the local network goes by the limits of all together. */
  get limitsLocalNetwork(): boolean {
    return this.#limits.localNetwork === 'limited'
  }

  apply({ limits, schedule }: Pick<Config, 'limits' | 'schedule'>): void {
    this.#limits = limits
    this.#schedule = schedule
    const text = JSON.stringify([limits, schedule])
    if (text === this.#followed) return
    this.#followed = text
    this.#end.abort()
    this.#end = new AbortController()
    void followHours(schedule, this.#clock, this.#end.signal, hours => setPaces(this.total, limits, hours))
  }

  /** Without a remote: of those that have no settings of their own. */
  allowanceOf(folder: Pick<FolderConfig, 'schedule'>, remote?: RemoteConfig): Allowance {
    const own = remote?.schedule ?? folder.schedule
    return {
      limits: remote?.limits ?? NO_LIMITS,
      schedule: own ?? this.#schedule,
      rates: own === undefined ? 'of-all' : 'own',
    }
  }

  close(): void {
    this.#end.abort()
  }
}

/** What the hours say goes before the limits. */
export function setPaces(paces: Paces, limits: RateLimits, hours: Hours | undefined): void {
  paces.upload.set(hours?.uploadBytesPerSecond ?? limits.uploadBytesPerSecond)
  paces.download.set(hours?.downloadBytesPerSecond ?? limits.downloadBytesPerSecond)
}
