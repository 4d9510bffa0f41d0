// Runs the benchmarks named on the command line, or all: `npm run bench -- [NAME…] [--scale small|full]`.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BENCHMARKS } from './benchmarks.ts'
import { describeMachine } from './machine.ts'
import { isScale, type Scale } from './scale.ts'
import { reportOf } from './table.ts'
import { writeResults } from './write-results.ts'

/** Servers run under another account and have to get through. */
const OPEN_TO_SERVERS = 0o711
const { names, scale, pairs } = parse(process.argv.slice(2))
const dir = await mkdtemp(join(process.env['SYNCLINE_BENCH_DIR'] ?? tmpdir(), 'syncline-bench-'))
await chmod(dir, OPEN_TO_SERVERS)
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error('stopped')))
try {
  const machine = await describeMachine(dir)
  console.log(machine)
  for (const name of names) {
    stop.signal.throwIfAborted()
    const place = await mkdtemp(join(dir, `${name}-`))
    await chmod(place, OPEN_TO_SERVERS)
    const reports = await BENCHMARKS[name]?.({ dir: place, scale, pairs, signal: stop.signal })
    await rm(place, { recursive: true, force: true })
    if (reports === undefined) continue
    const text = [reports].flat().map(reportOf).join('\n\n')
    console.log(`\n${text}`)
    if (scale === 'full') await writeResults(name, text, machine)
  }
} finally {
  await rm(dir, { recursive: true, force: true })
}

function parse(args: readonly string[]): { names: readonly string[]; scale: Scale; pairs: number } {
  const values = new Map<string, string>()
  const names: string[] = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] as string
    if (arg.startsWith('--')) values.set(arg.slice(2), args[++i] ?? '')
    else names.push(arg)
  }
  const scale = values.get('scale') ?? 'small'
  const unknown = names.filter(name => BENCHMARKS[name] === undefined)
  if (!isScale(scale) || unknown.length > 0)
    throw new Error(`Usage: bench [${Object.keys(BENCHMARKS).join(' | ')}]… [--scale small|full] [--pairs N]`)
  return { names: names.length > 0 ? names : Object.keys(BENCHMARKS), scale, pairs: Number(values.get('pairs') ?? 3) }
}
