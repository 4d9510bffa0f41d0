// Runs a program to its end and says what it took.
import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Measured } from './benchmark.ts'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Ended extends Measured {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** From start to end, start-up included. Throws when the program fails. */
export async function measure(command: Command, signal: AbortSignal): Promise<Ended> {
  const ended = await run(command, signal)
  if (ended.status === 0) return ended
  const words = [command.program, ...command.args].join(' ')
  throw new Error(`${words} ended with ${ended.status}: ${(ended.stderr || ended.stdout).trim().slice(-300)}`)
}

let started = 0

/** GNU time waits for the program, and so knows what all its descendants took. */
async function run({ program, args, env }: Command, signal: AbortSignal): Promise<Ended> {
  started += 1
  const times = join(tmpdir(), `syncline-bench-${process.pid}-${started}`)
  const from = performance.now()
  const child = spawn('/usr/bin/time', ['-q', '-o', times, '-f', '%U %S %M', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    signal,
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] = (texts[name] + text).slice(-100_000)
    })
  const status = await new Promise<number>((resolve, reject) =>
    child.on('error', reject).on('close', code => resolve(code ?? -1)),
  ).catch(async error => {
    await rm(times, { force: true })
    throw error
  })
  const seconds = (performance.now() - from) / 1000
  const [user = 0, system = 0, kib = 0] = (await readFile(times, 'utf8')).trim().split(' ').map(Number)
  await rm(times, { force: true })
  return { seconds, cpuSeconds: user + system, peakBytes: kib * 1024, status, ...texts }
}
