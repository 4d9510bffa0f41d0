// What find said of a tree, and whether directories are in it as their rolls say.
import { createHash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { isReserved } from '../../model/path.ts'
import type { Census, Roll } from '../tree.ts'
import { type Places, placesIn } from './census-places.ts'
import { MARK, type Said } from './find.ts'

/** So much is kept in memory; more is read again where it is needed. */
const KEPT_BYTES = 8 * 1024 * 1024
/** What was changed less than so long before the census may have changed again without another time: disks count by up to two seconds. */
const SETTLED_SECONDS = 3

/** Takes the descriptor over. */
export async function readCensus(said: Said): Promise<Census> {
  try {
    const kept = said.bytes <= KEPT_BYTES ? read(said, 0, said.bytes) : undefined
    return new FoundCensus(said, kept, await sumOf(said, kept))
  } catch (error) {
    closeSync(said.descriptor)
    throw error
  }
}

class FoundCensus implements Census {
  readonly sum: string
  readonly at: number
  readonly size: number
  readonly #said: Said
  readonly #kept: Buffer | undefined
  #places: Places | undefined
  /** The newest time, in whole seconds since 1970: up to one more may have passed. */
  #newest = 0

  constructor(said: Said, kept: Buffer | undefined, sum: string) {
    this.sum = sum
    this.at = said.from
    this.size = said.bytes
    this.#said = said
    this.#kept = kept
  }

  async answersTo(rolls: readonly Roll[]): Promise<readonly boolean[]> {
    // Others get their turn first.
    await setImmediate()
    return rolls.map(roll => this.#isAsOnRoll(roll))
  }

  get empty(): Iterable<string> {
    return this.#found.empty()
  }

  get directories(): number {
    return this.#found.count
  }

  get isSettled(): boolean {
    return this.#newest + 1 + SETTLED_SECONDS <= this.#said.from / 1000
  }

  close(): void {
    closeSync(this.#said.descriptor)
  }

  // Only found when asked for: where the sum says all there is to say, nobody asks.
  get #found(): Places {
    const { bytes, device } = this.#said
    this.#places ??= placesIn({ bytes, device, read: (from, to) => this.#read(from, to) })
    return this.#places
  }

  #isAsOnRoll({ place, text }: Roll): boolean {
    const parts = this.#found.partsOf(place)
    if (parts === undefined) return false
    const lines = parts.flatMap(([from, to]) =>
      this.#read(from, to)
        .toString('utf8', 0, to - from - 1)
        .split('\0'),
    )
    let at = 0
    for (const line of lines.sort()) {
      const end = line.lastIndexOf(MARK)
      if (place === '' && isReserved(line.slice(0, end))) continue
      at = this.#readWord(text, at, line, end)
      if (at < 0) return false
    }
    return at === text.length
  }

  /** Where `text` goes on after what `line` says; -1 when it says something else there. */
  #readWord(text: string, at: number, line: string, end: number): number {
    const said = STATE.exec(line.slice(end + 1))
    if (said === null) return -1
    const [, kind = '', size = '', mtime = '', mtimeNs = '', ctime = '', ctimeNs = '', inode = '', bits = ''] = said
    this.#see(Number(mtime), Number(ctime))
    const mode = modeOf(bits)
    const mark =
      kind === 'd' ? `d.${inode}.${mode.toString(8)}` : `${kind}.${size}.${mtime}${mtimeNs}.${ctime}${ctimeNs}.${inode}`
    const word = `${line.slice(0, end)}//${mark}/`
    if (!text.startsWith(word, at)) return -1
    const next = at + word.length
    if (text.startsWith('*/', next)) return next + 2
    const modeWord = `${mode}/`
    return text.startsWith(modeWord, next) ? next + modeWord.length : -1
  }

  /** A time of content may be set, also to one that has not come; some disks tell of a change by nothing else. */
  #see(mtime: number, ctime: number): void {
    const isPast = mtime <= this.#said.from / 1000
    this.#newest = Math.max(this.#newest, ctime, isPast ? mtime : 0)
  }

  #read(from: number, to: number): Buffer {
    return this.#kept?.subarray(from, to) ?? read(this.#said, from, to)
  }
}

/**
 * Exactly as GNU find says it: what looks otherwise (times before 1970, devices, another find) is no answer. GNU find has ten digits
 * behind the point, of which the last is none.
 */
const STATE = /^([fdl])\d+\.(\d+)\.([1-9]\d*)\.(\d{9})0\.([1-9]\d*)\.(\d{9})0\.(\d+)\/([0-7]+)$/

const modes = new Map<string, number>()

function modeOf(bits: string): number {
  let mode = modes.get(bits)
  if (mode === undefined) {
    mode = Number.parseInt(bits, 8) & 0o777
    modes.set(bits, mode)
  }
  return mode
}

const PIECE = 1024 * 1024

async function sumOf(said: Said, kept: Buffer | undefined): Promise<string> {
  const hash = createHash('sha256')
  if (kept !== undefined) return hash.update(kept).digest('base64')
  for (let from = 0; from < said.bytes; from += PIECE) {
    hash.update(read(said, from, Math.min(said.bytes, from + PIECE)))
    await setImmediate()
  }
  return hash.digest('base64')
}

function read({ descriptor }: Said, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from)
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(descriptor, bytes, at, bytes.length - at, from + at)
    if (count === 0) throw new Error('What find said has become shorter.')
    at += count
  }
  return bytes
}
