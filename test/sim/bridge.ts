// A device that is in a mesh and has a remote: everything as the daemon has it, but that disk, remote, network and time are simulated.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FolderIndex } from '../../src/index/folder-index.ts'
import { openIndex } from '../../src/index/sqlite-index.ts'
import type { Path } from '../../src/model/path.ts'
import type { DeviceId } from '../../src/model/version.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import { connectMesh } from '../../src/remotes/mesh/connect.ts'
import { Mesh, type MeshChannel } from '../../src/remotes/mesh/mesh.ts'
import { MeshFolder } from '../../src/remotes/mesh/mesh-folder.ts'
import type { Replica } from '../../src/replica/replica.ts'
import { DeviceSelection, type SelectedRules, withSelection } from '../../src/scan/device-selection.ts'
import { ignoreRules } from '../../src/scan/ignore.ts'
import type { SelectionChange } from '../../src/scan/selection.ts'
import type { SyncEvent } from '../../src/sync/events.ts'
import { openFolder } from '../../src/sync/folder.ts'
import { Hindsight } from '../../src/sync/hindsight.ts'
import { Hub } from '../../src/sync/hub.ts'
import { type HubPair, noteRun, type RunTold } from '../../src/sync/hub-pair.ts'
import { Pair } from '../../src/sync/pair.ts'
import type { PairParts } from '../../src/sync/pair-parts.ts'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'
import { directoriesIn, memoryOf, trashOf } from './client.ts'
import { type Line, meshLine } from './mesh-line.ts'
import { SimDisk } from './sim-disk.ts'

export interface BridgeOptions {
  readonly name: string
  readonly device: DeviceKey
  readonly shortId: DeviceId
  /** All devices of the mesh. */
  readonly devices: readonly { readonly device: DeviceKey; readonly name: string }[]
  /** A directory for the index. */
  readonly directory: string
  readonly world: World
  readonly hop: (what: string) => Promise<void>
  /** The remote that it shares with others; without it the device is only in the mesh. */
  readonly connect?: () => Promise<Replica>
  readonly report: (by: 'mesh' | 'R', event: SyncEvent) => void
}

const LOOK_EVERY_MS = 30_000
/** As in the daemon: nobody may have to wait for it. */
const LOOK_AT_MESH_EVERY_MS = 60 * 60_000

export class Bridge {
  readonly name: string
  readonly disk: SimDisk
  readonly #options: BridgeOptions
  readonly #index: FolderIndex
  readonly #mesh: Mesh
  #folder: MeshFolder | undefined
  #stop = new AbortController()
  #hub: Hub | undefined
  #remote: HubPair | undefined
  #staying: Promise<void> = Promise.resolve()

  constructor(options: BridgeOptions) {
    const { name, directory, world, device, shortId } = options
    this.#options = options
    this.name = name
    this.disk = new SimDisk(() => world.clock.now())
    mkdirSync(directory, { recursive: true })
    this.#index = openIndex(join(directory, 'index.db'), { device: shortId, now: () => world.clock.now() })
    this.#mesh = new Mesh({ self: device, onOffered: () => {} })
  }

  /** What it does not keep, as of when it was opened last. */
  deselected: readonly Path[] = []

  /** `choose` says what is to be kept from now on: of these directories, and with these deselected. */
  async open(choose: Choose = () => undefined): Promise<void> {
    const { world, hop, connect } = this.#options
    this.#stop = new AbortController()
    const index = this.#index
    const tree = this.disk.open((what, path) => hop(`${this.name} ${what} ${path}`))
    const revisions = trashOf(tree, world)
    const disk = await connectDirectory({
      ...{ tree, world },
      memory: memoryOf(index, 'disk'),
      mode: 'read-write',
      trash: revisions,
    })
    const selection = await DeviceSelection.open({ tree, index, random: world.random, caseFold: false })
    const change = choose(directoriesIn(index), selection.deselected)
    if (change !== undefined) await selection.change({ select: [], deselect: [], ...change })
    this.deselected = selection.deselected
    const ignore = withSelection(ignoreRules({ files: [], caseFold: false }), selection)
    const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'metadata', mode: 'sync' })
    const hub = new Hub({
      ...world,
      sequence: () => index.sequence,
      scan: (places, signal, namesIn) => folder.scan(places, signal, namesIn),
      rescanMs: 60 * 60_000,
    })
    this.#hub = hub
    const common = { home: folder.home, index, ignore, world, revisions, scan: hub.scan }
    this.#joinMesh({ tree, home: folder.home, common, hub })
    if (connect !== undefined) {
      const remote = await connect()
      const records = index.pair(remote.id)
      const hindsight = new Hindsight({ index, records, clock: world.clock, isBridge: true })
      this.#remote = this.#addPair(hub, { ...common, remote, hindsight })
    }
    this.#staying = hub.stay(this.#stop.signal)
  }

  /** Something was done on its disk. */
  hintDisk(): void {
    this.#hub?.hint('', 'below')
  }

  hintRemote(): void {
    this.#remote?.hint('', 'below')
  }

  meet(other: Bridge, channel: MeshChannel): void {
    this.#mesh.connect(other.#options.device, channel)
  }

  /** Ends what it is doing; to be called while time passes. */
  async close(): Promise<void> {
    this.#stop.abort(new DOMException('the simulation is over', 'AbortError'))
    await this.#staying
  }

  /** As the daemon does it: whatever is under way is broken off, and everything is opened anew. */
  async choose(choose: Choose): Promise<void> {
    await this.close()
    this.#mesh.removeFolder('shared')
    await this.open(choose)
  }

  /** What it believes that devices lack, itself included: one sentence each. */
  lacks(): readonly string[] {
    return this.#options.devices.flatMap(({ device, name }) => {
      const items = this.#folder?.mesh.lackOf(device === this.#options.device ? '' : device).items ?? 0
      return items === 0 ? [] : [`${this.name} says that ${name} lacks ${items}`]
    })
  }

  /** After it was closed. What the index must hold. */
  check(): readonly string[] {
    const faults = this.#index.check()
    this.#index.close()
    return faults
  }

  #joinMesh({ tree, home, common, hub }: JoinParts): void {
    const { device, shortId, devices, world } = this.#options
    const { clock } = world
    const index = this.#index
    const { ignore } = common
    const folder = new MeshFolder({
      ...{ id: 'shared', label: 'Shared', self: device, shortId, tree, index, clock },
      devices: devices.filter(other => other.device !== device),
      hasRemotes: this.#options.connect !== undefined,
      isIgnored: (path, kind) => ignore.verdict(path, kind === 'directory' ? kind : 'other') !== 'kept',
      selection: ignore.selection,
    })
    const connected = connectMesh({ folder, index, tree, clock, device: shortId, home })
    const pair = this.#addPair(hub, {
      ...common,
      remote: connected.replica,
      records: connected.records,
      hindsight: new Hindsight({
        ...{ index, clock },
        records: connected.records,
        isBridge: this.#options.connect !== undefined,
        versionOf: connected.versionOf,
      }),
      // Some plan what is new in the smallest parts.
      options: { moves: 'plain', conflicts: connected.conflicts, ...(shortId % 2n === 0n ? { newsTogether: 1 } : {}) },
    })
    folder.watch((place, reach) => pair.hint(place, reach))
    this.#mesh.addFolder(folder)
    this.#folder = folder
  }

  #addPair(hub: Hub, parts: Omit<PairParts, 'report'>): HubPair {
    let told: RunTold | undefined
    const isMesh = parts.remote.id.startsWith('mesh ')
    const approved = new Set(['deletes', 'overwrites'] as const)
    const pair = new Pair({
      ...parts,
      options: { ...parts.options, approved },
      report: event => {
        if (told !== undefined) noteRun(event, told)
        this.#options.report(isMesh ? 'mesh' : 'R', event)
      },
    })
    return hub.add({
      run: (signal, within, runTold) => {
        told = runTold
        return pair.run(signal, within)
      },
      polling: () => ({ everyMs: isMesh ? LOOK_AT_MESH_EVERY_MS : LOOK_EVERY_MS, share: 1 }),
      onRun: () => {},
      onAway: () => {},
      onLasting: () => 'end',
    })
  }
}

interface JoinParts {
  readonly tree: ConstructorParameters<typeof MeshFolder>[0]['tree']
  readonly home: PairParts['home']
  readonly common: Omit<PairParts, 'report' | 'remote' | 'ignore'> & { readonly ignore: SelectedRules }
  readonly hub: Hub
}

export type Choose = (directories: readonly Path[], deselected: readonly Path[]) => Partial<SelectionChange> | undefined

/** Every two are connected, by a line of their own. */
export function meetAll(bridges: readonly Bridge[], hop: (what: string) => Promise<void>): readonly Line[] {
  return bridges.flatMap((one, i) =>
    bridges.slice(i + 1).map(other => {
      const line = meshLine(hop)
      one.meet(other, line.ends[0])
      other.meet(one, line.ends[1])
      return line
    }),
  )
}
