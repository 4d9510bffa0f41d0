// A file of one side as the source of bytes for the other.
import type { Checksum, ChecksumKind } from '../model/content.ts'
import type { FileEntry } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import type { Replica, Source } from '../replica/replica.ts'

/** `entry` at `path` on `from`; its stamp guards every read. */
export function sourceOf(from: Replica, path: Path, entry: FileEntry, signal: AbortSignal): Source {
  const sums = new Map<ChecksumKind, Promise<Checksum | undefined>>()
  return {
    path,
    size: entry.size,
    mtimeNs: entry.mtimeNs,
    ...(entry.mode === undefined ? {} : { mode: entry.mode }),
    ...(entry.content === undefined ? {} : { content: entry.content }),
    ...(entry.sums === undefined ? {} : { sums: entry.sums }),
    open: (offset, chunks) => from.read(path, entry.stamp, offset, signal, chunks),
    sum: kind => {
      const known = entry.sums?.find(sum => sum.startsWith(`${kind}:`))
      if (known !== undefined) return Promise.resolve(known)
      const asked = sums.get(kind) ?? Promise.resolve(from.checksum?.(path, entry.stamp, kind, signal))
      sums.set(kind, asked)
      return asked
    },
  }
}

/** The same with its bytes at hand. */
export function smallSourceOf(source: Source, bytes: Uint8Array): Source & { readonly bytes: Uint8Array } {
  return {
    ...source,
    bytes,
    open: async function* (from) {
      yield bytes.subarray(from)
    },
  }
}
