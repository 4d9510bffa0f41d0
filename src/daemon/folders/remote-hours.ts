// When one remote may sync, and how fast: begins and ends its work as its hours come and go.
import type { Clock } from '../../platform/world.ts'
import type { Direction } from '../../replica/metered.ts'
import { type Hours, nextChange } from '../config/schedule.ts'
import { followHours } from './follow-hours.ts'
import { openPaces, type Pace } from './pace.ts'
import { type Allowance, type Pacing, setPaces } from './pacing.ts'

export interface RemoteHoursParts {
  readonly clock: Clock
  readonly pacing: Pacing
  readonly begin: () => void
  /** Resolves when nothing is at work. `until`: when it begins again, milliseconds since 1970; undefined: never. */
  readonly rest: (until: number | undefined) => Promise<void>
}

export class RemoteHours {
  readonly #parts: RemoteHoursParts
  readonly #own: ReturnType<typeof openPaces>
  #following = new AbortController()
  #followed: string | undefined
  #isAtWork = false
  /** Beginnings and ends come one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #isEnded = false

  constructor(parts: RemoteHoursParts) {
    this.#parts = parts
    this.#own = openPaces(parts.clock)
  }

  /** Goes by this from now on. */
  follow(allowance: Allowance): void {
    const text = JSON.stringify(allowance)
    if (text === this.#followed || this.#isEnded) return
    this.#followed = text
    this.#following.abort()
    this.#following = new AbortController()
    const { signal } = this.#following
    void followHours(allowance.schedule, this.#parts.clock, signal, hours => this.#onHours(hours, allowance))
  }

  /** Nothing begins or rests any more. */
  async end(): Promise<void> {
    this.#isEnded = true
    this.#following.abort()
    await this.#turn
  }

  /** `where` its bytes go; undefined for those that somebody else counts. */
  pacesFor(direction: Direction, where: 'disk' | 'local-network' | 'beyond' | undefined): readonly Pace[] {
    const { pacing } = this.#parts
    const isOfAll = where === 'beyond' || (where === 'local-network' && pacing.limitsLocalNetwork)
    return isOfAll ? [this.#own[direction], pacing.total[direction]] : [this.#own[direction]]
  }

  #onHours(hours: Hours, { limits, schedule, rates }: Allowance): void {
    setPaces(this.#own, limits, rates === 'own' ? hours : undefined)
    this.#turn = this.#turn.then(async () => {
      if (this.#isEnded) return
      if (hours.sync === 'on') this.#begin()
      else await this.#rest(nextChange(schedule, this.#parts.clock.now(), ({ sync }) => sync))
    })
  }

  #begin(): void {
    if (this.#isAtWork) return
    this.#isAtWork = true
    this.#parts.begin()
  }

  async #rest(until: number | undefined): Promise<void> {
    this.#isAtWork = false
    await this.#parts.rest(until)
  }
}
