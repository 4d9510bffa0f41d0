// The daemon's log: one JSON object a line, to a file that rotates or to a service manager's journal, and never with a secret.
import { fstatSync } from 'node:fs'
import { type Logger, pino, type StreamEntry } from 'pino'
import { codeOf } from '../../platform/tree.ts'
import type { Log, LogLevel } from '../../platform/world.ts'
import type { LogConfig } from '../config/config.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { type LogFields, type Redaction, redaction } from './log-redaction.ts'

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

export interface DaemonLog {
  readonly log: Log
  /** The newest lines at or above `level`, oldest first. Of those that the level in force let through. */
  recent(level: LogLevel, limit: number): readonly LogLine[]
  /** Another level, file or size is in force with the next line. */
  configure(config: LogConfig): void
  /** Where lines could not be written to the file: tells so in it, if that is possible by now. */
  tryAgain(): void
  close(): void
}

export interface DaemonLogOptions {
  readonly config: LogConfig
  /** Where `auto` goes when no service manager keeps the log. */
  readonly file: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** Those that are known by now. */
  readonly secrets?: () => readonly string[]
  /** What `environment` calls stderr where it is the journal; told only by tests. */
  readonly errorStream?: string
  /** stderr, where the log does not go to a file. */
  readonly writeError?: (text: string) => void
  /** The log's file could not be written because of `error`; without one: it can, or the log goes elsewhere. */
  readonly onFile?: (file: string, error?: unknown) => void
  /** Lines that `recent` can tell. */
  readonly keepLines?: number
}

const RING = 2000
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
/** As the journal wants it in front of a line (sd-daemon). */
const PRIORITY: Readonly<Record<LogLevel, string>> = { debug: '<7>', info: '<6>', warn: '<4>', error: '<3>' }

export function openLog(options: DaemonLogOptions): DaemonLog {
  return new JsonLog(options)
}

class JsonLog implements DaemonLog {
  readonly #options: DaemonLogOptions
  readonly #redaction: Redaction
  readonly #ring: LogLine[] = []
  readonly #logger: Logger
  #config: LogConfig
  #file: LogFile | undefined
  /** Of the line that is on its way to `#write`. */
  #level: LogLevel = 'info'

  constructor(options: DaemonLogOptions) {
    this.#options = options
    this.#config = options.config
    this.#redaction = redaction(options.secrets ?? (() => []))
    this.#file = this.#openFile()
    const stream: StreamEntry['stream'] = { write: line => this.#write(line) }
    this.#logger = pino(
      {
        ...{ level: 'debug', base: null, messageKey: 'message', nestedKey: 'fields' },
        timestamp: () => `,"time":"${new Date(options.now()).toISOString()}"`,
        formatters: { level: label => ({ level: label }) },
      },
      stream,
    )
  }

  /** Never throws: what cannot be told must not stop what it is about. */
  readonly log: Log = (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.#config.level)) return
    const line = this.#lineOf(level, message, fields)
    this.#remember(line)
    this.#level = level
    if (Object.keys(line.fields).length === 0) this.#logger[level](line.message)
    else this.#logger[level](line.fields, line.message)
  }

  recent(level: LogLevel, limit: number): readonly LogLine[] {
    const found = this.#ring.filter(line => LEVELS.indexOf(line.level) >= LEVELS.indexOf(level))
    return limit <= 0 ? [] : found.slice(-limit)
  }

  configure(config: LogConfig): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return
    const before = this.#path
    this.#config = config
    this.#file?.close()
    this.#file = this.#openFile()
    if (before !== undefined) this.#options.onFile?.(before)
  }

  tryAgain(): void {
    const { lost = 0 } = this.#file ?? {}
    if (lost > 0) this.#logger.warn({ lost }, 'lines could not be written here')
  }

  close(): void {
    this.#file?.close()
  }

  #lineOf(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): LogLine {
    const at = this.#options.now()
    try {
      return { at, level, message: this.#redaction.text(message), fields: this.#redaction.fields(fields) }
    } catch (error) {
      // A field that throws when it is read.
      const fault = error instanceof Error ? error.name : 'unknown'
      return { at, level, message: this.#redaction.text(message), fields: { unreadableFields: fault } }
    }
  }

  #remember(line: LogLine): void {
    this.#ring.push(line)
    const most = this.#options.keepLines ?? RING
    if (this.#ring.length > most * 1.25) this.#ring.splice(0, this.#ring.length - most)
  }

  #write(line: string): void {
    if (this.#file !== undefined) this.#file.write(line)
    else this.#writeError(this.#isJournal() ? `${PRIORITY[this.#level]}${line}` : line)
  }

  /** Undefined where the log goes to no file. */
  get #path(): string | undefined {
    const { file } = this.#config
    if (file === 'stderr' || (file === 'auto' && this.#isJournal())) return undefined
    return file === 'auto' ? this.#options.file : file.path
  }

  #openFile(): LogFile | undefined {
    const path = this.#path
    if (path === undefined) return undefined
    const { maxBytes, keep } = this.#config
    return openLogFile({
      ...{ path, maxBytes, keep },
      onFault: (sentence, error) => {
        this.#writeError(`syncline: ${sentence}\n`)
        this.#options.onFile?.(path, error)
      },
      onMended: () => this.#options.onFile?.(path),
    })
  }

  /** systemd says which stream it connected to the journal. What a service starts inherits that, as the shells of a desktop do, and may write elsewhere. */
  #isJournal(): boolean {
    const { environment, errorStream = streamOf(2) } = this.#options
    return errorStream !== undefined && environment['JOURNAL_STREAM'] === errorStream
  }

  #writeError(text: string): void {
    const { writeError = chunk => void process.stderr.write(chunk) } = this.#options
    writeError(text)
  }
}

/** As systemd writes it; undefined where the stream is closed. */
function streamOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor)
    return `${dev}:${ino}`
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return undefined
  }
}
