// What devices tell each other of files that they have only a part of.
import type { Announcement } from '../../index/mesh.ts'
import type { Path } from '../../model/path.ts'
import type { FileProgress } from '../../wire/bep/messages.ts'
import { stampOfVersion } from './announcements.ts'
import type { UnfinishedFile } from './unfinished.ts'

/** No device has more files on their way that anybody could make use of. */
const MOST_FILES = 1000
const MOST_INDEXES = 500_000

/** What one device said of what it has of unfinished files. */
export class HeardProgress {
  readonly #files = new Map<
    string,
    { readonly stamp: string; readonly blockSize: number; readonly indexes: Set<number> }
  >()
  #count = 0

  /** Paths of which it has more than before. */
  hear(updates: readonly FileProgress[]): readonly string[] {
    return updates.flatMap(update => (this.#hearOf(update) ? [update.name] : []))
  }

  forget(name: string): void {
    this.#count -= this.#files.get(name)?.indexes.size ?? 0
    this.#files.delete(name)
  }

  has({ path, version, blockSize }: Announcement, index: number): boolean {
    const file = this.#files.get(path)
    return (
      file !== undefined &&
      file.blockSize === blockSize &&
      file.stamp === stampOfVersion(version) &&
      file.indexes.has(index)
    )
  }

  #hearOf({ kind, name, version, blockIndexes, blockSize }: FileProgress): boolean {
    const stamp = stampOfVersion(version)
    const known = this.#files.get(name)
    if (kind === 'forget' || known?.stamp !== stamp || known.blockSize !== blockSize) this.forget(name)
    if (kind === 'forget') return false
    const file = this.#files.get(name) ?? { stamp, blockSize, indexes: new Set<number>() }
    // Whoever tells of more than that is not made use of.
    if (this.#files.size >= MOST_FILES || this.#count + blockIndexes.length > MOST_INDEXES) return false
    this.#count -= file.indexes.size
    for (const index of blockIndexes) file.indexes.add(index)
    this.#count += file.indexes.size
    this.#files.set(name, file)
    return true
  }
}

/** What one device was told of our unfinished files. */
export class ToldProgress {
  readonly #told = new Map<Path, { readonly announcement: Announcement; count: number }>()

  /** What it is to be told since it was last told. */
  next(files: ReadonlyMap<Path, UnfinishedFile>): readonly FileProgress[] {
    const updates: FileProgress[] = []
    for (const [path, { announcement }] of this.#told) {
      if (files.get(path)?.announcement === announcement) continue
      this.#told.delete(path)
      updates.push(updateOf('forget', announcement, []))
    }
    for (const [path, { announcement, indexes }] of files) {
      const told = this.#told.get(path) ?? { announcement, count: 0 }
      if (indexes.length === told.count) continue
      updates.push(updateOf('append', announcement, indexes.slice(told.count)))
      told.count = indexes.length
      this.#told.set(path, told)
    }
    return updates
  }

  get isNothing(): boolean {
    return this.#told.size === 0
  }
}

function updateOf(
  kind: FileProgress['kind'],
  { path: name, version, blockSize }: Announcement,
  blockIndexes: readonly number[],
): FileProgress {
  return { kind, name, version, blockIndexes, blockSize }
}
