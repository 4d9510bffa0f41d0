// A device of ours with one folder in a mesh: everything as the program has it, but the loop of a daemon.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type OpenedLocal, openLocal } from '../../src/assemble/open-local.ts'
import { type Identity, openIdentity } from '../../src/bep/identity.ts'
import { type Finder, Network } from '../../src/bep/network.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import { type ConnectedMesh, connectMesh } from '../../src/remotes/mesh/connect.ts'
import { Mesh, type OfferedFolder } from '../../src/remotes/mesh/mesh.ts'
import { MeshFolder } from '../../src/remotes/mesh/mesh-folder.ts'
import { EQUAL_ROLE, type Role } from '../../src/remotes/mesh/role.ts'
import type { SyncEvent } from '../../src/sync/events.ts'
import { Hindsight } from '../../src/sync/hindsight.ts'
import { Pair } from '../../src/sync/pair.ts'
import type { Summary } from '../../src/sync/summary.ts'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'

export interface MeshDeviceOptions {
  readonly directory: string
  readonly name: string
  /** The folder's id. */
  readonly folder?: string
  /** Where it listens; a free port of the loopback interface unless told. */
  readonly listen?: string
  /** What finds devices whose address is `dynamic`. */
  readonly finders?: readonly Finder[]
  readonly role?: Role
  /** How often others are told of what is on its way here. */
  readonly progressEveryMs?: number
}

export class MeshDevice {
  readonly identity: Identity
  readonly root: string
  readonly address: string
  readonly network: Network
  readonly offered: OfferedFolder[] = []
  readonly problems: string[] = []
  readonly events: SyncEvent[] = []
  readonly #mesh: Mesh
  readonly #local: OpenedLocal
  readonly #folderId: string
  readonly #role: Role
  readonly #progressEveryMs: number | undefined
  #connected: ConnectedMesh | undefined
  readonly #stop = new AbortController()
  #pair: Pair | undefined
  #folder: MeshFolder | undefined
  #wake: () => void = () => {}
  #isHinted = true
  #isResting = false
  #loop: Promise<void> = Promise.resolve()
  last: Summary | undefined

  private constructor(parts: {
    identity: Identity
    root: string
    address: string
    network: Network
    mesh: Mesh
    local: OpenedLocal
    folderId: string
    role: Role
    progressEveryMs: number | undefined
    offered: OfferedFolder[]
  }) {
    this.identity = parts.identity
    this.root = parts.root
    this.address = parts.address
    this.network = parts.network
    this.offered = parts.offered
    this.#mesh = parts.mesh
    this.#local = parts.local
    this.#folderId = parts.folderId
    this.#role = parts.role
    this.#progressEveryMs = parts.progressEveryMs
  }

  static async start(options: MeshDeviceOptions): Promise<MeshDevice> {
    const {
      directory,
      name,
      folder = 'shared',
      listen = 'tcp://127.0.0.1:0',
      finders = [],
      role = EQUAL_ROLE,
    } = options
    const { progressEveryMs } = options
    const root = join(directory, 'folder')
    mkdirSync(root, { recursive: true })
    const identity = await openIdentity(directory)
    const offered: OfferedFolder[] = []
    const mesh = new Mesh({ self: identity.device, onOffered: one => offered.push(one) })
    const world = nodeWorld({ log: () => {} })
    const network = new Network({
      identity,
      hello: { deviceName: name, clientName: 'syncline', clientVersion: 'v0.1.0' },
      world,
      finders,
      onConnection: ({ device, channel }) => mesh.connect(device, channel),
      onLost: () => {},
      onStranger: () => {},
      onFault: () => {},
    })
    const address = await network.listen(listen)
    const local = await openLocal({
      folder: root,
      access: 'write',
      ignoreFrom: [],
      trash: 'keep',
      trust: 'metadata',
      world,
      device: identity.shortId,
    })
    return new MeshDevice({
      identity,
      root,
      address,
      network,
      mesh,
      local,
      folderId: folder,
      role,
      progressEveryMs,
      offered,
    })
  }

  /** Whether it has nothing to do, as far as it knows. */
  get isAtRest(): boolean {
    return this.#isResting && !this.#isHinted
  }

  get device(): DeviceKey {
    return this.identity.device
  }

  get folder(): MeshFolder {
    if (this.#folder === undefined) throw new Error('not shared yet')
    return this.#folder
  }

  /** Shares the folder with these devices, and keeps it equal from now on. */
  share(peers: readonly { readonly device: string; readonly address: string }[]): void {
    const { files, folder, ignore } = this.#local
    const { tree, index } = files
    const { clock } = folder.world
    const meshFolder = new MeshFolder({
      id: this.#folderId,
      label: 'Shared',
      self: this.device,
      shortId: this.identity.shortId,
      devices: peers.map(({ device }) => ({ device: device as DeviceKey, name: '' })),
      tree,
      index,
      clock,
      role: this.#role,
      ...(this.#progressEveryMs === undefined ? {} : { progressEveryMs: this.#progressEveryMs }),
      isIgnored: (path, kind) => ignore.verdict(path, kind === 'directory' ? kind : 'other') !== 'kept',
      selection: ignore.selection,
    })
    const mesh = connectMesh({
      folder: meshFolder,
      ...{ index, tree, clock },
      device: this.identity.shortId,
      home: folder.home,
    })
    this.#folder = meshFolder
    this.#connected = mesh
    this.#pair = new Pair({
      home: folder.home,
      remote: mesh.replica,
      index,
      ignore,
      world: folder.world,
      report: event => this.events.push(event),
      revisions: folder.revisions,
      scan: (places, signal, namesIn) => folder.scan(places, signal, namesIn),
      options: {
        ...{ moves: 'plain', conflicts: mesh.conflicts },
        // Brakes have tests of their own.
        ...(this.#role.type === 'receive-only' ? { approved: new Set(['deletes', 'overwrites'] as const) } : {}),
      },
      records: mesh.records,
      // As in the daemon: what another index told of last may be known here to be older.
      ...(this.#role.type === 'send-receive'
        ? {
            hindsight: new Hindsight({
              index,
              records: mesh.records,
              clock,
              versionOf: mesh.versionOf,
              isBridge: false,
            }),
          }
        : {}),
    })
    mesh.replica.watch?.(
      () => this.hint(),
      () => {},
    )
    this.#mesh.addFolder(meshFolder)
    this.know(peers)
    this.#loop = this.#run()
  }

  /** These devices are called, and let in. */
  know(peers: readonly { readonly device: string; readonly address: string }[]): void {
    this.network.setDevices(
      peers.map(({ device, address }) => ({
        device: device as DeviceKey,
        addresses: address === '' ? [] : [address],
        compression: 'metadata',
        paused: false,
      })),
    )
  }

  /** As a person asks for it; with a yes to however much it replaces. Returns how many paths it is about. */
  settle(what: 'override' | 'revert'): number {
    const count = this.#connected?.[what]() ?? 0
    this.hint()
    return count
  }

  /** Something changed: looks at everything soon. */
  hint(): void {
    this.#isHinted = true
    this.#wake()
  }

  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    this.#wake()
    await this.#loop
    await this.network.stop()
    await this.#local.close()
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#isHinted) {
        this.#isHinted = false
        try {
          this.last = await this.#pair?.run(this.#stop.signal)
        } catch (error) {
          if (!this.#stop.signal.aborted) this.problems.push(String(error instanceof Error ? error.stack : error))
        }
      } else {
        this.#isResting = true
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
        this.#isResting = false
      }
    }
  }
}
