// How "below a place" is said to SQLite: paths are ordered as bytes, so everything below lies in one range.
import type { Path, Place } from '../model/path.ts'
import type { Value } from '../platform/node/sqlite.ts'

// Any blob is greater than any text (SQLite, "Sort Order").
const BEYOND_ALL_TEXT = Uint8Array.of(0)

/** Bounds such that `path > low AND path < high` is everything strictly below `place`: '0' is what follows '/'. */
export function boundsBelow(place: Place): readonly [low: Value, high: Value] {
  return place === '' ? ['', BEYOND_ALL_TEXT] : [`${place}/`, `${place}0`]
}

/**
 * The condition that `column` is the path ?at or below it, where ?low and ?high are the bounds below. Said as one range, with
 * the few names between ("p!" lies between "p" and "p/") taken out again: SQLite would answer an OR with a pass over everything.
 */
export function within(column: string, at: number, low: number, high: number): string {
  return `${column} >= ?${at} AND ${column} < ?${high} AND (${column} = ?${at} OR ${column} > ?${low})`
}

/** The new path and the new parent of a row of `table` that moves along from ?1 to ?2, whose parent is ?3. SQLite counts characters, as `length` does. */
export function movedPath(table: string): string {
  return `?2 || substr(${table}.path, length(?1) + 1)`
}

export function movedParent(table: string): string {
  return `CASE WHEN ${table}.path = ?1 THEN ?3 ELSE ?2 || substr(${table}.parent, length(?1) + 1) END`
}

/** How many directories' rolls are read at once. */
export const ROLL_PAGE = 24

/** The name at the end of `path`, which is in `parent`. SQLite counts characters, as `length` does. */
export const NAME = `substr(path, CASE parent WHEN '' THEN 1 ELSE length(parent) + 2 END)`

/** All rolls in pages: `read` is told the first place that may be on the page. */
export function* rollPages<T extends { readonly place: string }>(read: (from: string) => readonly T[]): Generator<T> {
  for (let from = ''; ; ) {
    const page = read(from)
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < ROLL_PAGE) return
    // What comes right after it: no name holds a zero byte.
    from = `${last.place}\u0001`
  }
}

/** How many rows are read at once where a caller goes through very many. */
export const PAGE = 1000

/** Everything that `read` gives, in pages: `read` is told the last path of the page before and gives at most `PAGE` elements. */
export function* inPages<T>(
  start: Value,
  read: (after: Value) => readonly T[],
  pathOf: (element: T) => Path,
): Generator<T> {
  for (let after = start; ; ) {
    const page = read(after)
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = pathOf(last)
  }
}
