// Two texts side by side, as rows: what is equal in one row, what differs beside each other.
import { diffLines, linesOf } from '../../text/diff-lines.ts'

export interface Cell {
  /** From 1. */
  readonly number: number
  /** What both have in common at the beginning and the end, and what is other between. */
  readonly before: string
  readonly other: string
  readonly after: string
}

export type Row =
  | { readonly kind: 'same'; readonly left: Cell; readonly right: Cell }
  | { readonly kind: 'changed'; readonly left: Cell | undefined; readonly right: Cell | undefined }
  /** Equal lines that are not shown. */
  | { readonly kind: 'skipped'; readonly rows: readonly Row[] }

/** Equal lines shown around what differs. */
const AROUND = 3

export function diffRows(left: string, right: string): readonly Row[] {
  const [a, b] = [linesOf(left), linesOf(right)]
  const rows: Row[] = []
  let [aAt, bAt] = [0, 0]
  const hunks = diffLines(a, b)
  for (const hunk of [...hunks, { aFrom: a.length, aTo: a.length, bFrom: b.length, bTo: b.length }]) {
    const isLast = hunk.aFrom === a.length && hunk.bFrom === b.length && hunk.bTo === b.length && hunk.aTo === a.length
    const same = a.slice(aAt, hunk.aFrom).map((text, n): Row => {
      return { kind: 'same', left: plain(aAt + n, text), right: plain(bAt + n, text) }
    })
    rows.push(...folded(same, { isFirst: aAt === 0 && bAt === 0, isLast }))
    rows.push(...changed(a.slice(hunk.aFrom, hunk.aTo), b.slice(hunk.bFrom, hunk.bTo), hunk))
    aAt = hunk.aTo
    bAt = hunk.bTo
  }
  return rows
}

function folded(rows: readonly Row[], { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean }) {
  const begin = isFirst ? 0 : AROUND
  const end = isLast ? 0 : AROUND
  if (rows.length <= begin + end + 1) return rows
  const hidden: Row = { kind: 'skipped', rows: rows.slice(begin, rows.length - end) }
  return [...rows.slice(0, begin), hidden, ...rows.slice(rows.length - end)]
}

function changed(
  left: readonly string[],
  right: readonly string[],
  { aFrom, bFrom }: { readonly aFrom: number; readonly bFrom: number },
): readonly Row[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, n): Row => {
    const [one, other] = [left[n], right[n]]
    const common = one === undefined || other === undefined ? [0, 0] : commonEnds(one, other)
    return { kind: 'changed', left: cell(aFrom + n, one, common), right: cell(bFrom + n, other, common) }
  })
}

function commonEnds(one: string, other: string): readonly number[] {
  const most = Math.min(one.length, other.length)
  let begin = 0
  while (begin < most && one[begin] === other[begin]) begin += 1
  let end = 0
  while (end < most - begin && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1
  // Lines with next to nothing in common are other lines.
  return begin + end < most / 3 ? [0, 0] : [begin, end]
}

function plain(at: number, text: string): Cell {
  return { number: at + 1, before: ended(text), other: '', after: '' }
}

function cell(at: number, text: string | undefined, [begin = 0, end = 0]: readonly number[]): Cell | undefined {
  if (text === undefined) return undefined
  const to = text.length - end
  const isOnlyEnd = /^\r?\n?$/.test(text.slice(begin, to)) && end === 0 && begin > 0
  return {
    number: at + 1,
    before: ended(text.slice(0, begin)),
    // The end of a line is shown where it alone is the difference.
    other: isOnlyEnd ? text.slice(begin, to).replace('\r', '␍').replace('\n', '⏎') : ended(text.slice(begin, to)),
    after: ended(text.slice(to)),
  }
}

function ended(text: string): string {
  return text.replace(/\r?\n$/, '')
}
