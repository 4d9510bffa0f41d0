// Programs are killed, or stopped, and started again a while later; when that was is remembered.
import type { Dice } from '../sim/dice.ts'
import type { Server } from './places.ts'

interface Absence {
  readonly server: string
  readonly from: number
  /** Undefined while it is away. */
  readonly to?: number
}

/** For so long after a start a program may still learn what happened while it was away; before a kill, not have noted what it did. */
const START_SECONDS = 30
const NOTE_SECONDS = 10
const AWAY_SECONDS = [0, 1, 3, 10, 40]

export class Trouble {
  readonly faults: string[] = []
  readonly #servers: readonly Server[]
  readonly #dice: Dice
  readonly #now: () => number
  readonly #say: (words: string) => void
  readonly #absences: Absence[] = []
  /** When who is started again. */
  readonly #away = new Map<Server, number>()
  readonly #coming = new Map<Server, Promise<void>>()
  #next: number

  constructor(servers: readonly Server[], world: { dice: Dice; now(): number; say(words: string): void }) {
    this.#servers = servers
    this.#dice = world.dice
    this.#now = () => world.now()
    this.#say = words => world.say(words)
    this.#next = this.#now() + 15
  }

  /** What is due now: to be called often. */
  async makeSome(): Promise<void> {
    for (const server of this.#servers) if (server.fault !== undefined) this.#fault(server.fault)
    for (const [server, until] of this.#away) if (this.#now() > until) this.#bringBack(server)
    if (this.#now() < this.#next) return
    this.#next = this.#now() + 5 + this.#dice.below(35)
    const server = this.#dice.pick(this.#servers)
    if (!server.isUp || this.#coming.has(server)) return
    const how = this.#dice.pick(['kill', 'kill', 'stop'] as const)
    this.#say(`${how.toUpperCase()} ${server.name}`)
    this.#absences.push({ server: server.name, from: this.#now() })
    await server.end(how)
    this.#away.set(server, this.#now() + this.#dice.pick(AWAY_SECONDS))
  }

  /** Everybody is back. */
  async calm(): Promise<void> {
    for (const server of [...this.#away.keys()]) this.#bringBack(server)
    await Promise.all(this.#coming.values())
    for (const server of this.#servers) if (server.fault !== undefined) this.#fault(server.fault)
  }

  /** Whether this program was away about then, or had just come back. */
  wasAbout(server: string, at: number): boolean {
    return this.#absences.some(
      each => each.server === server && at >= each.from - NOTE_SECONDS && at <= (each.to ?? at) + START_SECONDS,
    )
  }

  #bringBack(server: Server): void {
    this.#away.delete(server)
    this.#say(`START ${server.name}`)
    const isBack = server
      .start()
      .catch((error: Error) => this.#fault(`${server.name} did not start: ${error.message}`))
      .then(() => this.#came(server))
    this.#coming.set(server, isBack)
  }

  #came(server: Server): void {
    this.#coming.delete(server)
    const index = this.#absences.findLastIndex(each => each.server === server.name)
    const absence = this.#absences[index]
    if (absence !== undefined) this.#absences[index] = { ...absence, to: this.#now() }
  }

  #fault(words: string): void {
    if (this.faults.includes(words)) return
    this.faults.push(words)
    this.#say(words)
  }
}
