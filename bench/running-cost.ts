// What programs that run on cost: CPU time and memory of its processes, as Linux counts them.
import { readdir, readFile } from 'node:fs/promises'

export interface Cost {
  readonly cpuSeconds: number
  /** The largest process, at its largest. */
  readonly peakBytes: number
  /** The largest process now. */
  readonly rssBytes: number
}

/** Of all processes that `dir` stands in the command line of, and of those that they started. */
export async function costOf(dir: string): Promise<Cost> {
  const processes = (await Promise.all((await readdir('/proc')).filter(isNumber).map(lookAt))).flatMap(
    each => each ?? [],
  )
  const ours = new Set(processes.filter(({ command }) => command.includes(dir)).map(({ pid }) => pid))
  ours.delete(process.pid)
  for (let before = 0; before !== ours.size; ) {
    before = ours.size
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid)
  }
  const counted = processes.filter(({ pid }) => ours.has(pid))
  return {
    cpuSeconds: counted.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    peakBytes: Math.max(0, ...counted.map(({ peakBytes }) => peakBytes)),
    rssBytes: Math.max(0, ...counted.map(({ rssBytes }) => rssBytes)),
  }
}

const TICKS_PER_SECOND = 100
const isNumber = (name: string): boolean => /^\d+$/.test(name)

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
  readonly ticks: number
  readonly peakBytes: number
  readonly rssBytes: number
}

async function lookAt(name: string): Promise<Process | undefined> {
  try {
    const [stat, command, status] = await Promise.all(
      ['stat', 'cmdline', 'status'].map(file => readFile(`/proc/${name}/${file}`, 'utf8')),
    )
    // The name of the program stands in parentheses and may hold anything.
    const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0)
    const bytes = (what: string) =>
      Number(new RegExp(`^${what}:\\s*(\\d+) kB`, 'm').exec(status ?? '')?.[1] ?? 0) * 1024
    return {
      pid: Number(name),
      parent: Number(fields[1]),
      command: command ?? '',
      ticks,
      peakBytes: bytes('VmHWM'),
      rssBytes: bytes('VmRSS'),
    }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}
