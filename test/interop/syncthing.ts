// A real syncthing on the loopback interface, with a home of its own: it knows nobody but whom it is told of, and tells nobody.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './servers/program.ts'

const KEY = 'testing'
const START_MS = 60_000

export interface SyncthingOptions {
  /** Options of its configuration, by the names it gives them. */
  readonly options?: Readonly<Record<string, string | boolean | number>>
  /** Where it listens; a free port of the loopback interface unless told. */
  readonly listen?: string
}

export interface SyncthingFolder {
  readonly id: string
  readonly path: string
  /** Keys of the devices it is shared with. */
  readonly devices: readonly string[]
  readonly type?: 'sendreceive' | 'sendonly' | 'receiveonly'
  readonly [setting: string]: unknown
}

export interface FolderStatus {
  readonly state: string
  readonly globalFiles: number
  readonly localFiles: number
  readonly needTotalItems: number
  readonly pullErrors: number
  readonly errors: number
}

export class Syncthing {
  readonly home: string
  readonly device: string
  readonly address: string
  readonly #gui: number
  #child: ChildProcess | undefined

  private constructor(home: string, device: string, address: string, gui: number) {
    this.home = home
    this.device = device
    this.address = address
    this.#gui = gui
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Makes a home with an identity and starts in it. */
  static async start(home: string, { options = {}, listen }: SyncthingOptions = {}): Promise<Syncthing> {
    await mkdir(home, { recursive: true, mode: 0o700 })
    const [gui, port] = [await freePort(), await freePort()]
    const address = listen ?? `tcp://127.0.0.1:${port}`
    execFileSync('syncthing', ['generate', `--home=${home}`, '--skip-port-probing', '--no-default-folder'], {
      stdio: 'ignore',
      env: { ...process.env, HOME: home },
    })
    const device = execFileSync('syncthing', ['--device-id', `--home=${home}`], { encoding: 'utf8' }).trim()
    await writeFile(join(home, 'config.xml'), configOf(device, gui, address, options))
    const syncthing = new Syncthing(home, device, address, gui)
    await syncthing.restart()
    return syncthing
  }

  /** Starts, or starts again after `stop` or `kill`. */
  async restart(): Promise<void> {
    const log = createWriteStream(join(this.home, 'log.txt'), { flags: 'a' })
    const args = ['serve', `--home=${this.home}`, '--no-browser', '--no-restart', '--no-upgrade']
    const child = spawn('syncthing', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Without the process that looks after it: who kills that one leaves the other running.
      env: { ...process.env, STMONITORED: 'yes', STNOUPGRADE: '1', HOME: this.home },
    })
    child.stdout.pipe(log)
    child.stderr.pipe(log)
    this.#child = child
    await this.until('is up', async () => {
      if (child.exitCode !== null) throw new Error(`syncthing ended with ${child.exitCode}:\n${await this.#lastSaid()}`)
      return (await this.call('GET', '/system/status').catch(() => undefined)) !== undefined
    })
  }

  /** Forgets everything of every folder; it is not running. */
  resetDatabase(): void {
    execFileSync('syncthing', ['--reset-database', `--home=${this.home}`], { stdio: 'ignore' })
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async addDevice(device: string, addresses: readonly string[], settings: Record<string, unknown> = {}): Promise<void> {
    await this.call('PUT', `/config/devices/${device}`, { deviceID: device, name: 'peer', addresses, ...settings })
  }

  async addFolder({ devices, ...settings }: SyncthingFolder): Promise<void> {
    await mkdir(settings.path, { recursive: true })
    await this.call('PUT', `/config/folders/${settings.id}`, {
      fsWatcherEnabled: true,
      fsWatcherDelayS: 1,
      rescanIntervalS: 3600,
      ...settings,
      devices: [this.device, ...devices].map(deviceID => ({ deviceID })),
    })
  }

  async scan(folder: string): Promise<void> {
    await this.call('POST', `/db/scan?folder=${folder}`)
  }

  async status(folder: string): Promise<FolderStatus> {
    return (await this.call('GET', `/db/status?folder=${folder}`)) as FolderStatus
  }

  /** Of a device: 100 when it has everything. */
  async completion(folder: string, device: string): Promise<number> {
    const { completion } = (await this.call('GET', `/db/completion?folder=${folder}&device=${device}`)) as {
      readonly completion: number
    }
    return completion
  }

  async isConnected(device: string): Promise<boolean> {
    const { connections } = (await this.call('GET', '/system/connections')) as {
      readonly connections: Readonly<Record<string, { readonly connected: boolean }>>
    }
    return connections[device]?.connected ?? false
  }

  /** A call of its REST interface; throws for every answer but a good one. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#ask(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`syncthing answered ${response.status} to ${method} ${path}: ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }

  /** On a very busy machine it hangs up on those whose question it did not get to read in 15 seconds: they ask again, as long as it runs. */
  async #ask(method: string, path: string, body: unknown): Promise<Response> {
    for (;;) {
      try {
        return await fetch(`http://127.0.0.1:${this.#gui}/rest${path}`, {
          method,
          // One that it kept open may be closed by it at any time.
          headers: { 'X-API-Key': KEY, connection: 'close' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string }
        if (method !== 'GET' || code !== 'UND_ERR_SOCKET') throw error
        await sleep(50)
      }
    }
  }

  async until(what: string, isSo: () => Promise<boolean>, withinMs = START_MS): Promise<void> {
    const end = Date.now() + withinMs
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`syncthing: not so within ${withinMs / 1000} s: ${what}`)
      await sleep(50)
    }
  }

  async #lastSaid(): Promise<string> {
    const said = await readFile(join(this.home, 'log.txt'), 'utf8')
    return said.trimEnd().split('\n').slice(-15).join('\n')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
}

const QUIET = {
  globalAnnounceEnabled: false,
  localAnnounceEnabled: false,
  relaysEnabled: false,
  natEnabled: false,
  crashReportingEnabled: false,
  startBrowser: false,
  setLowPriority: false,
  urAccepted: -1,
  autoUpgradeIntervalH: 0,
  reconnectionIntervalS: 5,
}

function configOf(device: string, gui: number, listen: string, options: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries({ ...QUIET, ...options }).map(([name, value]) => `<${name}>${value}</${name}>`)
  return `<configuration version="36">
  <device id="${device}" name="syncthing"></device>
  <gui enabled="true" tls="false"><address>127.0.0.1:${gui}</address><apikey>${KEY}</apikey></gui>
  <options><listenAddress>${listen}</listenAddress>${lines.join('')}</options>
</configuration>
`
}
