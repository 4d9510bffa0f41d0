// Two versions of a text made of the same one, put together: what one side changed is taken, what both changed differently waits for a choice.
import { diffLines, type Hunk } from './diff-lines.ts'

/** `left` and `right`: only that side changed it. `both`: both did the same. `conflict`: each did something else. */
export interface Chunk {
  readonly kind: 'same' | 'left' | 'right' | 'both' | 'conflict'
  readonly base: readonly string[]
  readonly left: readonly string[]
  readonly right: readonly string[]
}

/** Without `base`, whatever differs is a conflict. Joined, the `left` of all chunks is the left text, the `right` the right one. */
export function mergeLines(
  left: readonly string[],
  right: readonly string[],
  base: readonly string[] | undefined,
): readonly Chunk[] {
  return base === undefined ? mergeTwo(left, right) : mergeThree(left, right, base)
}

function mergeTwo(left: readonly string[], right: readonly string[]): readonly Chunk[] {
  const chunks: Chunk[] = []
  let at = 0
  for (const { aFrom, aTo, bFrom, bTo } of diffLines(left, right)) {
    chunks.push(same(left.slice(at, aFrom)))
    chunks.push({ kind: 'conflict', base: [], left: left.slice(aFrom, aTo), right: right.slice(bFrom, bTo) })
    at = aTo
  }
  chunks.push(same(left.slice(at)))
  return chunks.filter(isSomething)
}

function mergeThree(left: readonly string[], right: readonly string[], base: readonly string[]): readonly Chunk[] {
  const chunks: Chunk[] = []
  let at = 0
  // How far the lines of a side are from those of the base, after what was passed.
  let [leftShift, rightShift] = [0, 0]
  for (const { from, to, lefts, rights } of regionsOf(diffLines(base, left), diffLines(base, right))) {
    chunks.push(same(base.slice(at, from)))
    const leftGrows = growthOf(lefts)
    const rightGrows = growthOf(rights)
    chunks.push(
      judged({
        base: base.slice(from, to),
        left: left.slice(from + leftShift, to + leftShift + leftGrows),
        right: right.slice(from + rightShift, to + rightShift + rightGrows),
        ...{ isLeft: lefts.length > 0, isRight: rights.length > 0 },
      }),
    )
    leftShift += leftGrows
    rightShift += rightGrows
    at = to
  }
  chunks.push(same(base.slice(at)))
  return chunks.filter(isSomething)
}

/** A part of the base that at least one side changed. */
interface Region {
  from: number
  to: number
  readonly lefts: Hunk[]
  readonly rights: Hunk[]
}

/** Changes that overlap or touch belong together: nobody can tell which would come first. */
function regionsOf(lefts: readonly Hunk[], rights: readonly Hunk[]): readonly Region[] {
  const all = [
    ...lefts.map(hunk => ({ hunk, side: 'lefts' }) as const),
    ...rights.map(hunk => ({ hunk, side: 'rights' }) as const),
  ].sort((one, other) => one.hunk.aFrom - other.hunk.aFrom || one.hunk.aTo - other.hunk.aTo)
  const regions: Region[] = []
  for (const { hunk, side } of all) {
    let region = regions.at(-1)
    if (region === undefined || hunk.aFrom > region.to) {
      region = { from: hunk.aFrom, to: hunk.aTo, lefts: [], rights: [] }
      regions.push(region)
    }
    region.to = Math.max(region.to, hunk.aTo)
    region[side].push(hunk)
  }
  return regions
}

function growthOf(hunks: readonly Hunk[]): number {
  return hunks.reduce((sum, { aFrom, aTo, bFrom, bTo }) => sum + (bTo - bFrom) - (aTo - aFrom), 0)
}

interface Judged extends Omit<Chunk, 'kind'> {
  readonly isLeft: boolean
  readonly isRight: boolean
}

function judged({ isLeft, isRight, ...texts }: Judged): Chunk {
  if (!isRight) return { kind: 'left', ...texts }
  if (!isLeft) return { kind: 'right', ...texts }
  return { kind: texts.left.join('') === texts.right.join('') ? 'both' : 'conflict', ...texts }
}

function same(lines: readonly string[]): Chunk {
  return { kind: 'same', base: lines, left: lines, right: lines }
}

function isSomething({ kind, base }: Chunk): boolean {
  return kind !== 'same' || base.length > 0
}

/** What becomes of a conflict. */
export type Choice = 'left' | 'right' | 'both'

/** The text, with what was chosen for each conflict by its number; undefined while one is not decided. */
export function textOfMerge(chunks: readonly Chunk[], choices: ReadonlyMap<number, Choice>): string | undefined {
  let text = ''
  for (const [n, chunk] of chunks.entries()) {
    const choice = chunk.kind === 'conflict' ? choices.get(n) : chunk.kind === 'right' ? 'right' : 'left'
    if (choice === undefined) return undefined
    text += choice === 'both' ? joined(chunk) : chunk[choice].join('')
  }
  return text
}

/** One after the other, each on lines of its own. */
function joined({ left, right }: Chunk): string {
  const first = left.join('')
  const needsEnd = first !== '' && !first.endsWith('\n') && right.length > 0
  return first + (needsEnd ? '\n' : '') + right.join('')
}
