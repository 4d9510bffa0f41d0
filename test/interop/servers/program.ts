// Starts a real server program on the loopback interface and ends it again.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunningServer {
  /** Where the shared directory is served; ends in '/'. */
  readonly url: URL
  /** The directory on this machine whose content is served. */
  readonly root: string
  stop(): Promise<void>
}

/** Why a server cannot be started here: what has to be installed. */
export interface NotInstalled {
  readonly missing: string
}

export async function firstMissing(files: readonly string[]): Promise<NotInstalled | undefined> {
  for (const file of files) {
    const there = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    )
    if (!there) return { missing: file }
  }
  return undefined
}

/**
 * A port nobody listens on, for programs that cannot choose one themselves. Below those that the system gives to whoever asks for any: one of
 * them would be given away before the program listens there.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server = net.createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly port: number
}

/** Starts `program` and resolves to what stops it once it accepts connections. Throws with its output when it does not. */
export async function startProgram(program: Program): Promise<(signal?: NodeJS.Signals) => Promise<void>> {
  // A group of its own: PHP's server leaves its workers behind when only it is ended.
  const child = spawn(program.command, program.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...program.env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      output = (output + chunk).slice(-4000)
    })
  for (let tries = 0; tries < 1200 && child.exitCode === null; tries += 1) {
    if (await accepts(program.port)) return signal => end(child, signal)
    await sleep(25)
  }
  await end(child)
  throw new Error(`${program.command} did not start: ${output}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    socket
      .once('connect', () => socket.destroy())
      .once('error', () => resolve(false))
      .once('close', failed => resolve(!failed))
  })
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.pid === undefined) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 3000)
  signalGroup(child.pid, signal)
  if (child.exitCode === null && child.signalCode === null) await gone
  clearTimeout(timer)
  child.stdout?.destroy()
  child.stderr?.destroy()
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
