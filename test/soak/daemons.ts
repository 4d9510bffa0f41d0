// Daemons of this program that are killed and started again in the same home, at the same port of the mesh.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceClient } from '../../src/api/client.ts'
import { type RunningDaemon, type Stage, until } from '../daemon/daemon-process.ts'
import { freePort } from '../interop/servers/program.ts'
import type { Place, Server } from './places.ts'

export const FOLDER = 'soak'
const NO_SIGNAL = new AbortController().signal

/** Only at home here, and in no doubt for long about what changed on a server that does not tell. */
const CONFIG = `mesh:
  local-discovery: false
  port-mapping: false
defaults:
  poll: 5s
`

export class Daemon implements Server, Place {
  readonly name: string
  readonly root: string
  readonly keptBy: string
  readonly address: string
  readonly #stage: Stage
  #running: RunningDaemon | undefined
  #isEnding = false
  #device = ''

  private constructor(stage: Stage, name: string, address: string) {
    this.#stage = stage
    this.name = name
    this.keptBy = name
    this.root = stage.at(name)
    this.address = address
  }

  /** Runs, with an empty folder. */
  static async open(stage: Stage, name: string): Promise<Daemon> {
    const daemon = new Daemon(stage, name, `tcp://127.0.0.1:${await freePort()}`)
    mkdirSync(daemon.#home, { mode: 0o700 })
    writeFileSync(join(daemon.#home, 'config.yaml'), CONFIG)
    await daemon.start()
    await daemon.client.folders.add({ path: daemon.root, id: FOLDER })
    daemon.#device = (await daemon.client.devices.self()).id
    return daemon
  }

  get #home(): string {
    return this.#stage.at(this.#homeName)
  }

  get #homeName(): string {
    return `home-${this.name}`
  }

  get device(): string {
    return this.#device
  }

  get isUp(): boolean {
    return this.#running !== undefined
  }

  get fault(): string | undefined {
    const running = this.#running
    return running === undefined || this.#isEnding || isAlive(running.pid)
      ? undefined
      : `${this.name} ended by itself: ${running.out.slice(-2000)}`
  }

  get client(): ServiceClient {
    if (this.#running === undefined) throw new Error(`${this.name} does not run.`)
    return this.#running.client
  }

  async start(): Promise<void> {
    this.#isEnding = false
    this.#running = await this.#stage.start(this.#homeName, ['--bep-listen', this.address])
  }

  async end(how: 'kill' | 'stop'): Promise<void> {
    this.#isEnding = true
    const running = this.#running
    await running?.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM')
    if (this.#running === running) this.#running = undefined
  }

  /** Shares the folder with another device. */
  async meet(device: string, name: string, address: string): Promise<void> {
    await this.client.devices.add({ id: device, name, addresses: [address] })
    await this.client.devices.share(FOLDER, device)
  }

  /** The folder is to be equal with this place, too. */
  async addRemote(id: string, address: string): Promise<void> {
    const isOpen = async () => (await this.client.folders.status(FOLDER)).state === 'idle'
    await until(isOpen, `the folder of ${this.name} to open`)
    await this.client.remotes.add(FOLDER, { id, address }, NO_SIGNAL)
  }

  /** What a person would be asked: everything that was done here was meant. Tells what it was. */
  async approve(): Promise<readonly string[]> {
    const brakes = await this.client.brakes.list()
    for (const { id } of brakes) await this.client.brakes.approve(id)
    return brakes.map(({ sentence }) => sentence)
  }

  /** What keeps it from being at rest with everything done; undefined when nothing does. */
  async unrest(): Promise<string | undefined> {
    const { folders } = await this.client.status()
    const states = folders.flatMap(({ state, remotes }) => [
      ...(state === 'idle' ? [] : [state]),
      ...remotes.flatMap(({ id, state: of, sentence, devices = [] }) => [
        ...(of === 'in-sync' ? [] : [`${id}: ${sentence}`]),
        ...devices.flatMap(({ name, lacks }) => (lacks === 0 ? [] : [`${name} is said to lack ${lacks}`])),
      ]),
    ])
    return states.length === 0 ? undefined : `${this.name}: ${states.join('; ')}`
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
