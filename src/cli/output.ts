// What a command tells, to people or to scripts: the one interface that the three ways of telling have.
import type { LogLevel } from '../platform/world.ts'
import type { SyncEvent } from '../sync/events.ts'
import type { Summary } from '../sync/summary.ts'

/** Where text goes. */
export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface Streams {
  readonly out: Stream
  readonly err: Stream
}

export interface Output {
  event(event: SyncEvent): void
  /** Files seen and bytes hashed so far. */
  scanned(files: number, bytes: number): void
  /** Something worth knowing that is no failure. */
  notice(text: string): void
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
  /** At the end of a run. */
  finish(summary: Summary, tookMs: number): void
}
