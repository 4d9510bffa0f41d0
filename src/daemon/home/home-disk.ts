// Whether the daemon can write what it keeps of its own: told when it cannot, and tried again until it can.
import { statfsSync } from 'node:fs'
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import type { HomeDirectory } from './home-directory.ts'

export interface HomeDiskParts {
  readonly clock: Clock
  /** A sentence: what cannot be written, and later that it can again. */
  readonly tell: (sentence: string) => void
  /** Writes what could not be written, and notes how that went. */
  readonly tryAgain: () => void
}

/** Free bytes for this user, at the directory. Throws what the system says. */
export type FreeBytesAt = (directory: string) => number

/** With less than this nothing is written for long. */
const LEAST_BYTES = 64 * 1024
const TRY_EVERY_MS = 5000

export class HomeDisk {
  readonly #home: Pick<HomeDirectory, 'settings' | 'state'>
  readonly #freeBytesAt: FreeBytesAt
  /** Files that could not be written the last time, and why. */
  readonly #unwritten = new Map<string, unknown>()
  readonly #end = new AbortController()
  #parts: HomeDiskParts | undefined
  #isTrying = false

  constructor(home: Pick<HomeDirectory, 'settings' | 'state'>, freeBytesAt: FreeBytesAt = freeBytes) {
    this.#home = home
    this.#freeBytesAt = freeBytesAt
  }

  /** From here on what cannot be written is told, and tried again every five seconds. */
  follow(parts: HomeDiskParts): void {
    this.#parts = parts
    if (this.#unwritten.size > 0) this.#begin(parts)
  }

  /** `file` could not be written because of `error`; without one: it was. */
  note(file: string, error?: unknown): void {
    const before = this.#unwritten.size
    if (error === undefined) this.#unwritten.delete(file)
    else this.#unwritten.set(file, error)
    if (this.#parts === undefined) return
    if (before === 0 && this.#unwritten.size > 0) this.#begin(this.#parts)
    if (before > 0 && this.#unwritten.size === 0) this.#parts.tell(`${file} can be written again.`)
  }

  /** What is wrong now, as a sentence. Undefined when nothing is. */
  fault(): string | undefined {
    for (const [file, error] of this.#unwritten) return this.#sentenceOn(file, error)
    return this.#full()
  }

  close(): void {
    this.#end.abort()
  }

  #begin(parts: HomeDiskParts): void {
    const sentence = this.fault()
    if (sentence !== undefined) parts.tell(sentence)
    if (!this.#isTrying) void this.#keepTrying(parts)
  }

  async #keepTrying({ clock, tryAgain }: HomeDiskParts): Promise<void> {
    const { signal } = this.#end
    this.#isTrying = true
    while (this.#unwritten.size > 0 && !signal.aborted) {
      await clock.sleep(TRY_EVERY_MS, signal).catch(() => {})
      if (!signal.aborted) tryAgain()
    }
    this.#isTrying = false
  }

  #sentenceOn(file: string, error: unknown): string {
    const directory = [this.#home.state, this.#home.settings].find(each => file.startsWith(`${each}/`))
    if (!isFull(error)) return `${file} cannot be written (${codeOf(error) ?? String(error)}).`
    return directory === undefined ? `${file} cannot be written: the disk is full.` : fullAt(directory)
  }

  /** Also while there was nothing to write yet. */
  #full(): string | undefined {
    const directory = [this.#home.state, this.#home.settings].find(each => this.#isFull(each))
    return directory === undefined ? undefined : fullAt(directory)
  }

  #isFull(directory: string): boolean {
    try {
      return this.#freeBytesAt(directory) < LEAST_BYTES
    } catch {
      // Not every system tells: then only writing shows.
      return false
    }
  }
}

function fullAt(directory: string): string {
  return `The disk is full that ${directory} is on: what the daemon keeps there, as its log, its events and its settings, cannot be written.`
}

function isFull(error: unknown): boolean {
  if (error instanceof SyncError) return error.code === 'disk-full'
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')
}

/** Without blocks the system does not say. */
function freeBytes(directory: string): number {
  const { bavail, blocks, bsize } = statfsSync(directory)
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
}
