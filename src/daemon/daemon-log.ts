// The log of the daemon: where it goes, and its last lines for whoever asks.
import type { LogLevel, LogLine } from '../api/shapes/logs.ts'
import type { Log } from '../platform/world.ts'
import type { Config } from './config.ts'

export interface DaemonLog {
  readonly log: Log
  /** The newest lines at or above `level`, oldest first. */
  readonly recent: (level: LogLevel, limit: number) => readonly LogLine[]
  /** Other settings hold from now on. */
  configure?(config: Config): void
  close(): Promise<void> | void
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const HELD = 1000

/** Writes lines of JSON, and holds the last ones. */
export function lineLog(write: (line: string) => void, leastLevel: () => LogLevel): DaemonLog {
  const held: LogLine[] = []
  const log: Log = (level, message, fields) => {
    const at = Date.now()
    const told = fields === undefined ? {} : { fields: plain(fields) }
    if (level !== 'debug') held.push({ at, level, message, ...told })
    if (held.length > HELD) held.splice(0, held.length - HELD)
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(leastLevel()))
      write(`${JSON.stringify({ at, level, message, ...fields })}\n`)
  }
  const recent = (level: LogLevel, limit: number) =>
    held.filter(line => LEVELS.indexOf(line.level) >= LEVELS.indexOf(level)).slice(-limit)
  return { log, recent, close: () => {} }
}

function plain(fields: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' ? value : String(value),
    ]),
  )
}
