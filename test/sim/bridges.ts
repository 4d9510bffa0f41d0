// Devices of one mesh that share a remote as well, from one seed: what each path's only author does must arrive everywhere as it was done.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '../../src/plan/plan.ts'
import { isEffect } from '../../src/plan/step.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import { GOOD_SERVER, MemoryRemote, type MemoryTraits, PLAIN_SERVER } from '../../src/remotes/memory/memory-remote.ts'
import { MemoryServer } from '../../src/remotes/memory/memory-server.ts'
import type { Replica } from '../../src/replica/replica.ts'
import type { SyncEvent } from '../../src/sync/events.ts'
import { deviceKeyOf, shortIdOf } from '../../src/wire/bep/device-key.ts'
import { Bridge, meetAll } from './bridge.ts'
import { trashOf } from './client.ts'
import { Dice } from './dice.ts'
import { act, Oracle, type Surface } from './people.ts'
import { SimDisk } from './sim-disk.ts'
import { surfaceOfDisk, surfaceOfServer } from './surfaces.ts'
import { VirtualTime } from './virtual-time.ts'

const SERVERS: Readonly<Record<string, MemoryTraits>> = {
  'plain-server': PLAIN_SERVER,
  'good-server': GOOD_SERVER,
  'server-with-ids': { ...PLAIN_SERVER, ids: true, setsMtime: 'with-content' },
  'server-with-sums': { ...PLAIN_SERVER, sums: ['MD5'], setsMtime: 'always' },
}
const REMOTES = [...Object.keys(SERVERS), 'directory', 'directory']

export interface BridgesResult {
  readonly seed: number
  readonly setting: string
  readonly faults: readonly string[]
  readonly story: readonly string[]
  readonly trace: string
}

/** Runs one seed to its end and checks what must hold. The story tells what was planned as well, if asked to. */
export async function simulateBridges(seed: number, tell: 'outcomes' | 'plans' = 'outcomes'): Promise<BridgesResult> {
  const simulation = new Bridges(seed, tell)
  try {
    return await simulation.run()
  } finally {
    simulation.dispose()
  }
}

/** Nothing was done for so long: all is quiet. Longer than anybody waits for anything. */
const QUIET_MS = 5 * 60_000
const LONGEST_MS = 3 * 60 * 60_000

class Bridges {
  readonly #seed: number
  readonly #told: 'outcomes' | 'plans'
  readonly #dice: Dice
  readonly #time: VirtualTime
  readonly #remote: string
  readonly #server: MemoryServer
  readonly #remoteDisk: SimDisk
  readonly #devices: readonly Bridge[]
  readonly #surfaces: ReadonlyMap<string, Surface>
  readonly #home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'syncline-sim-'))
  /** What each path's author left there, where each has paths of his own. */
  readonly #meant = new Map<string, string>()
  readonly #oracle = new Oracle()
  readonly #isOwn: boolean
  readonly #authors: readonly string[]
  readonly #story: string[] = []
  readonly #faults: string[] = []
  #count = 0
  #activeAt = 0
  #shown = ''

  constructor(seed: number, told: 'outcomes' | 'plans') {
    this.#seed = seed
    this.#told = told
    this.#dice = new Dice(seed)
    this.#time = new VirtualTime(this.#dice)
    const now = () => this.#time.now()
    this.#remote = this.#dice.pick(REMOTES)
    this.#server = new MemoryServer(now)
    this.#remoteDisk = new SimDisk(now)
    this.#isOwn = this.#dice.chance(0.7)
    const names = this.#dice.chance(0.3) ? ['A', 'B', 'C'] : ['A', 'B']
    this.#devices = this.#makeDevices(names)
    const there = this.#remote === 'directory' ? surfaceOfDisk(this.#remoteDisk) : surfaceOfServer(this.#server)
    const here = this.#devices.map(({ name, disk }) => [name, surfaceOfDisk(disk)] as const)
    this.#surfaces = new Map([...here, ['R', there]])
    this.#authors = this.#dice.chance(0.5) ? [this.#dice.pick([...names, 'R'])] : [...names, 'R']
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }

  async run(): Promise<BridgesResult> {
    await this.#while(Promise.all(this.#devices.map(device => device.open())))
    meetAll(this.#devices, what => this.#hop(what))
    this.#surfaces.get('A')?.makeDirectory('d')
    this.#hint('A')
    await this.#untilQuiet()
    for (let burst = 1 + this.#dice.below(4); burst > 0; burst -= 1) await this.#burst()
    await this.#untilQuiet()
    this.#check()
    for (const device of this.#devices) this.#faults.push(...device.lacks())
    await this.#while(Promise.all(this.#devices.map(device => device.close())))
    for (const device of this.#devices)
      for (const fault of device.check()) this.#faults.push(`the index of ${device.name}: ${fault}`)
    const who = this.#isOwn ? `${this.#authors.join(' and ')} on paths of their own` : 'anybody anywhere'
    return {
      seed: this.#seed,
      setting: `${this.#remote}, ${this.#devices.length} devices, ${who}`,
      faults: this.#faults,
      story: this.#story,
      trace: this.#time.trace.join('\n'),
    }
  }

  #makeDevices(names: readonly string[]): Bridge[] {
    const devices = names.map((name, i) => ({ name, device: deviceKeyOf(new Uint8Array(32).fill(i + 1)) }))
    return devices.map(({ name, device }, i) => {
      const world = this.#world(i)
      return new Bridge({
        ...{ name, device, devices, world },
        shortId: shortIdOf(device),
        directory: join(this.#home, name),
        hop: what => this.#hop(what),
        // The third has nothing but the mesh.
        ...(name === 'C' ? {} : { connect: () => this.#connect(name, world) }),
        report: (by, event) => this.#tell(name, by, event),
      })
    })
  }

  async #connect(name: string, world: World): Promise<Replica> {
    const hop = (what: string, path: string) => this.#hop(`${name} R ${what} ${path}`)
    const traits = SERVERS[this.#remote]
    if (traits !== undefined) return new MemoryRemote(this.#server, { traits, hop })
    const tree = this.#remoteDisk.open(hop)
    const memory = new Map<string, string | undefined>()
    return connectDirectory({
      ...{ tree, world },
      memory: { get: key => memory.get(key), set: (key, value) => void memory.set(key, value) },
      mode: 'read-write',
      trash: trashOf(tree, world),
    })
  }

  #world(device: number): World {
    return { clock: this.#time, random: new Dice(this.#seed * 10 + device), log: () => {} }
  }

  // --- people --------------------------------------------------------------------------------------------------------------

  /** Some deeds, one after the other, faster than they travel; then a while in which all may come to rest. */
  async #burst(): Promise<void> {
    let after = 0
    let left = 0
    for (let deed = 2 + this.#dice.below(8); deed > 0; deed -= 1) {
      left += 1
      after += this.#dice.chance(0.7) ? this.#dice.below(300) : this.#dice.below(3000)
      this.#time.later(after, () => {
        left -= 1
        this.#deed()
      })
    }
    while (left > 0) await this.#step()
    if (this.#dice.chance(0.5)) return this.#untilQuiet()
    const until = this.#time.now() + this.#dice.below(3000)
    this.#time.later(until - this.#time.now(), () => {})
    while (this.#time.now() < until) await this.#step()
  }

  #deed(): void {
    const who = this.#dice.pick(this.#authors)
    const surface = this.#surfaces.get(who) as Surface
    const line = this.#isOwn ? this.#ownDeed(who, surface) : act(who, surface, this.#oracle, this.#dice, new Set())
    this.#say(line)
    this.#activeAt = this.#time.now()
    this.#hint(who)
  }

  #ownDeed(who: string, surface: Surface): string {
    const own = [`${who}1`, `${who}2`, `d/${who}3`]
    const path = this.#dice.pick(own)
    const there = surface.list()
    const free = own.filter(other => !there.has(other))
    if (there.has(path) && this.#dice.chance(0.3)) {
      surface.remove(path)
      this.#meant.delete(path)
      return `${who} deletes ${path}`
    }
    if (there.has(path) && free.length > 0 && this.#dice.chance(0.15)) {
      const to = this.#dice.pick(free)
      surface.move(path, to)
      this.#meant.set(to, this.#meant.get(path) ?? '')
      this.#meant.delete(path)
      return `${who} moves ${path} to ${to}`
    }
    this.#count += 1
    const content = `${who}-${this.#count}`
    surface.write(path, content)
    this.#meant.set(path, content)
    return `${who} writes ${content} to ${path}`
  }

  /** Those who watch are told, sooner or later. */
  #hint(who: string): void {
    const device = this.#devices.find(({ name }) => name === who)
    if (device !== undefined) this.#time.later(10 + this.#dice.below(150), () => device.hintDisk())
  }

  // --- time ----------------------------------------------------------------------------------------------------------------

  #hop(what: string): Promise<void> {
    return this.#time.hop(what)
  }

  async #step(): Promise<void> {
    if (!(await this.#time.step())) throw new Error('nobody waits for anything')
    this.#hintOfRemote()
  }

  /** What anybody does to the remote is seen by those who watch it. */
  #hintOfRemote(): void {
    const shown = this.#remote === 'directory' ? String(this.#remoteDisk.root.ctimeNs) : this.#server.rootStamp
    if (shown === this.#shown) return
    this.#shown = shown
    for (const device of this.#devices)
      if (this.#dice.chance(0.8)) this.#time.later(10 + this.#dice.below(400), () => device.hintRemote())
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
    this.#story.push(`${((this.#time.now() - 1_800_000_000_000) / 1000).toFixed(3)} ${line}`)
  }

  #tell(who: string, by: 'mesh' | 'R', event: SyncEvent): void {
    if (event.type === 'plan' && this.#told === 'plans') this.#tellPlan(`    ${who} with ${by}:`, event.plan)
    if (event.type !== 'outcome') return
    const { as, step } = event.outcome
    if (as === 'done' && isEffect(step)) this.#activeAt = this.#time.now()
    const on = 'to' in step ? step.to : 'on' in step ? step.on : ''
    const side = on === 'remote' ? by : on === 'local' ? `${by}→` : by
    const more = 'aside' in step ? ` aside ${step.aside}` : 'from' in step ? ` from ${step.from}` : ''
    const why = event.outcome.as === 'failed' ? `: ${event.outcome.error.message}` : ''
    this.#say(`  ${who}: ${as} ${step.do} ${side} ${step.path}${more} (${step.because})${why}`)
  }

  #tellPlan(who: string, { waves, held, deferred }: Plan): void {
    const steps = waves.flatMap(wave => wave.steps.map(step => `${step.do} ${step.path} (${step.because})`))
    const kept = held.map(({ path, because }) => `${path} (${because})`)
    const said = [...steps, ...kept, ...deferred.map(path => `${path} later`)]
    if (said.length > 0) this.#say(`${who} ${said.join(', ')}`)
  }

  // --- what must hold ------------------------------------------------------------------------------------------------------

  #check(): void {
    const there = asText(this.#surfaces.get('R') as Surface)
    for (const [who, surface] of this.#surfaces) {
      const here = asText(surface)
      if (here !== there) this.#faults.push(`${who} and R are not equal: ${here} and ${there}`)
      const missing = this.#oracle.missing(new Set(surface.list().values()))
      if (missing.length > 0) this.#faults.push(`lost at ${who}: ${missing.join(', ')}`)
    }
    const meant = JSON.stringify([...this.#meant].sort(byPath))
    if (this.#isOwn && meant !== there) this.#faults.push(`meant was ${meant}, and there is ${there}`)
  }
}

function asText(surface: Surface): string {
  return JSON.stringify([...surface.list()].filter(([, content]) => content !== 'directory').sort(byPath))
}

function byPath([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1
}
