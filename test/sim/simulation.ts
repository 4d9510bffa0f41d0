// A whole system from one seed: a folder on a simulated disk, a remote, people on both sides, crashes, power cuts and lost replies.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FolderIndex } from '../../src/index/folder-index.ts'
import { openIndex } from '../../src/index/sqlite-index.ts'
import { SyncError } from '../../src/model/errors.ts'
import type { Path } from '../../src/model/path.ts'
import type { DeviceId } from '../../src/model/version.ts'
import type { Tree } from '../../src/platform/tree.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import {
  GOOD_SERVER,
  MemoryRemote,
  MemoryServer,
  type MemoryTraits,
  PLAIN_SERVER,
} from '../../src/remotes/memory/memory-remote.ts'
import type { Replica } from '../../src/replica/replica.ts'
import type { Revisions } from '../../src/revisions/revisions.ts'
import { openTrash } from '../../src/revisions/trash.ts'
import { ignoreRules } from '../../src/scan/ignore.ts'
import type { SyncEvent } from '../../src/sync/events.ts'
import { openFolder } from '../../src/sync/folder.ts'
import { Pair } from '../../src/sync/pair.ts'
import type { Summary } from '../../src/sync/summary.ts'
import { Dice } from './dice.ts'
import { act, Oracle, type Surface } from './people.ts'
import { Crash, Scheduler } from './scheduler.ts'
import { SimDisk } from './sim-disk.ts'

export type RemoteKind = 'good-server' | 'plain-server' | 'directory'

export interface SimResult {
  readonly seed: number
  readonly remote: RemoteKind
  readonly faults: readonly string[]
  /** What people did, crashes and runs, in order. */
  readonly story: readonly string[]
  /** Every hop, for comparing two runs of the same seed. */
  readonly trace: string
  readonly crashes: number
  readonly runs: number
}

const REMOTES: readonly RemoteKind[] = ['good-server', 'plain-server', 'directory']

/** Runs the simulation of one seed to its end and checks what must hold. */
export async function simulate(seed: number): Promise<SimResult> {
  const simulation = new Simulation(seed)
  try {
    return await simulation.run()
  } finally {
    simulation.dispose()
  }
}

class Simulation {
  readonly #seed: number
  readonly #dice: Dice
  readonly #oracle = new Oracle()
  readonly #story: string[] = []
  readonly #faults: string[] = []
  readonly #traces: string[] = []
  readonly #kind: RemoteKind
  readonly #folderDisk: SimDisk
  readonly #remoteDisk: SimDisk
  readonly #server: MemoryServer
  readonly #home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'syncline-sim-'))
  #nowMs = 1_800_000_000_000
  #crashes = 0
  #runs = 0
  /** How much may still go wrong in this run. */
  #trouble = 0
  /** Whether people are still at work. */
  #peopleAtWork = true

  constructor(seed: number) {
    this.#seed = seed
    this.#dice = new Dice(seed)
    this.#kind = this.#dice.pick(REMOTES)
    const now = () => this.#nowMs
    this.#folderDisk = new SimDisk(now)
    this.#remoteDisk = new SimDisk(now)
    this.#server = new MemoryServer(now)
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }

  async run(): Promise<SimResult> {
    const { local, remote } = this.#surfaces()
    for (let round = 0; round < 2 + this.#dice.below(4); round += 1) {
      for (let deed = 0; deed < this.#dice.below(6); deed += 1) this.#deed(local, remote)
      this.#trouble = this.#dice.chance(0.6) ? 1 + this.#dice.below(3) : 0
      await this.#process()
    }
    this.#peopleAtWork = false
    this.#trouble = 0
    await this.#settle()
    this.#check(local, remote)
    return {
      seed: this.#seed,
      remote: this.#kind,
      faults: this.#faults,
      story: this.#story,
      trace: this.#traces.join('\n'),
      crashes: this.#crashes,
      runs: this.#runs,
    }
  }

  // --- people --------------------------------------------------------------------------------------------------------------

  #surfaces(): { local: Surface; remote: Surface } {
    const local = surfaceOfDisk(this.#folderDisk)
    return {
      local,
      remote: this.#kind === 'directory' ? surfaceOfDisk(this.#remoteDisk) : surfaceOfServer(this.#server),
    }
  }

  #deed(local: Surface, remote: Surface): void {
    const isLocal = this.#dice.chance(0.5)
    this.#nowMs += 1 + this.#dice.below(50)
    this.#story.push(act(isLocal ? 'L' : 'R', isLocal ? local : remote, this.#oracle, this.#dice))
    // What a person has written counts as written: losing it to a power cut would be nobody's fault.
    this.#folderDisk.flush()
    this.#remoteDisk.flush()
  }

  // --- the program ---------------------------------------------------------------------------------------------------------

  /** Runs until both sides are quiet. Failures of a run are tried again, as a person would. */
  async #settle(): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      // Failures wait for their time: let it come.
      this.#nowMs += 48 * 3600 * 1000
      const summary = await this.#process()
      if (summary === undefined) continue
      const again = await this.#process()
      if (again !== undefined && isQuiet(again) && isQuiet(summary)) return
    }
    this.#faults.push('not quiet after eight more runs')
  }

  /** One run of the program; undefined when it crashed or failed. */
  async #process(): Promise<Summary | undefined> {
    this.#runs += 1
    this.#story.push(`run ${this.#runs}`)
    const { local, remote } = this.#surfaces()
    const scheduler = new Scheduler({ dice: this.#dice, before: what => this.#interfere(what, local, remote) })
    const index = this.#openIndex(scheduler)
    try {
      return await this.#sync(scheduler, index)
    } catch (error) {
      if (scheduler.isCrashed) this.#recover()
      else if (error instanceof SyncError) this.#story.push(`run ends: ${error.message}`)
      else throw error
      return undefined
    } finally {
      this.#traces.push(...scheduler.trace)
      index.close()
      if (this.#restore) this.#restoreIndex()
    }
  }

  #interfere(what: string, local: Surface, remote: Surface): void {
    this.#nowMs += 1
    if (this.#peopleAtWork && this.#dice.chance(0.02)) this.#deed(local, remote)
    if (this.#trouble > 0 && this.#dice.chance(0.01)) {
      this.#trouble -= 1
      this.#crashes += 1
      this.#story.push(`crash at ${what}`)
      throw new Crash(what)
    }
  }

  async #hop(scheduler: Scheduler, side: string, what: string, path: string): Promise<void> {
    await scheduler.hop(`${side} ${what} ${path}`)
    if (what === 'flush' && side === 'L' && this.#dice.chance(0.3)) this.#copyIndex()
    if (side !== 'R' || this.#trouble === 0 || !this.#dice.chance(0.01)) return
    this.#trouble -= 1
    this.#story.push(`no reply to ${what} ${path}`)
    const isAll = this.#dice.chance(0.3)
    throw new SyncError('offline', 'The other side did not answer.', {
      path: path as Path,
      retry: 'soon',
      scope: isAll ? 'replica' : 'entry',
    })
  }

  async #sync(scheduler: Scheduler, index: FolderIndex): Promise<Summary> {
    const world = this.#world(scheduler)
    const signal = new AbortController().signal
    const tree = this.#folderDisk.open((what, path) => this.#hop(scheduler, 'L', what, path))
    const memory = memoryOf(index, 'disk')
    const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: trashOf(tree, world) })
    const remote = await this.#remote(scheduler, world, index)
    const ignore = ignoreRules({ files: [], caseFold: false })
    const revisions = trashOf(tree, world)
    const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'metadata', mode: 'sync' })
    const scan = folder.scan.bind(folder)
    const limits = { entries: Number.MAX_SAFE_INTEGER, overwritten: Number.MAX_SAFE_INTEGER }
    const pair = new Pair({
      home: folder.home,
      remote,
      index,
      ignore,
      world,
      report: event => this.#tell(event),
      scan,
      options: { limits, approved: new Set(['deletes', 'overwrites']) },
    })
    return pair.run(signal)
  }

  #tell(event: SyncEvent): void {
    if (event.type !== 'outcome') return
    const { as, step } = event.outcome
    const side = 'to' in step ? step.to : 'on' in step ? step.on : ''
    const more = 'aside' in step ? ` aside ${step.aside}` : 'from' in step ? ` from ${step.from}` : ''
    const why = event.outcome.as === 'failed' ? `: ${event.outcome.error.message}` : ''
    this.#story.push(`  ${as} ${step.do} ${side} ${step.path}${more} (${step.because})${why}`)
  }

  async #remote(scheduler: Scheduler, world: World, index: FolderIndex): Promise<Replica> {
    const hop = (what: string, path: string) => this.#hop(scheduler, 'R', what, path)
    if (this.#kind !== 'directory') return new MemoryRemote(this.#server, { traits: TRAITS[this.#kind], hop })
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
      random: {
        bytes: count => Uint8Array.from({ length: count }, () => this.#dice.below(256)),
        below: limit => this.#dice.below(limit),
      },
      log: () => undefined,
    }
  }

  // --- crashes -------------------------------------------------------------------------------------------------------------

  #restore = false
  #hasCopy = false

  get #indexFile(): string {
    return join(this.#home, 'index.db')
  }

  #openIndex(scheduler: Scheduler): FolderIndex {
    const index = openIndex(this.#indexFile, { device: 1n as DeviceId, now: () => this.#nowMs })
    return guarded(index, scheduler)
  }

  /** The index as it is on disk now: what a power cut may bring back later. */
  #copyIndex(): void {
    this.#hasCopy = true
    for (const end of ['', '-wal']) {
      if (existsSync(this.#indexFile + end)) copyFileSync(this.#indexFile + end, `${this.#indexFile}.copy${end}`)
      else rmSync(`${this.#indexFile}.copy${end}`, { force: true })
    }
  }

  #recover(): void {
    if (this.#dice.chance(0.5)) return
    const lose = this.#dice.chance(0.5) ? 'everything' : 'bytes'
    this.#story.push(`power cut: ${lose} not flushed is lost`)
    this.#folderDisk.cutPower(lose)
    if (this.#kind === 'directory') this.#remoteDisk.cutPower(lose)
    this.#restore = this.#hasCopy && this.#dice.chance(0.5)
  }

  #restoreIndex(): void {
    this.#restore = false
    this.#story.push('the index falls back to an older state')
    for (const end of ['', '-wal', '-shm']) {
      rmSync(this.#indexFile + end, { force: true })
      if (end !== '-shm' && existsSync(`${this.#indexFile}.copy${end}`))
        copyFileSync(`${this.#indexFile}.copy${end}`, this.#indexFile + end)
    }
  }

  // --- what must hold ------------------------------------------------------------------------------------------------------

  #check(local: Surface, remote: Surface): void {
    const here = local.list()
    const there = remote.list()
    const only = (a: Map<string, string>, b: Map<string, string>) =>
      [...a].filter(([path, content]) => b.get(path) !== content).map(([path, content]) => `${path}=${content}`)
    const differing = [
      ...only(here, there).map(text => `here ${text}`),
      ...only(there, here).map(text => `there ${text}`),
    ]
    if (differing.length > 0) this.#faults.push(`not equal: ${differing.join(', ')}`)
    const missing = this.#oracle.missing(new Set(here.values()))
    if (missing.length > 0) this.#faults.push(`lost: ${missing.join(', ')}`)
  }
}

const TRAITS: Readonly<Record<'good-server' | 'plain-server', MemoryTraits>> = {
  'good-server': GOOD_SERVER,
  'plain-server': PLAIN_SERVER,
}

function isQuiet({ counts, unsynced }: Summary): boolean {
  return Object.values(counts).every(value => value === 0) && unsynced.length === 0
}

function trashOf(tree: Tree, { clock, random }: World): Revisions {
  return openTrash({ tree, clock, random })
}

function memoryOf(index: FolderIndex, name: string) {
  return {
    get: (key: string) => index.get(`${name}:${key}`),
    set: (key: string, value: string | undefined) => index.set(`${name}:${key}`, value),
  }
}

/** After a crash the process is gone: nothing it would still do may reach the index. */
function guarded(index: FolderIndex, scheduler: Scheduler): FolderIndex {
  const dead = () => {
    if (scheduler.isCrashed) throw new Crash('the process is gone')
  }
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, key) {
        const value = Reflect.get(of, key, of)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (key !== 'close') dead()
          const result = value.apply(of, args)
          return key === 'pair' ? guard(result as object) : result
        }
      },
    })
  return guard(index)
}

function surfaceOfServer(server: MemoryServer): Surface {
  return {
    list: () =>
      new Map(
        [...server.nodes].map(([path, node]) => [
          path,
          node.kind === 'directory' ? 'directory' : Buffer.from(node.bytes).toString(),
        ]),
      ),
    write: (path, content) => server.put(path as Path, Buffer.from(content)),
    makeDirectory: path => server.makeDirectory(path as Path),
    move: (from, to) => server.move(from as Path, to as Path),
    remove: path => server.remove(path as Path),
  }
}

/** Straight to the inodes: a person's deed is one instant, between two hops of the program. */
function surfaceOfDisk(disk: SimDisk): Surface {
  const find = (path: string) =>
    path
      .split('/')
      .reduce<typeof disk.root | undefined>((place, name) => (name === '' ? place : place?.names.get(name)), disk.root)
  const split = (path: string): [string, string] => {
    const at = path.lastIndexOf('/')
    return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)]
  }
  return {
    list: () => {
      const found = new Map<string, string>()
      const walk = (place: typeof disk.root, prefix: string) => {
        for (const [name, inode] of place.names) {
          if (prefix === '' && name === '.syncline') continue
          found.set(prefix + name, inode.kind === 'directory' ? 'directory' : Buffer.from(inode.bytes).toString())
          if (inode.kind === 'directory') walk(inode, `${prefix}${name}/`)
        }
      }
      walk(disk.root, '')
      return found
    },
    write: (path, content) => {
      const [place, name] = split(path)
      const there = find(path)
      const inode = there?.kind === 'file' ? there : disk.make('file')
      inode.bytes = Buffer.from(content)
      inode.mode = 0o644
      inode.mtimeNs = disk.timeNs()
      inode.ctimeNs = disk.timeNs()
      find(place)?.names.set(name, inode)
    },
    makeDirectory: path => {
      const [place, name] = split(path)
      find(place)?.names.set(name, disk.make('directory'))
    },
    move: (from, to) => {
      const inode = find(from)
      const [fromPlace, fromName] = split(from)
      const [toPlace, toName] = split(to)
      if (inode === undefined) return
      find(fromPlace)?.names.delete(fromName)
      inode.ctimeNs = disk.timeNs()
      find(toPlace)?.names.set(toName, inode)
    },
    remove: path => {
      const [place, name] = split(path)
      find(place)?.names.delete(name)
    },
  }
}
