// Other people's programs that take part where they are installed: a Syncthing in the mesh, and an Apache that serves a directory.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { APACHE, apacheIn } from '../interop/servers/apache.ts'
import { type Program, startProgram } from '../interop/servers/program.ts'
import { Syncthing } from '../interop/syncthing.ts'
import { FOLDER } from './daemons.ts'
import type { Place, Server } from './places.ts'

export const APACHE_FILES = APACHE

/** A device of the mesh that is not ours. */
export class SyncthingPlace implements Server, Place {
  readonly name: string
  readonly root: string
  readonly keptBy: string
  readonly #syncthing: Syncthing
  isUp = true

  private constructor(name: string, root: string, syncthing: Syncthing) {
    this.name = name
    this.keptBy = name
    this.root = root
    this.#syncthing = syncthing
  }

  static async open(name: string, root: string, home: string): Promise<SyncthingPlace> {
    return new SyncthingPlace(name, root, await Syncthing.start(home))
  }

  get device(): string {
    return this.#syncthing.device
  }

  get address(): string {
    return this.#syncthing.address
  }

  get fault(): undefined {
    return undefined
  }

  async start(): Promise<void> {
    await this.#syncthing.restart()
    this.isUp = true
  }

  async end(how: 'kill' | 'stop'): Promise<void> {
    this.isUp = false
    await this.#syncthing[how]()
  }

  /** Shares the folder with all of these. */
  async meet(devices: readonly { readonly device: string; readonly address: string }[]): Promise<void> {
    for (const { device, address } of devices) await this.#syncthing.addDevice(device, [address])
    await this.#syncthing.addFolder({
      id: FOLDER,
      path: this.root,
      devices: devices.map(({ device }) => device),
      rescanIntervalS: 60,
      maxConflicts: -1,
    })
  }
}

/** A directory behind a WebDAV server that tells nobody of changes. */
export class ApachePlace implements Server, Place {
  readonly name: string
  readonly root: string
  readonly keptBy: string
  readonly url: string
  readonly #program: Program
  readonly #state: string
  #end: ((signal?: NodeJS.Signals) => Promise<void>) | undefined

  private constructor(
    name: string,
    keptBy: string,
    served: { root: string; url: URL; program: Program; state: string },
  ) {
    this.name = name
    this.keptBy = keptBy
    this.root = served.root
    this.url = served.url.href
    this.#program = served.program
    this.#state = served.state
  }

  /** `keptBy`: the daemon that has it as a remote. */
  static async open(name: string, keptBy: string, directory: string): Promise<ApachePlace> {
    mkdirSync(directory)
    const served = await apacheIn(directory)
    const place = new ApachePlace(name, keptBy, { ...served, state: join(directory, 'state') })
    await place.start()
    return place
  }

  get isUp(): boolean {
    return this.#end !== undefined
  }

  get fault(): undefined {
    return undefined
  }

  async start(): Promise<void> {
    // Of one that was killed: another process may have its number by now, and Apache would not start.
    const pid = join(this.#state, 'pid')
    if (existsSync(pid)) rmSync(pid)
    this.#end = await startProgram(this.#program)
  }

  async end(how: 'kill' | 'stop'): Promise<void> {
    const end = this.#end
    this.#end = undefined
    await end?.(how === 'kill' ? 'SIGKILL' : 'SIGTERM')
  }
}
