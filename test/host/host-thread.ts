// A host in another thread that answers at once: for stories, whose people do not wait for anything.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { build, type PluginBuild } from 'esbuild'
import type { Deed } from '../scenarios/story.ts'
import type { Shown, Surface } from '../scenarios/surface.ts'

export interface WorkerData {
  readonly directory: string
  readonly flag: Int32Array
}

export type Looking =
  | { readonly do: 'list' | 'kept' | 'leftovers' }
  | { readonly do: 'texts'; readonly path: string }
  | { readonly do: 'perform'; readonly deed: Deed; readonly now: number }

export type Asked = Looking | { readonly do: 'begin'; readonly password: string } | { readonly do: 'port' | 'stop' }

export type Told = null | number | string[] | [string, Shown][]

const MAX_WAIT_MS = 60_000

export class HostThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #flag: Int32Array
  readonly #directory: string
  #count = 0

  private constructor(worker: Worker, port: MessagePort, flag: Int32Array, directory: string) {
    this.#worker = worker
    this.#port = port
    this.#flag = flag
    this.#directory = directory
  }

  static async start(): Promise<HostThread> {
    const directory = mkdtempSync(join(tmpdir(), 'syncline-host-'))
    const flag = new Int32Array(new SharedArrayBuffer(4))
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(await bundled(), {
      workerData: { directory, flag, port: port2 },
      transferList: [port2],
    })
    const failed = new Promise<never>((_, reject) => worker.on('error', reject))
    failed.catch(() => {})
    await Promise.race([failed, ready(flag)])
    return new HostThread(worker, port1, flag, directory)
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ask({ do: 'port' }) as number}`
  }

  /** A new and empty account of Alice. */
  begin(password: string): void {
    this.#ask({ do: 'begin', password })
  }

  /** Alice's files. `now` is in milliseconds since 1970. */
  surface(now: () => number): Surface {
    return {
      list: () => new Map(this.#ask({ do: 'list' }) as [string, Shown][]),
      textsAt: path => this.#ask({ do: 'texts', path }) as string[],
      perform: deed => void this.#ask({ do: 'perform', deed, now: now() }),
      kept: () => this.#ask({ do: 'kept' }) as string[],
      leftovers: () => this.#ask({ do: 'leftovers' }) as string[],
    }
  }

  async stop(): Promise<void> {
    this.#ask({ do: 'stop' })
    await this.#worker.terminate()
    this.#port.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #ask(asked: Asked): Told {
    this.#count += 1
    this.#port.postMessage({ asked, count: this.#count })
    const until = Date.now() + MAX_WAIT_MS
    for (;;) {
      const answer = receiveMessageOnPort(this.#port)?.message as Answered | undefined
      if (answer?.count === this.#count) {
        if (answer.failed !== undefined) throw new Error(answer.failed)
        return answer.told ?? null
      }
      if (Date.now() > until) throw new Error(`the host does not ${asked.do}`)
      // Sleeps until the flag changes; what it was does not matter, as the answers are counted.
      if (answer === undefined) Atomics.wait(this.#flag, 0, Atomics.load(this.#flag, 0), 5)
    }
  }
}

export interface Answered {
  readonly count: number
  readonly told?: Told
  readonly failed?: string
}

async function ready(flag: Int32Array): Promise<void> {
  while (Atomics.load(flag, 0) === 0) await new Promise(resolve => setImmediate(resolve))
}

/** Files that look for others beside themselves find them where they are, and not where the bundle is. */
function keepPlaces(bundling: PluginBuild): void {
  bundling.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
    contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    loader: 'ts',
  }))
}

/** The loader of the tests does not reach into threads. The bundle lies where it finds the packages. */
async function bundled(): Promise<URL> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const place = join(root, 'node_modules', '.cache', 'syncline-host')
  mkdirSync(place, { recursive: true })
  const { outputFiles } = await build({
    entryPoints: [join(root, 'test/host/host-worker.ts')],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    plugins: [{ name: 'places', setup: keepPlaces }],
  })
  const file = join(place, `${process.pid}-${Math.random().toString(36).slice(2)}.mjs`)
  writeFileSync(file, outputFiles[0]?.text ?? '')
  process.on('exit', () => rmSync(file, { force: true }))
  return pathToFileURL(file)
}
