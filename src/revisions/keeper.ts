// Moves files into the trash: finds each a place that nothing else has.
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY, type Path, parentOf } from '../model/path.ts'
import { codeOf, type Stat, type Tree } from '../platform/tree.ts'
import { type Clock, type Random, randomHex } from '../platform/world.ts'
import { type Batch, nameBatch, parseBatch, pathInBatch, TRASH } from './batch.ts'
import type { JustKept, KeptTree, KeptWhy } from './revisions.ts'
import { prune } from './sweep.ts'
import { revisionOf } from './trash-walk.ts'

export interface KeeperParts {
  readonly tree: Tree
  readonly clock: Clock
  readonly random: Random
}

/** What leaves within this time shares a directory, so that listing the trash stays cheap. */
const BATCH_MS = 1000
/** A clock that was ahead by more than this and was put right is believed again. */
const MAX_DRIFT_MS = 10_000
const TRIES = 5

interface OpenBatch extends Batch {
  readonly openedAt: number
  /** Nothing more goes in. */
  closed: boolean
  /** Places taken, as a disk that does not tell letters apart sees them. */
  readonly taken: Set<string>
  /** Directories that exist, or are being made. */
  readonly directories: Map<string, Promise<void>>
}

export class Keeper {
  readonly #tree: Tree
  readonly #clock: Clock
  readonly #random: Random
  readonly #opening = new Map<KeptWhy, Promise<OpenBatch>>()
  readonly #newest = new Map<KeptWhy, OpenBatch>()
  #lastAt = 0

  constructor({ tree, clock, random }: KeeperParts) {
    this.#tree = tree
    this.#clock = clock
    this.#random = random
  }

  /** Moves the file or symlink at `from` into the trash as a revision of `path`. Faults are the system's. */
  async keep(from: string, path: Path, why: KeptWhy): Promise<JustKept> {
    const stat = await this.#look(from, path)
    for (let tries = 1; ; tries += 1) {
      const batch = await this.#batchFor(path, why)
      try {
        await this.#ensure(batch, parentOf(path))
        // One rename, which is safe although it could replace: the batch is ours alone, and `taken` knows what it holds.
        await this.#tree.rename(from, pathInBatch(batch, path), 'replace')
        // As it is now: somebody may have written to it between the look and the rename, and the caller wants to know.
        const now = (await this.#tree.stat(pathInBatch(batch, path))) ?? stat
        return { ...revisionOf(batch, path, now), inode: now.inode }
      } catch (error) {
        batch.closed = true
        if (tries >= TRIES || !isAboutPlace(error) || (await this.#tree.stat(from)) === undefined) throw error
      }
    }
  }

  /** Moves a directory into a batch that nothing else ever shares. */
  async keepTree(path: Path): Promise<KeptTree> {
    for (let tries = 1; ; tries += 1) {
      const batch = await this.#makeBatch('deleted')
      try {
        await this.#ensure(batch, parentOf(path))
        await this.#tree.rename(path, pathInBatch(batch, path), 'keep')
        return { id: batch.name, path, keptAt: batch.keptAt }
      } catch (error) {
        await prune(this.#tree, pathInBatch(batch, '')).catch(() => undefined)
        if (tries >= TRIES || !isAboutPlace(error) || (await this.#tree.stat(path)) === undefined) throw error
      }
    }
  }

  /** Whether files may be moved into this batch right now. */
  isOpen(name: string): boolean {
    return [...this.#newest.values()].some(batch => batch.name === name && this.#isFresh(batch))
  }

  async #look(from: string, path: Path): Promise<Stat> {
    const stat = await this.#tree.stat(from)
    if (stat === undefined) throw new SyncError('missing', `${path} cannot be kept: nothing is there.`, { path })
    if (stat.kind === 'file' || stat.kind === 'symlink') return stat
    throw new SyncError('unsupported', `${path} cannot be kept: only files and links go to the trash.`, { path })
  }

  /** An open batch in which nothing stands in the way of `path`; its place is taken at once, before anybody else can. */
  async #batchFor(path: Path, why: KeptWhy): Promise<OpenBatch> {
    for (;;) {
      const opening = this.#opening.get(why) ?? this.#openNew(why)
      const batch = await opening
      if (this.#isFresh(batch) && takePlace(batch, path)) return batch
      batch.closed = true
      this.#forget(why, opening)
    }
  }

  #isFresh(batch: OpenBatch): boolean {
    return !batch.closed && Math.abs(this.#clock.now() - batch.openedAt) < BATCH_MS
  }

  #openNew(why: KeptWhy): Promise<OpenBatch> {
    const opening = this.#makeBatch(why)
    this.#opening.set(why, opening)
    opening.then(
      batch => this.#newest.set(why, batch),
      () => this.#forget(why, opening),
    )
    return opening
  }

  #forget(why: KeptWhy, opening: Promise<OpenBatch>): void {
    if (this.#opening.get(why) === opening) this.#opening.delete(why)
  }

  async #makeBatch(why: KeptWhy): Promise<OpenBatch> {
    await makeDirectory(this.#tree, OWN_DIRECTORY)
    await makeDirectory(this.#tree, TRASH)
    for (;;) {
      const batch = parseBatch(nameBatch(this.#nextTime(), randomHex(this.#random, 4), why)) as Batch
      // Ours only if we made it.
      if (await makeDirectory(this.#tree, pathInBatch(batch, '')))
        return { ...batch, openedAt: this.#clock.now(), closed: false, taken: new Set(), directories: new Map() }
    }
  }

  /** Later than any time given before, so that of two versions of a file the later one shows. */
  #nextTime(): number {
    const now = this.#clock.now()
    this.#lastAt = this.#lastAt >= now && this.#lastAt - now < MAX_DRIFT_MS ? this.#lastAt + 1 : now
    return this.#lastAt
  }

  #ensure(batch: OpenBatch, place: string): Promise<void> {
    if (place === '') return Promise.resolve()
    const known = batch.directories.get(place)
    if (known !== undefined) return known
    const making = this.#make(batch, place)
    batch.directories.set(place, making)
    return making
  }

  async #make(batch: OpenBatch, place: string): Promise<void> {
    await this.#ensure(batch, place.slice(0, Math.max(0, place.lastIndexOf('/'))))
    await makeDirectory(this.#tree, pathInBatch(batch, place))
  }
}

/** Something is in the way, or the directory was swept away: another batch has room. */
function isAboutPlace(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY'].includes(codeOf(error) ?? '')
}

/** Whether `path` had a free place in the batch: no file there, none where its directories go, no directory in its place. */
function takePlace(batch: OpenBatch, path: string): boolean {
  const key = path.normalize('NFC').toLowerCase()
  if (batch.taken.has(key) || batch.taken.has(`${key}/`)) return false
  const above: string[] = []
  for (let at = key.lastIndexOf('/'); at > 0; at = key.lastIndexOf('/', at - 1)) {
    if (batch.taken.has(key.slice(0, at))) return false
    above.push(key.slice(0, at + 1))
  }
  for (const directory of above) batch.taken.add(directory)
  batch.taken.add(key)
  return true
}

/** Whether the directory was made; false when there was one already. */
async function makeDirectory(tree: Tree, path: string): Promise<boolean> {
  try {
    await tree.makeDirectory(path)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    const stat = await tree.stat(path)
    if (stat?.kind === 'directory') return false
    throw Object.assign(new Error(`ENOTDIR: ${path}`), { code: 'ENOTDIR', cause: error })
  }
}
