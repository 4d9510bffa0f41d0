// Where two texts differ, line by line: the fewest changes there are (Myers, 1986), as long as they are not too many to look for.

/** What was at `[aFrom, aTo)` is at `[bFrom, bTo)` in other words. One of the two may be empty. */
export interface Hunk {
  readonly aFrom: number
  readonly aTo: number
  readonly bFrom: number
  readonly bTo: number
}

/** With the ends of the lines, so that joined they are the text again. */
export function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}

/** In order, and never next to each other: between two there is at least one equal line. */
export function diffLines(a: readonly string[], b: readonly string[]): readonly Hunk[] {
  const numbers = new Map<string, number>()
  const numbered = (lines: readonly string[]) => Int32Array.from(lines, line => numberOf(line, numbers))
  const pairs: Pair[] = []
  match({ a: numbered(a), b: numbered(b) }, { aFrom: 0, aTo: a.length, bFrom: 0, bTo: b.length }, pairs)
  return between(pairs, a.length, b.length)
}

/** Equal lines, and so many of them. */
type Pair = readonly [a: number, b: number, length: number]
interface Both {
  readonly a: Int32Array
  readonly b: Int32Array
}

/** So many changes are looked for; what differs more is taken apart at lines that both have once. */
const MOST_CHANGES = 600

function numberOf(line: string, numbers: Map<string, number>): number {
  const known = numbers.get(line)
  if (known !== undefined) return known
  numbers.set(line, numbers.size)
  return numbers.size - 1
}

function between(pairs: readonly Pair[], aLength: number, bLength: number): readonly Hunk[] {
  const hunks: Hunk[] = []
  let [aAt, bAt] = [0, 0]
  for (const [a, b, length] of [...pairs, [aLength, bLength, 0] as const]) {
    if (a > aAt || b > bAt) hunks.push({ aFrom: aAt, aTo: a, bFrom: bAt, bTo: b })
    aAt = a + length
    bAt = b + length
  }
  return hunks
}

function match(both: Both, { aFrom, aTo, bFrom, bTo }: Hunk, pairs: Pair[]): void {
  const { a, b } = both
  let begin = 0
  while (aFrom + begin < aTo && bFrom + begin < bTo && a[aFrom + begin] === b[bFrom + begin]) begin += 1
  if (begin > 0) pairs.push([aFrom, bFrom, begin])
  let end = 0
  while (aTo - end > aFrom + begin && bTo - end > bFrom + begin && a[aTo - end - 1] === b[bTo - end - 1]) end += 1
  const rest = { aFrom: aFrom + begin, aTo: aTo - end, bFrom: bFrom + begin, bTo: bTo - end }
  if (rest.aFrom < rest.aTo && rest.bFrom < rest.bTo) {
    const found = shortestWay(both, rest)
    if (found === undefined) matchAtUnique(both, rest, pairs)
    else pairs.push(...found)
  }
  if (end > 0) pairs.push([aTo - end, bTo - end, end])
}

// --- the fewest changes ------------------------------------------------------------------------------------------------------

/** Undefined when there would be more than `MOST_CHANGES`. */
function shortestWay({ a, b }: Both, { aFrom, aTo, bFrom, bTo }: Hunk): readonly Pair[] | undefined {
  const [n, m] = [aTo - aFrom, bTo - bFrom]
  const most = Math.min(n + m, MOST_CHANGES)
  const furthest = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  for (let changes = 0; changes <= most; changes += 1) {
    trace.push(furthest.slice(most + 1 - changes - 1, most + 1 + changes + 2))
    for (let k = -changes; k <= changes; k += 2) {
      const at = most + 1 + k
      const isDown = k === -changes || (k !== changes && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0))
      let x = isDown ? (furthest[at + 1] ?? 0) : (furthest[at - 1] ?? 0) + 1
      while (x < n && x - k < m && x - k >= 0 && a[aFrom + x] === b[bFrom + x - k]) x += 1
      furthest[at] = x
      if (x >= n && x - k >= m) return wayBack(trace, { aFrom, bFrom, n, m })
    }
  }
  return undefined
}

interface Goal {
  readonly aFrom: number
  readonly bFrom: number
  readonly n: number
  readonly m: number
}

/** From the end to the beginning, along what was reached with one change less each time. */
function wayBack(trace: readonly Int32Array[], { aFrom, bFrom, n, m }: Goal): readonly Pair[] {
  const pairs: Pair[] = []
  let [x, y] = [n, m]
  for (let changes = trace.length - 1; changes >= 0; changes -= 1) {
    const reached = trace[changes]
    // The slice begins at the diagonal -changes - 1.
    const at = (k: number) => reached?.[k + changes + 1] ?? 0
    const k = x - y
    const isDown = k === -changes || (k !== changes && at(k - 1) < at(k + 1))
    const before = isDown ? k + 1 : k - 1
    const [fromX, fromY] = changes === 0 ? [0, 0] : [at(before), at(before) - before]
    const startX = changes === 0 ? 0 : isDown ? fromX : fromX + 1
    if (x > startX) pairs.push([aFrom + startX, bFrom + startX - k, x - startX])
    ;[x, y] = [fromX, fromY]
  }
  return pairs.reverse()
}

// --- texts that have little in common ----------------------------------------------------------------------------------------

/** Lines that each side has exactly once hold the rest together. Where there are none, all of it is another text. */
function matchAtUnique(both: Both, rest: Hunk, pairs: Pair[]): void {
  const anchors = rising(uniqueInBoth(both, rest))
  if (anchors.length === 0) return
  let { aFrom, bFrom } = rest
  for (const [a, b] of anchors) {
    match(both, { aFrom, aTo: a, bFrom, bTo: b }, pairs)
    pairs.push([a, b, 1])
    aFrom = a + 1
    bFrom = b + 1
  }
  match(both, { aFrom, aTo: rest.aTo, bFrom, bTo: rest.bTo }, pairs)
}

/** In the order of `a`. */
function uniqueInBoth({ a, b }: Both, { aFrom, aTo, bFrom, bTo }: Hunk): readonly (readonly [number, number])[] {
  const inA = onceIn(a, aFrom, aTo)
  const inB = onceIn(b, bFrom, bTo)
  return [...inA].flatMap(([line, at]) => {
    const other = inB.get(line)
    return at < 0 || other === undefined || other < 0 ? [] : [[at, other] as const]
  })
}

/** Where each line is; -1 for those that are there more than once. */
function onceIn(lines: Int32Array, from: number, to: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (let at = from; at < to; at += 1) {
    const line = lines[at] ?? 0
    found.set(line, found.has(line) ? -1 : at)
  }
  return found
}

/** The most of them that are in the same order on both sides. */
function rising(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const lasts: number[] = []
  const before = new Int32Array(pairs.length)
  for (const [n, [, b]] of pairs.entries()) {
    let [low, high] = [0, lasts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[lasts[middle] ?? 0]?.[1] ?? 0) < b) low = middle + 1
      else high = middle
    }
    before[n] = low === 0 ? -1 : (lasts[low - 1] ?? -1)
    lasts[low] = n
  }
  const way: (readonly [number, number])[] = []
  for (let n = lasts.at(-1) ?? -1; n >= 0; n = before[n] ?? -1) way.push(pairs[n] ?? [0, 0])
  return way.reverse()
}
