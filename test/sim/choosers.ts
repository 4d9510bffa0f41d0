// Devices of one mesh whose people choose what each of them keeps, from one seed: nothing is lost meanwhile, and in the end all have all.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isBelow, isWithin, type Path } from '../../src/model/path.ts'
import { isEffect } from '../../src/plan/step.ts'
import type { World } from '../../src/platform/world.ts'
import type { SyncEvent } from '../../src/sync/events.ts'
import { deviceKeyOf, shortIdOf } from '../../src/wire/bep/device-key.ts'
import { Bridge, type Choose, meetAll } from './bridge.ts'
import { Dice } from './dice.ts'
import type { Line } from './mesh-line.ts'
import { act, Oracle, type Surface } from './people.ts'
import { surfaceOfDisk } from './surfaces.ts'
import { VirtualTime } from './virtual-time.ts'

export interface ChoosersResult {
  readonly seed: number
  readonly setting: string
  readonly faults: readonly string[]
  readonly story: readonly string[]
  readonly trace: string
}

export async function simulateChoosers(seed: number): Promise<ChoosersResult> {
  const simulation = new Choosers(seed)
  try {
    return await simulation.run()
  } finally {
    simulation.dispose()
  }
}

/** Longer than anybody waits for anything. */
const QUIET_MS = 2 * 60_000
const LONGEST_MS = 3 * 60 * 60_000
const START_MS = 1_800_000_000_000

class Choosers {
  readonly #seed: number
  readonly #dice: Dice
  readonly #time: VirtualTime
  readonly #names: readonly string[]
  readonly #devices: readonly Bridge[]
  readonly #surfaces: ReadonlyMap<string, Surface>
  readonly #home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'syncline-sim-'))
  readonly #oracle = new Oracle()
  readonly #story: string[] = []
  readonly #faults: string[] = []
  #lines: readonly Line[] = []
  #activeAt = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#dice = new Dice(seed)
    this.#time = new VirtualTime(this.#dice)
    this.#names = this.#dice.chance(0.4) ? ['A', 'B', 'C'] : ['A', 'B']
    this.#devices = this.#makeDevices()
    this.#surfaces = new Map(this.#devices.map(({ name, disk }) => [name, surfaceOfDisk(disk)]))
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }

  async run(): Promise<ChoosersResult> {
    await this.#while(Promise.all(this.#devices.map(device => device.open())))
    this.#meet()
    // Not at the same instant: files of the same size and time cannot be told from each other by looking.
    for (let deed = 0; deed < 10; deed += 1) {
      this.#deed()
      await this.#wait(1 + this.#dice.below(30))
    }
    await this.#untilQuiet()
    for (let burst = 2 + this.#dice.below(3); burst > 0; burst -= 1) await this.#burst()
    await this.#atRest()
    this.#checkChosen()
    await this.#chooseAt(this.#devices, (_, deselected) => ({ select: deselected }))
    await this.#atRest()
    this.#check()
    await this.#while(Promise.all(this.#devices.map(device => device.close())))
    for (const device of this.#devices)
      for (const fault of device.check()) this.#faults.push(`the index of ${device.name}: ${fault}`)
    return {
      seed: this.#seed,
      setting: `${this.#devices.length} devices`,
      faults: this.#faults,
      story: this.#story,
      trace: this.#time.trace.join('\n'),
    }
  }

  #makeDevices(): Bridge[] {
    const devices = this.#names.map((name, i) => ({ name, device: deviceKeyOf(new Uint8Array(32).fill(i + 1)) }))
    return devices.map(
      ({ name, device }, i) =>
        new Bridge({
          ...{ name, device, devices, world: this.#world(i) },
          shortId: shortIdOf(device),
          directory: join(this.#home, name),
          hop: what => this.#time.hop(what),
          report: (_, event) => this.#tell(name, event),
        }),
    )
  }

  /** Every two are connected, by a new line. */
  #meet(): void {
    this.#cut()
    this.#lines = meetAll(this.#devices, what => this.#time.hop(what))
  }

  #cut(): void {
    for (const line of this.#lines) line.cut()
    this.#lines = []
  }

  #world(device: number): World {
    return { clock: this.#time, random: new Dice(this.#seed * 10 + device), log: () => {} }
  }

  // --- people --------------------------------------------------------------------------------------------------------------

  /** Deeds and choices, faster than anything travels, while connections come and go. */
  async #burst(): Promise<void> {
    for (let turn = 2 + this.#dice.below(8); turn > 0; turn -= 1) {
      await this.#wait(this.#dice.chance(0.7) ? this.#dice.below(200) : this.#dice.below(4000))
      if (this.#dice.chance(0.1)) this.#connect(this.#dice.pick(['cut', 'meet']))
      else if (this.#dice.chance(0.4)) await this.#choose()
      else this.#deed()
    }
    if (this.#dice.chance(0.5)) await this.#atRest()
  }

  #connect(how: 'cut' | 'meet'): void {
    this.#say(how === 'cut' ? 'all connections are cut' : 'all are connected')
    if (how === 'cut') this.#cut()
    else this.#meet()
  }

  #deed(): void {
    const who = this.#dice.pick(this.#names)
    const surface = this.#surfaces.get(who) as Surface
    this.#say(act(who, surface, this.#oracle, this.#dice, new Set()))
    this.#activeAt = this.#time.now()
    const device = this.#devices.find(({ name }) => name === who)
    this.#time.later(10 + this.#dice.below(150), () => device?.hintDisk())
  }

  /** Sometimes several do so at the same instant: then each might think that another keeps what it lets go of. */
  async #choose(): Promise<void> {
    const who = this.#dice.chance(0.4) ? this.#devices : [this.#dice.pick(this.#devices)]
    const same = this.#dice.next()
    await this.#chooseAt(who, (directories, deselected) => {
      const isSelecting = deselected.length > 0 && this.#dice.chance(0.5)
      if (isSelecting) return { select: [this.#dice.pick(deselected)] }
      const path = directories[Math.floor(same * directories.length)]
      return path === undefined ? undefined : { deselect: [path] }
    })
  }

  #chooseAt(who: readonly Bridge[], choose: Choose): Promise<unknown> {
    this.#activeAt = this.#time.now()
    return this.#while(
      Promise.all(
        who.map(device =>
          device.choose((directories, deselected) => {
            const change = choose(directories, deselected)
            if (change !== undefined) this.#say(`${device.name} chooses ${JSON.stringify(change)}`)
            return change
          }),
        ),
      ),
    )
  }

  // --- time ----------------------------------------------------------------------------------------------------------------

  async #step(): Promise<void> {
    if (!(await this.#time.step())) throw new Error('nobody waits for anything')
  }

  async #wait(ms: number): Promise<void> {
    const until = this.#time.now() + ms
    this.#time.later(ms, () => {})
    while (this.#time.now() < until) await this.#step()
  }

  async #while(work: Promise<unknown>): Promise<void> {
    let isOver = false
    const over = () => {
      isOver = true
    }
    work.then(over, over)
    while (!isOver) await this.#time.step()
    await work
  }

  async #atRest(): Promise<void> {
    this.#meet()
    await this.#untilQuiet()
  }

  async #untilQuiet(): Promise<void> {
    const from = this.#time.now()
    this.#activeAt = from
    this.#time.later(QUIET_MS, () => {})
    while (this.#time.now() - this.#activeAt < QUIET_MS) {
      if (this.#time.now() - from > LONGEST_MS) {
        this.#faults.push('it does not come to rest')
        return
      }
      await this.#step()
    }
  }

  #say(line: string): void {
    this.#story.push(`${((this.#time.now() - START_MS) / 1000).toFixed(3)} ${line}`)
  }

  #tell(who: string, event: SyncEvent): void {
    if (event.type === 'notice') this.#say(`  ${who}: ${event.path ?? ''} ${event.text}`)
    if (event.type !== 'outcome') return
    const { as, step } = event.outcome
    if (as === 'done' && isEffect(step)) this.#activeAt = this.#time.now()
    const more = 'aside' in step ? ` aside ${step.aside}` : 'from' in step ? ` from ${step.from}` : ''
    const why = event.outcome.as === 'failed' ? `: ${event.outcome.error.message}` : ''
    this.#say(`  ${who}: ${as} ${step.do} ${step.path}${more} (${step.because})${why}`)
  }

  // --- what must hold ------------------------------------------------------------------------------------------------------

  /** The trash saves nobody: what lives is in a folder, of whichever device. And what two devices both keep is equal. */
  #checkChosen(): void {
    const everywhere = new Set([...this.#surfaces.values()].flatMap(surface => [...surface.list().values()]))
    const lost = this.#oracle.missing(everywhere)
    if (lost.length > 0) this.#faults.push(`lost while something is deselected: ${lost.join(', ')}`)
    const deselected = this.#devices.flatMap(device => device.deselected)
    this.#say(
      `deselected: ${this.#devices.map(({ name, deselected: of }) => `${name} ${JSON.stringify(of)}`).join(', ')}`,
    )
    this.#compare(deselected, 'differ in what all keep')
  }

  #check(): void {
    for (const [who, surface] of this.#surfaces) {
      const missing = this.#oracle.missing(new Set(surface.list().values()))
      if (missing.length > 0) this.#faults.push(`lost at ${who}: ${missing.join(', ')}`)
      const invented = this.#oracle.invented(surface.list().values())
      if (invented.length > 0) this.#faults.push(`nobody wrote at ${who}: ${JSON.stringify(invented)}`)
    }
    this.#compare([], 'are not equal')
  }

  #compare(deselected: readonly Path[], what: string): void {
    const [first, ...others] = [...this.#surfaces]
    for (const [who, surface] of others) {
      const [here, there] = [first?.[1].list() ?? new Map(), surface.list()].map(list => textOf(list, deselected))
      if (here !== there) this.#faults.push(`${first?.[0]} and ${who} ${what}: ${here} and ${there}`)
    }
  }
}

/** Without what is deselected somewhere, and without directories that may be there only for its sake. */
function textOf(list: ReadonlyMap<string, string>, deselected: readonly Path[]): string {
  const isKept = (path: string) =>
    !deselected.some(place => isWithin(path as Path, place) || isBelow(place, path as Path))
  const kept = [...list].filter(([path]) => isKept(path))
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}
