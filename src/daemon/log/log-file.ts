// A file of log lines that is put aside when it has grown, with the last few before it.
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../../platform/tree.ts'

export interface LogFileOptions {
  readonly path: string
  readonly maxBytes: number
  /** Older files: `path.1` is the youngest of them. */
  readonly keep: number
  /** Told once when lines cannot be written, until they can again. */
  readonly onFault: (sentence: string, error: unknown) => void
  /** So many lines could not be written; this one was. */
  readonly onMended?: (lost: number) => void
}

export interface LogFile {
  /** A whole line. Never throws: what cannot be written is told to `onFault`, and counted. */
  write(line: string): void
  /** Lines that could not be written, since the last one that was. */
  readonly lost: number
  close(): void
}

/** Lines are written at once: after a crash the last one is there. */
export function openLogFile(options: LogFileOptions): LogFile {
  return new RotatingFile(options)
}

class RotatingFile implements LogFile {
  readonly #options: LogFileOptions
  #descriptor: number | undefined
  #size = 0
  #lost = 0

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  get lost(): number {
    return this.#lost
  }

  write(line: string): void {
    const bytes = Buffer.from(line)
    try {
      const { maxBytes } = this.#options
      this.#open()
      if (this.#size > 0 && this.#size + bytes.length > maxBytes) this.#rotate()
      this.#append(bytes)
    } catch (error) {
      this.close()
      this.#lost += 1
      const { path, onFault } = this.#options
      if (this.#lost === 1) onFault(`The log ${path} cannot be written (${codeOf(error)}).`, error)
      return
    }
    const lost = this.#lost
    this.#lost = 0
    if (lost > 0) this.#options.onMended?.(lost)
  }

  close(): void {
    if (this.#descriptor === undefined) return
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    closeSync(descriptor)
  }

  #append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#open(), bytes, at)
    this.#size += bytes.length
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor
    const { path } = this.#options
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#descriptor = openSync(path, 'a', 0o600)
    this.#size = fstatSync(this.#descriptor).size
    return this.#descriptor
  }

  #rotate(): void {
    const { path, keep } = this.#options
    this.close()
    // Another process may have been at it: only what is still full is put aside.
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      if (keep === 0) rmSync(path, { force: true })
      for (let n = keep; n > 0; n--) moveIfThere(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`)
    }
    this.#open()
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
