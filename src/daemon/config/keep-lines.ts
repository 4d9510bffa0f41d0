// Keeps the lines of a text that somebody wrote, where only a tidied copy of it was changed.

/** Above this many pairs of lines, comparing takes too long. */
const MAX_PAIRS = 4_000_000

/**
 * `own` with the changes that lead from `tidy` to `changed`, all three by whole lines, where `tidy` is `own` in another layout. Lines that
 * did not change stay as they are in `own`; where both differ at one place, `changed` counts.
 */
export function keepLines(own: string, tidy: string, changed: string): string {
  if (own === tidy || tidy === changed) return tidy === changed ? own : changed
  const [o, t, c] = [linesOf(own), linesOf(tidy), linesOf(changed)]
  // Layout apart.
  const inOwn = matches(t.map(squeezed), o.map(squeezed))
  const inChanged = matches(t, c)
  if (inOwn === undefined || inChanged === undefined) return changed
  const kept: string[] = []
  let from: Position = { own: 0, tidy: 0, changed: 0 }
  const take = (to: Position) => {
    const ours = o.slice(from.own, to.own)
    const base = t.slice(from.tidy, to.tidy)
    const theirs = c.slice(from.changed, to.changed)
    const origins = originsOf(inChanged, from, to)
    kept.push(...merged(ours, base, theirs, origins))
  }
  t.forEach((_, tidy) => {
    const [own, changed] = [inOwn[tidy], inChanged[tidy]]
    if (own === undefined || changed === undefined) return
    take({ own, tidy, changed })
    kept.push(...o.slice(own, own + 1))
    from = { own: own + 1, tidy: tidy + 1, changed: changed + 1 }
  })
  take({ own: o.length, tidy: t.length, changed: c.length })
  return kept.join('')
}

interface Position {
  readonly own: number
  readonly tidy: number
  readonly changed: number
}

type Lines = readonly string[]

/** One place at which the three differ. */
function merged(ours: Lines, base: Lines, theirs: Lines, origins: ReadonlyMap<number, number>): Lines {
  if (isSame(theirs, base)) return ours
  // Only laid out otherwise, line by line.
  if (ours.length === base.length) return theirs.map((line, at) => ours[origins.get(at) ?? -1] ?? line)
  // Something was put before or after.
  const more = theirs.length - base.length
  if (more > 0 && isSame(theirs.slice(0, base.length), base)) return [...ours, ...theirs.slice(base.length)]
  if (more > 0 && isSame(theirs.slice(more), base)) return [...theirs.slice(0, more), ...ours]
  return theirs
}

/** Which line of the tidy text each unchanged line is, both counted from `from`. */
function originsOf(inChanged: Matches, from: Position, to: Position): ReadonlyMap<number, number> {
  const origins = new Map<number, number>()
  inChanged.slice(from.tidy, to.tidy).forEach((changed, at) => {
    if (changed !== undefined) origins.set(changed - from.changed, at)
  })
  return origins
}

/** For each line the one that it is elsewhere. */
type Matches = readonly (number | undefined)[]

const squeezed = (line: string): string => line.trim().replace(/\s+/g, ' ')

/** With their ends. */
function linesOf(text: string): Lines {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** For each line of `a` the line of `b` that it is, in order: a longest common subsequence. Undefined when that takes too long. */
function matches(a: Lines, b: Lines): Matches | undefined {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const rows = a.length - start - end
  const columns = b.length - start - end
  if (rows * columns > MAX_PAIRS) return undefined
  const middle = commonOf(a.slice(start, start + rows), b.slice(start, start + columns))
  return a.map((_, at) => {
    if (at < start) return at
    if (at >= a.length - end) return b.length - (a.length - at)
    const found = middle[at - start]
    return found === undefined ? undefined : found + start
  })
}

function commonOf(a: Lines, b: Lines): Matches {
  const width = b.length + 1
  // How many lines are common from a place in both on.
  const common = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const found: (number | undefined)[] = a.map(() => undefined)
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) found[i++] = j++
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1
    else j += 1
  }
  return found
}

function isSame(a: Lines, b: Lines): boolean {
  return a.length === b.length && a.every((line, at) => line === b[at])
}
