// Lists as commands print them: columns for people, one JSON object a line for scripts.
import type { Stream } from './output.ts'

export interface Listing<T> {
  readonly items: readonly T[]
  /** What each is, in JSON. */
  readonly type: string
  /** The columns of a line; already fit to be shown. */
  readonly words: (item: T) => readonly string[]
  /** Where there is none. */
  readonly none: string
}

export function printList<T extends object>(out: Stream, json: boolean | undefined, listing: Listing<T>): void {
  const { items, type, words, none } = listing
  if (json) for (const item of items) printObject(out, type, item)
  else if (items.length === 0) out.write(`${none}\n`)
  else for (const line of inColumns(items.map(words))) out.write(`${line}\n`)
}

/** A `type` of its own is told under another name: of a folder, as `folderType`. */
export function printObject(out: Stream, type: string, value: object): void {
  const { type: own, ...rest } = value as { readonly type?: unknown }
  out.write(`${JSON.stringify({ type, ...rest, ...(own === undefined ? {} : { [`${type}Type`]: own }) })}\n`)
}

/** The last column is as wide as it is. */
function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (n: number) => Math.max(...rows.map(row => [...(row[n] ?? '')].length))
  const widths = (rows[0] ?? []).map((_cell, n) => widthOf(n))
  return rows.map(row =>
    row
      .map((cell, n) => (n === row.length - 1 ? cell : cell + ' '.repeat((widths[n] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd(),
  )
}
