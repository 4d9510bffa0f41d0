// How a plain server's state of a file is written down: everything it says about it, so that no server trait is part of the form.
import type { Stamp } from '../../model/entry.ts'

export interface StampParts {
  readonly size: number
  /** Milliseconds since 1970, as `getlastmodified` has it: whole seconds. */
  readonly mtimeMs: number | undefined
  readonly etag: string | undefined
}

/** Directories of plain servers have nothing that tells one state from another. */
export const DIRECTORY = 'directory' as Stamp

export function writeStamp({ size, mtimeMs, etag }: StampParts): Stamp {
  return `${size}:${mtimeMs ?? ''}:${etag ?? ''}` as Stamp
}

/** The parts of a file's stamp; undefined for a directory's. */
export function parseStamp(stamp: Stamp): StampParts | undefined {
  const found = /^(\d+):(-?\d*):(.*?)(?: unsettled)?$/s.exec(stamp)
  if (found === null) return undefined
  const [, size, mtime, etag] = found
  return { size: Number(size), mtimeMs: mtime ? Number(mtime) : undefined, etag: etag || undefined }
}

/** A stamp that could hide a rewrite within the same second: it will not be equal to the settled one. */
export function unsettled(stamp: Stamp): Stamp {
  return `${stamp} unsettled` as Stamp
}

export function isUnsettled(stamp: Stamp): boolean {
  return stamp.endsWith(' unsettled')
}

/** The etag by which a server may check that the file still is in this state: not one that could hide a rewrite. */
export function guardingEtag(stamp: Stamp): string | undefined {
  return isUnsettled(stamp) ? undefined : parseStamp(stamp)?.etag
}
