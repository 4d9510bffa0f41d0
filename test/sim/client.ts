// One device that runs the program: its disk, its index, and what a crash leaves of both.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FolderIndex, Row } from '../../src/index/folder-index.ts'
import { openIndex } from '../../src/index/sqlite-index.ts'
import { isBelow, type Path, type Place, parentOf } from '../../src/model/path.ts'
import type { DeviceId } from '../../src/model/version.ts'
import type { Tree } from '../../src/platform/tree.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import type { Replica } from '../../src/replica/replica.ts'
import type { Revisions } from '../../src/revisions/revisions.ts'
import { openTrash } from '../../src/revisions/trash.ts'
import { DeviceSelection, withSelection } from '../../src/scan/device-selection.ts'
import { ignoreRules } from '../../src/scan/ignore.ts'
import type { SelectionChange } from '../../src/scan/selection.ts'
import type { Space } from '../../src/store/space.ts'
import type { Report } from '../../src/sync/events.ts'
import { openFolder } from '../../src/sync/folder.ts'
import { folderSpace } from '../../src/sync/folder-space.ts'
import { Pair } from '../../src/sync/pair.ts'
import type { Summary } from '../../src/sync/summary.ts'
import type { Within } from '../../src/sync/within.ts'
import type { Dice } from './dice.ts'
import { Crash, type Scheduler } from './scheduler.ts'
import { type Hop, SimDisk } from './sim-disk.ts'

export interface ClientOptions {
  readonly name: string
  /** A directory for the index, which is a real database. */
  readonly directory: string
  readonly now: () => number
  readonly dice: Dice
  readonly moves: 'on' | 'off'
}

export interface RunOptions {
  readonly scheduler: Scheduler
  readonly world: World
  readonly hop: Hop
  readonly connect: (index: FolderIndex) => Promise<Replica>
  readonly report: Report
  /** Everywhere, without it. */
  readonly within?: Within
  /** What is to be kept here from now on, if anything else than before; of these directories, and with these deselected. */
  readonly choose?: (directories: readonly Path[], deselected: readonly Path[]) => Partial<SelectionChange> | undefined
  /** Told at the end of a run. */
  readonly chosen?: (deselected: readonly Path[]) => void
  /** What is done through the folder's space while the run is under way. */
  readonly host?: (space: Space) => Promise<void>
}

export class Client {
  readonly name: string
  readonly disk: SimDisk
  readonly #options: ClientOptions
  readonly #file: string
  #hasCopy = false

  constructor(options: ClientOptions) {
    this.#options = options
    this.name = options.name
    this.disk = new SimDisk(options.now)
    mkdirSync(options.directory, { recursive: true })
    this.#file = join(options.directory, 'index.db')
  }

  /** One run of the program on this device, as the command line does it. */
  async run({ scheduler, world, hop, connect, report, within, choose, chosen, host }: RunOptions): Promise<Summary> {
    const { now, moves } = this.#options
    const index = guarded(openIndex(this.#file, { device: 1n as DeviceId, now }), scheduler)
    try {
      const tree = this.disk.open(hop)
      const revisions = trashOf(tree, world)
      const memory = memoryOf(index, 'disk')
      const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
      const remote = await connect(index)
      const selection = await DeviceSelection.open({ tree, index, random: world.random, caseFold: false })
      const change = choose?.(directoriesIn(index), selection.deselected)
      if (change !== undefined) await selection.change({ select: [], deselect: [], ...change })
      const ignore = withSelection(ignoreRules({ files: [], caseFold: false }), selection)
      const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'metadata', mode: 'sync' })
      const scan = folder.scan.bind(folder)
      // Accidents are what this simulation is about: no brake stops them.
      const limits = { entries: Number.MAX_SAFE_INTEGER, overwritten: Number.MAX_SAFE_INTEGER }
      const options = { limits, moves, approved: new Set(['deletes', 'overwrites'] as const) }
      const pair = new Pair({ home: folder.home, remote, index, ignore, world, report, revisions, scan, options })
      const run = pair.run(new AbortController().signal, within).finally(() => chosen?.(selection.deselected))
      if (host === undefined) return await run
      const space = folderSpace({ id: 'f', label: 'f', number: 1, folder, ignore, hint: () => undefined })
      const [ran, hosted] = await Promise.allSettled([run, host(space)])
      if (ran.status === 'rejected') throw ran.reason
      if (hosted.status === 'rejected') throw hosted.reason
      return ran.value
    } finally {
      index.close()
    }
  }

  /** What the index must hold of a folder that was served: each thing in a directory, each directory what adding up gives. */
  checkIndex(): string[] {
    const index = openIndex(this.#file, { device: 1n as DeviceId, now: this.#options.now })
    try {
      const rows = [...index.rowsBelow('')]
      const directories = new Set<Place>(['', ...rows.filter(isDirectory).map(({ path }) => path)])
      const orphans = rows
        .filter(({ path }) => !directories.has(parentOf(path)))
        .map(({ path }) => `${path} is in nothing`)
      const wrong = [...directories].filter(place => {
        const size = rows.reduce((sum, row) => sum + (isBelow(row.path, place) ? sizeOf(row) : 0), 0)
        const aggregate = index.aggregate(place)
        return aggregate !== undefined && aggregate.size !== size
      })
      return [...index.check(), ...orphans, ...wrong.map(place => `the size of '${place}' is wrong`)]
    } finally {
      index.close()
    }
  }

  /** The index as it is on disk now: what a power cut may bring back later. */
  copyIndex(): void {
    this.#hasCopy = true
    for (const end of ['', '-wal']) {
      if (existsSync(this.#file + end)) copyFileSync(this.#file + end, `${this.#file}.copy${end}`)
      else rmSync(`${this.#file}.copy${end}`, { force: true })
    }
  }

  /** What a power cut leaves; returns what became of it, for the story. */
  cutPower(): string {
    const { dice } = this.#options
    const lose = dice.chance(0.5) ? 'everything' : 'bytes'
    this.disk.cutPower(lose)
    const story = `power cut at ${this.name}: ${lose} not flushed is lost`
    if (!this.#hasCopy || dice.chance(0.5)) return story
    for (const end of ['', '-wal', '-shm']) rmSync(this.#file + end, { force: true })
    for (const end of ['', '-wal']) {
      if (existsSync(`${this.#file}.copy${end}`)) copyFileSync(`${this.#file}.copy${end}`, this.#file + end)
    }
    return `${story}, the index falls back`
  }

  /** Somebody deletes the index. */
  loseIndex(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(this.#file + end, { force: true })
    this.#hasCopy = false
  }
}

export function directoriesIn(index: FolderIndex): readonly Path[] {
  return [...index.rowsBelow('')].filter(isDirectory).map(({ path }) => path)
}

function isDirectory({ state }: Row): boolean {
  return state.kind === 'directory'
}

function sizeOf({ state }: Row): number {
  return state.kind === 'file' ? state.size : 0
}

export function trashOf(tree: Tree, { clock, random }: World): Revisions {
  return openTrash({ tree, clock, random })
}

export function memoryOf(index: FolderIndex, name: string) {
  return {
    get: (key: string) => index.get(`${name}:${key}`),
    set: (key: string, value: string | undefined) => index.set(`${name}:${key}`, value),
  }
}

/** After a crash the process is gone: nothing it would still do may reach the index. */
function guarded(index: FolderIndex, scheduler: Scheduler): FolderIndex {
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, key) {
        const value = Reflect.get(of, key, of)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (key !== 'close' && scheduler.isCrashed) throw new Crash('the process is gone')
          const result = value.apply(of, args)
          return key === 'pair' ? guard(result as object) : result
        }
      },
    })
  return guard(index)
}
