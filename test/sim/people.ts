// The people who use both sides while the program runs: they write, move and delete, and the oracle remembers what must not be lost.
import type { Dice } from './dice.ts'

/** One side as a person sees it. Paths are relative; every call succeeds or does nothing. */
export interface Surface {
  /** Every file and directory that a person could see, files with their contents. */
  list(): Map<string, string | 'directory'>
  write(path: string, content: string): void
  makeDirectory(path: string): void
  move(from: string, to: string): void
  swap(one: string, two: string): void
  touch(path: string): void
  remove(path: string): void
}

/** Contents that somebody wrote and nobody who had seen them replaced or deleted. */
export class Oracle {
  readonly #alive = new Map<string, string>()
  readonly #ever = new Set<string>()
  readonly #gone = new Set<string>()
  #count = 0

  fresh(who: string): string {
    this.#count += 1
    return `${who}-${this.#count}`
  }

  wrote(content: string, path: string): void {
    this.#alive.set(content, path)
    this.#ever.add(content)
  }

  /** Somebody is about to write this: until it is confirmed it may be there or not. */
  mayBe(content: string): void {
    this.#ever.add(content)
  }

  /** It is there, unless somebody was quick to replace it. */
  confirmed(content: string, path: string): void {
    if (!this.#gone.has(content)) this.wrote(content, path)
  }

  /** Somebody who saw this content in its place replaced or deleted it. */
  gone(content: string): void {
    this.#alive.delete(content)
    this.#gone.add(content)
  }

  /** What is there that nobody ever wrote: torn or spoilt. */
  invented(found: Iterable<string>): string[] {
    return [...found].filter(content => content !== 'directory' && !this.#ever.has(content))
  }

  /** What must be somewhere, and is not among `found`. */
  missing(found: ReadonlySet<string>): string[] {
    return [...this.#alive]
      .filter(([content]) => !found.has(content))
      .map(([content, path]) => `${content} (written to ${path})`)
  }
}

const NAMES = ['a', 'b', 'c.txt', 'D', 'ü']

/** One random deed of one person; `hot` are paths that the program is busy with, where deeds hurt most. */
export function act(who: string, surface: Surface, oracle: Oracle, dice: Dice, hot: ReadonlySet<string>): string {
  const seen = surface.list()
  const everything = [...seen.keys()]
  const busy = everything.filter(path => hot.has(path))
  const paths = busy.length > 0 && dice.chance(0.6) ? busy : everything
  const files = paths.filter(path => seen.get(path) !== 'directory')
  const directories = ['', ...paths.filter(path => seen.get(path) === 'directory')]
  const free = () => {
    const place = dice.pick(directories)
    const path = place === '' ? dice.pick(NAMES) : `${place}/${dice.pick(NAMES)}`
    return seen.has(path) || path.split('/').length > 3 ? undefined : path
  }
  const throwOf = dice.next()
  if (throwOf < 0.18) {
    const path = free()
    return path === undefined ? 'nothing' : write(who, path, undefined, surface, oracle)
  }
  if (throwOf < 0.58 && files.length > 0) {
    const path = dice.pick(files)
    return write(who, path, seen.get(path), surface, oracle)
  }
  if (throwOf < 0.63) {
    const path = free()
    if (path === undefined) return 'nothing'
    surface.makeDirectory(path)
    return `${who} makes ${path}/`
  }
  if (throwOf < 0.75 && paths.length > 0) {
    const from = dice.pick(paths)
    const to = free()
    if (to === undefined || to === from || to.startsWith(`${from}/`)) return 'nothing'
    surface.move(from, to)
    return `${who} moves ${from} to ${to}`
  }
  if (throwOf < 0.79 && files.length > 1) {
    const [one, two] = [dice.pick(files), dice.pick(files)]
    surface.swap(one, two)
    return `${who} swaps ${one} and ${two}`
  }
  if (throwOf < 0.83 && files.length > 0) {
    const path = dice.pick(files)
    surface.touch(path)
    return `${who} touches ${path}`
  }
  if (throwOf < 0.86 && files.length > 0) {
    const path = dice.pick(files)
    oracle.gone(seen.get(path) ?? '')
    surface.remove(path)
    surface.makeDirectory(path)
    return `${who} makes ${path}/ of a file`
  }
  if (paths.length === 0) return 'nothing'
  const path = dice.pick(paths)
  for (const [other, content] of seen) if (other === path || other.startsWith(`${path}/`)) oracle.gone(content)
  surface.remove(path)
  return `${who} deletes ${path}`
}

function write(who: string, path: string, before: string | undefined, surface: Surface, oracle: Oracle): string {
  const content = oracle.fresh(who)
  if (before !== undefined) oracle.gone(before)
  surface.write(path, content)
  oracle.wrote(content, path)
  return `${who} writes ${content} to ${path}${before === undefined ? '' : ` over ${before}`}`
}
