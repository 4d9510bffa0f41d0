// A real syncthing on the loopback interface that knows nobody and tells nobody.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../test/interop/servers/program.ts'

const KEY = 'benchmark'

export class Syncthing {
  readonly #child: ChildProcess
  readonly #url: string
  #folders = 0

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.#url = url
  }

  static async start(home: string): Promise<Syncthing> {
    await mkdir(home, { recursive: true })
    const [gui, sync] = [await freePort(), await freePort()]
    await writeFile(`${home}/config.xml`, configOf(gui, sync))
    const child = spawn('syncthing', ['serve', `--home=${home}`, '--no-browser', '--no-restart', '--no-upgrade'], {
      stdio: 'ignore',
      env: { ...process.env, STNOUPGRADE: '1', HOME: home },
    })
    const syncthing = new Syncthing(child, `http://127.0.0.1:${gui}/rest`)
    await syncthing.#untilUp()
    return syncthing
  }

  /** Seconds from adding the folder until all its files are scanned. */
  async scan(path: string, files: number, signal: AbortSignal): Promise<number> {
    this.#folders += 1
    const id = `folder-${this.#folders}`
    const from = performance.now()
    await this.#call('PUT', `/config/folders/${id}`, { id, path, rescanIntervalS: 0, fsWatcherEnabled: false })
    for (;;) {
      signal.throwIfAborted()
      const { state, localFiles } = (await this.#call('GET', `/db/status?folder=${id}`)) as Status
      if (state === 'idle' && localFiles >= files) break
      await sleep(10)
    }
    const seconds = (performance.now() - from) / 1000
    await this.#call('DELETE', `/config/folders/${id}`)
    return seconds
  }

  async stop(): Promise<void> {
    const gone = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    if (this.#child.exitCode === null && this.#child.signalCode === null) await gone
  }

  async #untilUp(): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      if (this.#child.exitCode !== null) break
      const status = await this.#call('GET', '/system/status').catch(() => undefined)
      if (status !== undefined) return
      await sleep(50)
    }
    throw new Error('syncthing did not start')
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { 'X-API-Key': KEY },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // A folder that was added a moment ago may not be known yet.
    if (response.status === 404) return {}
    if (!response.ok) throw new Error(`syncthing answered ${response.status} to ${path}: ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }
}

interface Status {
  readonly state?: string
  readonly localFiles: number
}

function configOf(gui: number, sync: number): string {
  const off = [
    'globalAnnounceEnabled',
    'localAnnounceEnabled',
    'relaysEnabled',
    'natEnabled',
    'crashReportingEnabled',
    'startBrowser',
    'setLowPriority',
  ]
  return `<configuration version="36">
  <gui enabled="true" tls="false"><address>127.0.0.1:${gui}</address><apikey>${KEY}</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:${sync}</listenAddress>
    <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    ${off.map(name => `<${name}>false</${name}>`).join('')}
  </options>
</configuration>
`
}
