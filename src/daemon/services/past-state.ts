// How a folder was at a time: what is other now, and what brings it back.
import { setImmediate } from 'node:timers/promises'
import type { PastChange } from '../../api/shapes/history.ts'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Path, Place } from '../../model/path.ts'
import type { Revision } from '../../revisions/revisions.ts'
import type { FolderPast } from '../folders/folder-past.ts'

export interface PastParts {
  readonly past: FolderPast
  readonly index: FolderIndex
}

export interface Difference extends PastChange {
  readonly path: Path
  readonly kept: Revision | undefined
}

const PAGE = 500
/** Moves of one file that are followed. */
const MOST_HOPS = 50

/** Ordered by path, strictly below `place`. Reads pages; others have their turn between them. */
export async function* differencesSince(
  at: number,
  place: Place,
  { past, index }: PastParts,
  signal: AbortSignal,
): AsyncGenerator<Difference> {
  await past.catalogue.refresh()
  for (let after = ''; ; ) {
    signal.throwIfAborted()
    const { paths, last } = pathsAfter(after, at, place, past)
    for (const path of paths) {
      const difference = differenceAt(path, at, { past, index })
      if (difference !== undefined) yield difference
    }
    if (last === undefined) return
    after = last
    await setImmediate(undefined, { signal })
  }
}

/** Those of which something was kept, and those to which something happened, up to where both lists reach. */
function pathsAfter(after: string, at: number, place: Place, { catalogue, log }: FolderPast) {
  const kept = catalogue.firstSince(place, at, after, PAGE).map(({ path }) => path)
  const changed = log.pathsSince(place, at, after, PAGE)
  const ends = [kept, changed].flatMap(list => (list.length === PAGE ? [list.at(-1) ?? ''] : []))
  const last = ends.length === 0 ? undefined : ends.reduce((a, b) => (b < a ? b : a))
  const paths = [...new Set([...kept, ...changed])].filter(path => last === undefined || path <= last)
  return { paths: paths.sort(), last }
}

/** Undefined where it is as it was, or where nothing tells how it was. */
export function differenceAt(path: Path, at: number, { past, index }: PastParts): Difference | undefined {
  const state = index.row(path)?.state
  const isThere = state?.kind === 'file' || state?.kind === 'symlink'
  const came = howItCame(path, at, past)
  if (came !== undefined && came !== path) {
    if (state === undefined || !(isThere || (came !== 'new' && state.kind === 'directory'))) return undefined
    const [sizeBytes, mtimeMs] = state.kind === 'file' ? [state.size, msOf(state.mtimeNs)] : [0, 0]
    const shown = { path, sizeBytes, mtimeMs, kept: undefined }
    return came === 'new' ? { ...shown, change: 'remove' } : { ...shown, change: 'move-back', from: came }
  }
  const kept = past.catalogue.firstOf(path, at)
  if (kept === undefined || wasWrittenAfter(kept, at)) return undefined
  if (state?.kind === 'file' && state.size === kept.size && state.mtimeNs === kept.mtimeNs) return undefined
  const { id, size, mtimeNs, keptAt } = kept
  return {
    path,
    change: isThere ? 'replace' : 'bring-back',
    ...{ revision: id, sizeBytes: size, mtimeMs: msOf(mtimeNs), keptAt, kept },
  }
}

/**
 * Where it was before, or that it was nowhere, when the first thing that is known to have happened to it since is that it came;
 * undefined when it was there already.
 */
function howItCame(path: Path, at: number, { log }: FolderPast): Path | 'new' | undefined {
  let from: Path | undefined
  for (let hops = 0; hops < MOST_HOPS; hops += 1) {
    const first = log.firstAfter(from ?? path, at)
    if (first?.what === 'created') return first.kind === 'directory' ? undefined : 'new'
    if (first?.what !== 'moved' || first.from === undefined || first.from === from) return from
    from = first.from
  }
  return from
}

/** A time of writing later than the keeping is a wrong clock and says nothing. */
function wasWrittenAfter({ mtimeNs, keptAt }: Revision, at: number): boolean {
  const writtenAt = msOf(mtimeNs)
  return writtenAt > at && writtenAt <= keptAt
}

export function msOf(ns: bigint): number {
  return Number(ns / 1000n) / 1000
}
