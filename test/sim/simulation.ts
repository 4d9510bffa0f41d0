// A whole system from one seed: one or two folders, a remote, people on all sides, crashes, power cuts and lost replies.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FolderIndex } from '../../src/index/folder-index.ts'
import { SyncError } from '../../src/model/errors.ts'
import { isBelow, isWithin, type Path } from '../../src/model/path.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import { GOOD_SERVER, MemoryRemote, type MemoryTraits, PLAIN_SERVER } from '../../src/remotes/memory/memory-remote.ts'
import { MemoryServer } from '../../src/remotes/memory/memory-server.ts'
import type { Replica } from '../../src/replica/replica.ts'
import type { SelectionChange } from '../../src/scan/selection.ts'
import type { Space } from '../../src/store/space.ts'
import type { SyncEvent } from '../../src/sync/events.ts'
import type { Summary } from '../../src/sync/summary.ts'
import { Client, memoryOf, trashOf } from './client.ts'
import { Dice } from './dice.ts'
import { hostActs } from './host.ts'
import { act, Oracle, type Surface } from './people.ts'
import { Crash, Scheduler } from './scheduler.ts'
import { SimDisk } from './sim-disk.ts'
import { surfaceOfDisk, surfaceOfServer, trashOfDisk } from './surfaces.ts'

const SERVERS: Readonly<Record<string, MemoryTraits>> = {
  'good-server': GOOD_SERVER,
  'plain-server': PLAIN_SERVER,
  'server-with-ids': { ...PLAIN_SERVER, ids: true, setsMtime: 'with-content' },
  'server-with-sums': { ...PLAIN_SERVER, sums: ['MD5'], setsMtime: 'always', symlinks: true },
}
const REMOTES = [...Object.keys(SERVERS), 'directory', 'directory']

export interface SimResult {
  readonly seed: number
  /** The kind of remote and the number of folders. */
  readonly setting: string
  readonly faults: readonly string[]
  /** What people did, crashes and runs, in order. */
  readonly story: readonly string[]
  /** Every hop, for comparing two runs of the same seed. */
  readonly trace: string
  readonly crashes: number
  readonly runs: number
}

/** `selecting`: people also choose what their devices keep. */
export type SimMode = 'whole' | 'selecting'

/** Runs the simulation of one seed to its end and checks what must hold. */
export async function simulate(seed: number, mode: SimMode = 'whole'): Promise<SimResult> {
  const simulation = new Simulation(seed, mode)
  try {
    return await simulation.run()
  } finally {
    simulation.dispose()
  }
}

class Simulation {
  readonly #seed: number
  readonly #mode: SimMode
  readonly #dice: Dice
  readonly #oracle = new Oracle()
  readonly #story: string[] = []
  readonly #faults: string[] = []
  readonly #traces: string[] = []
  readonly #remote: string
  readonly #clients: readonly Client[]
  readonly #surfaces: readonly (readonly [who: string, surface: Surface])[]
  readonly #remoteDisk: SimDisk
  readonly #server: MemoryServer
  readonly #home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'syncline-sim-'))
  #nowMs = 1_800_000_000_000
  #crashes = 0
  #runs = 0
  /** How much may still go wrong in this run. */
  #trouble = 0
  /** Paths that the program is busy with. */
  #hot = new Set<string>()
  /** What each client has deselected, as of its last run. */
  readonly #deselected = new Map<string, readonly Path[]>()
  /** Everything is to be selected again. */
  #selectsAll = false
  /** Whether people are still at work. */
  #peopleAtWork = true

  constructor(seed: number, mode: SimMode) {
    this.#seed = seed
    this.#mode = mode
    this.#dice = new Dice(seed)
    this.#remote = this.#dice.pick(REMOTES)
    const now = () => this.#nowMs
    this.#remoteDisk = new SimDisk(now)
    this.#server = new MemoryServer(now)
    const moves = this.#dice.chance(0.85) ? 'on' : 'off'
    const names = this.#dice.chance(0.7) ? ['A'] : ['A', 'B']
    this.#clients = names.map(
      name => new Client({ name, directory: join(this.#home, name), now, dice: this.#dice, moves }),
    )
    const there = this.#remote === 'directory' ? surfaceOfDisk(this.#remoteDisk) : surfaceOfServer(this.#server)
    this.#surfaces = [...this.#clients.map(client => [client.name, surfaceOfDisk(client.disk)] as const), ['R', there]]
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }

  async run(): Promise<SimResult> {
    if (this.#dice.chance(0.8)) await this.#makeBase()
    for (let round = 0; round < 2 + this.#dice.below(4); round += 1) {
      for (let deed = 0; deed < this.#dice.below(6); deed += 1) this.#deed()
      const client = this.#dice.pick(this.#clients)
      if (this.#dice.chance(0.03)) this.#loseIndex(client)
      this.#trouble = this.#dice.chance(0.6) ? 1 + this.#dice.below(3) : 0
      await this.#process(client)
      // What a run has put on record must be on disk, too.
      if (this.#dice.chance(0.1)) this.#story.push(client.cutPower())
    }
    this.#peopleAtWork = false
    this.#trouble = 0
    await this.#settle()
    if (this.#mode === 'selecting') await this.#endSelecting()
    this.#check()
    return {
      seed: this.#seed,
      setting: `${this.#remote}, ${this.#clients.length} folder${this.#clients.length > 1 ? 's' : ''}`,
      faults: this.#faults,
      story: this.#story,
      trace: this.#traces.join('\n'),
      crashes: this.#crashes,
      runs: this.#runs,
    }
  }

  /** Something that all sides have agreed on, so that there is something to lose. */
  async #makeBase(): Promise<void> {
    this.#peopleAtWork = false
    for (let deed = 0; deed < 8; deed += 1) this.#deed()
    for (const client of this.#clients) await this.#process(client)
    this.#peopleAtWork = true
  }

  // --- people --------------------------------------------------------------------------------------------------------------

  #deed(): void {
    const [who, surface] = this.#dice.pick(this.#surfaces)
    // Some deeds follow each other so closely that the disk shows the same time.
    this.#nowMs += this.#dice.chance(0.3) ? 0 : 1 + this.#dice.below(50)
    this.#story.push(act(who, surface, this.#oracle, this.#dice, this.#hot))
    // What a person has written counts as written: losing it to a power cut would be nobody's fault.
    for (const { disk } of this.#clients) disk.flush()
    this.#remoteDisk.flush()
  }

  #loseIndex(client: Client): void {
    this.#story.push(`the index of ${client.name} is deleted`)
    client.loseIndex()
  }

  // --- the program ---------------------------------------------------------------------------------------------------------

  /** Runs until all sides are quiet. Failures of a run are tried again, as a person would. */
  async #settle(): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      // Failures wait for their time: let it come.
      this.#nowMs += 48 * 3600 * 1000
      let isQuiet = true
      for (const round of [1, 2]) {
        for (const client of this.#clients) isQuiet = isQuietRun(await this.#process(client)) && isQuiet
        if (!isQuiet && round === 1) break
      }
      if (isQuiet) return
    }
    this.#faults.push('not quiet after many more runs')
  }

  /** One run of the program; undefined when it crashed or failed. */
  async #process(client: Client): Promise<Summary | undefined> {
    this.#runs += 1
    this.#story.push(`run ${this.#runs} at ${client.name}`)
    const scheduler = new Scheduler({ dice: this.#dice, before: what => this.#interfere(what) })
    const world = this.#world(scheduler)
    try {
      return await client.run({
        scheduler,
        world,
        hop: (what, path) => this.#hop(scheduler, client, 'L', what, path),
        connect: index => this.#connect(scheduler, client, world, index),
        report: event => this.#tell(event),
        ...(this.#mode === 'selecting' ? this.#choose(client) : this.#host(client)),
      })
    } catch (error) {
      if (scheduler.isCrashed) this.#recover(client)
      else if (error instanceof SyncError) this.#story.push(`run ends: ${error.message}`)
      else throw error
      return undefined
    } finally {
      this.#traces.push(...scheduler.trace)
    }
  }

  /** Before some runs a person chooses what is kept there. */
  #choose({ name }: Client) {
    const choose = (directories: readonly Path[], deselected: readonly Path[]) => {
      const change = this.#selectsAll ? { select: deselected } : this.#choice(directories, deselected)
      if (change !== undefined) this.#story.push(`${name} chooses ${JSON.stringify(change)}`)
      return change
    }
    const chosen = (deselected: readonly Path[]) => void this.#deselected.set(name, deselected)
    return { choose, chosen }
  }

  #choice(directories: readonly Path[], deselected: readonly Path[]): Partial<SelectionChange> | undefined {
    if (!this.#peopleAtWork || !this.#dice.chance(0.5)) return undefined
    const isSelecting = deselected.length > 0 && this.#dice.chance(0.5)
    const path = isSelecting
      ? this.#dice.pick(deselected)
      : directories.length > 0
        ? this.#dice.pick(directories)
        : undefined
    if (path === undefined) return undefined
    return isSelecting ? { select: [path] } : { deselect: [path] }
  }

  /** At rest with what is deselected, then with everything selected again, which is what the usual checks are about. */
  async #endSelecting(): Promise<void> {
    this.#checkSelected()
    this.#selectsAll = true
    for (const client of this.#clients) await this.#process(client)
    await this.#settle()
  }

  /** Outside of what is deselected both sides are equal, and everything that lives is somewhere. */
  #checkSelected(): void {
    const everywhere = new Set(this.#surfaces.flatMap(([, surface]) => [...surface.list().values()]))
    const lost = this.#oracle.missing(new Set([...everywhere, ...this.#kept()]))
    if (lost.length > 0) this.#faults.push(`lost while something is deselected: ${lost.join(', ')}`)
    const [, there] = this.#surfaces.at(-1) as readonly [string, Surface]
    for (const [who, surface] of this.#surfaces) {
      const deselected = this.#deselected.get(who) ?? []
      const [kept = new Map(), keptThere = new Map()] = keptOf([surface.list(), there.list()], deselected)
      const differing = differences(kept, keptThere)
      if (differing.length > 0) this.#faults.push(`${who} and R differ in what is kept: ${differing.join(', ')}`)
    }
  }

  /** In some runs a client works in the folder through the host. */
  #host({ name: who }: Client): { host?: (space: Space) => Promise<void> } {
    if (!this.#peopleAtWork || !this.#dice.chance(0.4)) return {}
    const tell = (line: string) => void this.#story.push(line)
    const parts = { who, oracle: this.#oracle, dice: this.#dice, tell }
    return { host: space => hostActs(1 + this.#dice.below(6), { ...parts, space }) }
  }

  #interfere(what: string): void {
    this.#nowMs += 1
    if (this.#peopleAtWork && this.#dice.chance(this.#hot.size > 0 ? 0.05 : 0.02)) this.#deed()
    // Between what is done and what is on disk a crash hurts most.
    if (this.#trouble > 0 && this.#dice.chance(what.includes(' flush') ? 0.06 : 0.01)) {
      this.#trouble -= 1
      this.#crashes += 1
      this.#story.push(`crash at ${what}`)
      throw new Crash(what)
    }
  }

  async #hop(scheduler: Scheduler, client: Client, side: 'L' | 'R', what: string, path: string): Promise<void> {
    await scheduler.hop(`${side} ${what} ${path}`)
    if (what === 'flush' && side === 'L' && this.#dice.chance(0.3)) client.copyIndex()
    if (side !== 'R' || this.#trouble === 0 || !this.#dice.chance(0.01)) return
    this.#trouble -= 1
    this.#story.push(`no reply to ${what} ${path}`)
    const scope = this.#dice.chance(0.3) ? 'replica' : 'entry'
    throw new SyncError('offline', 'The other side did not answer.', { path: path as Path, retry: 'soon', scope })
  }

  async #connect(scheduler: Scheduler, client: Client, world: World, index: FolderIndex): Promise<Replica> {
    const hop = (what: string, path: string) => this.#hop(scheduler, client, 'R', what, path)
    const traits = SERVERS[this.#remote]
    if (traits !== undefined) return new MemoryRemote(this.#server, { traits, hop })
    const tree = this.#remoteDisk.open(hop)
    return connectDirectory({
      tree,
      world,
      memory: memoryOf(index, 'remote'),
      mode: 'read-write',
      trash: trashOf(tree, world),
    })
  }

  #world(scheduler: Scheduler): World {
    return {
      clock: {
        now: () => this.#nowMs,
        sleep: async ms => {
          await scheduler.hop(`sleep ${ms}`)
          this.#nowMs += ms
        },
      },
      random: this.#dice,
      log: () => undefined,
    }
  }

  #recover(client: Client): void {
    if (this.#dice.chance(0.5)) return
    this.#story.push(client.cutPower())
    if (this.#remote === 'directory' && this.#clients.length === 1)
      this.#remoteDisk.cutPower(this.#dice.chance(0.5) ? 'everything' : 'bytes')
  }

  #tell(event: SyncEvent): void {
    if (event.type === 'plan') this.#hot = new Set(event.plan.waves.flatMap(wave => wave.steps.map(step => step.path)))
    if (event.type !== 'outcome') return
    const { as, step } = event.outcome
    const side = 'to' in step ? step.to : 'on' in step ? step.on : ''
    const more = 'aside' in step ? ` aside ${step.aside}` : 'from' in step ? ` from ${step.from}` : ''
    const why = event.outcome.as === 'failed' ? `: ${event.outcome.error.message}` : ''
    this.#story.push(`  ${as} ${step.do} ${side} ${step.path}${more} (${step.because})${why}`)
  }

  // --- what must hold ------------------------------------------------------------------------------------------------------

  /**
   * Stories in which the trash counts as kept; in every other one it saves nobody. An index that fell back may take an edit for the
   * successor of a version that it has not seen replaced. And what was on its way through the trash, to be put back because it was
   * somebody's fresh edit, stays there when yet another fault, a power cut, a move of its directory or something new in its place comes
   * in between.
   */
  #kept(): string[] {
    const excuses =
      /power cut|(crash at|no reply to) .*\.syncline\/trash|The kept version of .* cannot be moved|stale (remove|transfer) |trash tree /
    if (!this.#story.some(line => excuses.test(line))) return []
    return [this.#remoteDisk, ...this.#clients.map(({ disk }) => disk)].flatMap(disk => [...trashOfDisk(disk)])
  }

  #check(): void {
    for (const client of this.#clients) {
      for (const fault of client.checkIndex()) this.#faults.push(`the index of ${client.name}: ${fault}`)
    }
    const [, there] = this.#surfaces.at(-1) as readonly [string, Surface]
    for (const [who, surface] of this.#surfaces) {
      const differing = differences(surface.list(), there.list())
      if (differing.length > 0) this.#faults.push(`${who} and R are not equal: ${differing.join(', ')}`)
      const missing = this.#oracle.missing(new Set([...surface.list().values(), ...this.#kept()]))
      if (missing.length > 0) this.#faults.push(`lost at ${who}: ${missing.join(', ')}`)
      const invented = this.#oracle.invented(surface.list().values())
      if (invented.length > 0) this.#faults.push(`nobody wrote at ${who}: ${JSON.stringify(invented)}`)
    }
  }
}

function isQuietRun(summary: Summary | undefined): boolean {
  return (
    summary !== undefined &&
    Object.values(summary.counts).every(value => value === 0) &&
    summary.unsynced.every(({ because }) => because === 'not-kept')
  )
}

/** Both trees without what is deselected, and without directories that one of them has only for its sake. */
function keptOf(trees: readonly ReadonlyMap<string, string>[], deselected: readonly Path[]) {
  const isKept = (path: string) => !deselected.some(place => isWithin(path as Path, place))
  const rest = trees.flatMap(tree => [...tree.keys()]).filter(path => !isKept(path))
  const isForItsSake = (path: string) => rest.some(below => isBelow(below as Path, path as Path))
  return trees.map(tree => new Map([...tree].filter(([path]) => isKept(path) && !isForItsSake(path))))
}

function differences(here: ReadonlyMap<string, string>, there: ReadonlyMap<string, string>): string[] {
  const only = (side: string, a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
    [...a].filter(([path, content]) => b.get(path) !== content).map(([path, content]) => `${side} ${path}=${content}`)
  return [...only('here', here, there), ...only('there', there, here)]
}
