// A daemon as its users run it: the built program in a process of its own, with a home of its own, asked over its socket.
import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { apiClient, type ServiceClient } from '../../src/api/client.ts'
import { tellWhenFailed } from '../when-failed.ts'

const PROGRAM = process.env['SYNCLINE_TEST_PROGRAM'] ?? fileURLToPath(new URL('../../bin/syncline', import.meta.url))

export interface Stage extends AsyncDisposable {
  readonly root: string
  at(...names: string[]): string
  /** Starts a daemon with the home `name`; ended with the stage. Resolves when it listens. `within`: a command that becomes the daemon. */
  start(name?: string, args?: readonly string[], within?: readonly string[]): Promise<RunningDaemon>
  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ended>
  onEnd(end: () => Promise<void> | void): void
  /** What is there is not cleared away: somebody will want to look at it. */
  keep(): void
}

export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export interface RunningDaemon {
  readonly home: string
  readonly pid: number
  readonly out: string
  readonly client: ServiceClient
  readonly url: string
  kill(signal: NodeJS.Signals): Promise<Ended>
}

/** An empty place, cleared away with all that was started in it. */
export function openStage(): Stage {
  const root = mkdtempSync(join(tmpdir(), 'sl-'))
  mkdirSync(join(root, 'user'))
  const ends: (() => Promise<void> | void)[] = []
  let isKept = false
  const environment = (user: string) => ({ PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), HOME: join(root, user) })
  const spawned = (args: readonly string[], user = 'user', within: readonly string[] = []) => {
    const [command = process.execPath, ...given] = [...within, process.execPath, PROGRAM, ...args]
    return new Child(spawn(command, given, { env: environment(user) }))
  }
  return {
    root,
    at: (...names) => join(root, ...names),
    onEnd: end => void ends.push(end),
    keep: () => {
      isKept = true
    },
    run: (...args) => spawned(args).ended,
    start: async (name = 'home', args = [], within = []) => {
      const home = join(root, name)
      // Each with a user of its own: a first start makes a folder there.
      const user = name === 'home' ? 'user' : `user-${name}`
      mkdirSync(join(root, user), { recursive: true })
      const given = [
        'start',
        '--home',
        home,
        ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']),
        ...(args.includes('--bep-listen') ? [] : ['--bep-listen', 'tcp://127.0.0.1:0']),
        ...args,
      ]
      const child = spawned(given, user, within)
      ends.push(async () => void (await child.kill('SIGKILL')))
      tellWhenFailed(() => `--- the daemon ${name} said:\n${(child.err + child.out).slice(-6_000)}`)
      await until(() => child.out.includes('running') || child.isOver, 'the daemon to start')
      if (child.isOver) throw new Error(`the daemon ended: ${child.err}${child.out}`)
      const token = readFileSync(join(home, 'api-token'), 'utf8').trim()
      const url = /http\S+/.exec(child.out)?.[0] ?? ''
      return {
        home,
        pid: child.pid,
        get out() {
          return child.out
        },
        url,
        client: apiClient({ at: { socketPath: join(home, 'api.sock') }, token }),
        kill: signal => child.kill(signal),
      }
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends.reverse()) await end()
      if (!isKept) rmSync(root, { recursive: true, force: true })
    },
  }
}

class Child {
  out = ''
  err = ''
  isOver = false
  readonly ended: Promise<Ended>
  readonly #process: ChildProcess

  constructor(child: ChildProcess) {
    this.#process = child
    child.stdout?.on('data', chunk => {
      this.out += chunk
    })
    child.stderr?.on('data', chunk => {
      this.err += chunk
    })
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', status => {
        this.isOver = true
        resolve({ status, out: this.out, err: this.err })
      })
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  kill(signal: NodeJS.Signals): Promise<Ended> {
    if (!this.isOver) this.#process.kill(signal)
    return this.ended
  }
}

/** Waits for what other processes do. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`)
    await sleep(10)
  }
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Undefined when it is not there. */
export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Of this program, of Apache's, and what a first look at a server leaves behind that was killed in the middle. */
const NOT_THE_USERS = /(^|\/)(\.syncline|\.DAV)(\/|$)|(^|\/)\.syncline-probe-/

/** Every path that a user sees, files with their content. */
export function tree(root: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const names = namesBelow(root)
  if (names === undefined) return tree(root)
  for (const name of names.sort()) {
    if (NOT_THE_USERS.test(name)) continue
    const text = textOf(join(root, name))
    // Gone since it was listed: what is there now is listed anew.
    if (text === undefined) return tree(root)
    found[name] = text
  }
  return found
}

/** Undefined when a directory in it went while they were listed. */
function namesBelow(root: string): string[] | undefined {
  try {
    return readdirSync(root, { recursive: true }) as string[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !existsSync(root)) throw error
    return undefined
  }
}

function textOf(path: string): string | undefined {
  try {
    return lstatSync(path).isDirectory() ? '/' : readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Resolves when all remotes of all folders are equal with them, and nothing is being done. */
export async function settled(client: ServiceClient): Promise<void> {
  let said = ''
  const isSettled = async () => {
    const { folders } = await client.status()
    said = JSON.stringify(folders)
    const isFolderAtRest = folders.every(({ state }) => state === 'idle')
    return isFolderAtRest && folders.every(({ remotes }) => remotes.every(({ state }) => state === 'in-sync'))
  }
  await until(isSettled, 'everything to be in sync').catch((error: Error) => {
    throw new Error(`${error.message}: ${said}`)
  })
}
