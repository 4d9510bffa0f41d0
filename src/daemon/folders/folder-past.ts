// What a folder remembers of its past: what its trash holds, and who changed what.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ChangedRows, FolderIndex, NodeId, Row } from '../../index/folder-index.ts'
import { OWN_DIRECTORY, type Path, type Place, parentOf, ROOT } from '../../model/path.ts'
import { type Database, isDamage } from '../../platform/node/sqlite.ts'
import type { Tree } from '../../platform/tree.ts'
import type { World } from '../../platform/world.ts'
import { Catalogue } from '../../revisions/catalogue.ts'
import { catalogued } from '../../revisions/catalogued.ts'
import { type Author, ChangeLog } from '../../revisions/change-log.ts'
import { openHistoryFile } from '../../revisions/history-file.ts'
import type { Revisions } from '../../revisions/revisions.ts'

const HERE: Author = { kind: 'here', label: 'This device' }
export const BY_API: Author = { kind: 'api', label: 'The browser interface' }

/** Of more changes than this within the time only the number is told, until it is quiet again. */
const MOST_AT_ONCE = 1000
const ONCE_MS = 10_000
/** What is claimed later than this was somebody else's. */
const CLAIM_MS = 60_000
const MOST_REMEMBERED = 5000

export class FolderPast {
  readonly catalogue: Catalogue
  readonly log: ChangeLog
  readonly #database: Database
  readonly #world: World
  /** What left its place, and whose row is not recorded yet. */
  readonly #justKept = new Map<Path, string>()
  /** Changes that may be one half of a move, by node. */
  readonly #gone = new Map<NodeId, { readonly id: number; readonly path: Path }>()
  readonly #come = new Map<NodeId, { readonly id: number; readonly path: Path }>()
  #listening: Disposable | undefined
  #windowAt = 0
  #inWindow = 0
  /** There was too much just before. */
  #isFlood = false
  #many: { readonly id: number; at: number; place: Place } | undefined

  constructor(root: string, tree: Tree, world: World) {
    this.#database = open(join(root, OWN_DIRECTORY, 'history.db'), world)
    this.#world = world
    this.catalogue = new Catalogue(this.#database, tree)
    this.log = new ChangeLog(this.#database)
  }

  /** The trash, of which everything that comes and goes is noted. */
  keeping(trash: Revisions): Revisions {
    return catalogued(trash, this.catalogue, ({ path, id }) => remember(this.#justKept, path, id))
  }

  /** From now on what changes in the rows is noted. */
  listen(index: FolderIndex): void {
    this.#listening = index.onChanged(changed => this.#note(changed))
  }

  /** Says who made the newest change of `path`. */
  claim(path: Path, author: Author): void {
    this.#safely(() => this.log.claim(path, author, this.#world.clock.now() - CLAIM_MS))
  }

  close(): void {
    this.#listening?.[Symbol.dispose]()
    this.#database.close()
  }

  // --- noting --------------------------------------------------------------------------------------------------------------

  #note(changed: ChangedRows): void {
    this.#safely(() => {
      if (changed.as === 'moved') return this.#moved(changed.from, changed.row)
      if (changed.as === 'many') return this.#tellMany(changed.paths)
      if (this.#isTooMuch(changed.rows.length)) return this.#tellMany(changed.rows.map(({ row }) => row.path))
      this.log.together(() => {
        for (const { before, row, carried } of changed.rows) this.#one(before, row, carried)
      })
    })
  }

  /** Nobody's work stops because a note of it could not be made. */
  #safely(note: () => void): void {
    try {
      note()
    } catch (error) {
      this.#world.log('warn', 'a change was not noted in the history', { error: String(error) })
    }
  }

  #isTooMuch(count: number): boolean {
    const now = this.#world.clock.now()
    const pastMs = Math.abs(now - this.#windowAt)
    if (pastMs > ONCE_MS) {
      this.#isFlood = this.#inWindow > MOST_AT_ONCE && pastMs < 2 * ONCE_MS
      this.#windowAt = now
      this.#inWindow = 0
    }
    this.#inWindow += count
    return this.#isFlood || this.#inWindow > MOST_AT_ONCE
  }

  #tellMany(paths: readonly Path[]): void {
    const at = this.#world.clock.now()
    for (const path of paths) this.#justKept.delete(path)
    const place = commonPlace(paths)
    const before = this.#many
    if (before !== undefined && Math.abs(at - before.at) < ONCE_MS) {
      before.at = at
      before.place = commonPlace([`${before.place}/x` as Path, ...paths])
      this.log.grow(before.id, { at, path: before.place, count: paths.length })
      return
    }
    const id = this.log.add({ ...NOTHING, at, what: 'many', path: place, count: paths.length })
    this.#many = { id, at, place }
  }

  #moved(from: Path, row: Row): void {
    const at = this.#world.clock.now()
    this.log.add({ ...NOTHING, ...factsOf(row), at, what: 'moved', path: row.path, from })
  }

  #one(before: Row | undefined, row: Row, carried: boolean): void {
    const was = isLive(before)
    const is = isLive(row)
    if (was && is) this.#changed(before, row)
    else if (is) this.#created(row, carried)
    else if (was && row.state.kind === 'deleted' && before !== undefined) this.#deleted(before)
  }

  #created(row: Row, carried: boolean): void {
    const gone = carried ? this.#gone.get(row.node) : undefined
    if (gone !== undefined && gone.path !== row.path) {
      this.#gone.delete(row.node)
      return this.log.becameMove(gone.id, gone.path, row.path)
    }
    const id = this.#add('created', row)
    if (carried) remember(this.#come, row.node, { id, path: row.path })
  }

  #deleted(before: Row): void {
    const come = this.#come.get(before.node)
    if (come !== undefined && come.path !== before.path) {
      this.#come.delete(before.node)
      return this.log.becameMove(come.id, before.path, come.path)
    }
    remember(this.#gone, before.node, { id: this.#add('deleted', before), path: before.path })
  }

  #changed(before: Row | undefined, row: Row): void {
    if (before === undefined || !isOther(before, row)) return
    this.#add('changed', row)
  }

  #add(what: 'created' | 'changed' | 'deleted', row: Row): number {
    const { path } = row
    const revision = this.#justKept.get(path)
    this.#justKept.delete(path)
    return this.log.add({ ...NOTHING, ...factsOf(row), at: this.#world.clock.now(), what, path, revision })
  }
}

const NOTHING = {
  from: undefined,
  count: undefined,
  kind: undefined,
  size: undefined,
  content: undefined,
  revision: undefined,
  author: HERE,
} as const

/** One that is damaged is begun anew: it is filled from the trash, and the record of who changed what is lost. */
function open(file: string, { log }: World): Database {
  try {
    return openHistoryFile(file)
  } catch (error) {
    // What only cannot be opened now, as on a full disk, is there the next time.
    if (!isDamage(error)) throw error
    log('warn', 'the list of older versions is made anew', { file, error: String(error) })
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true })
    return openHistoryFile(file)
  }
}

function isLive(row: Row | undefined): boolean {
  return row !== undefined && row.state.kind !== 'deleted' && row.state.kind !== 'blocked'
}

/** Times and permissions alone are no news for people. */
function isOther({ state: a }: Row, { state: b }: Row): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.content !== b.content
  if (a.kind === 'symlink' && b.kind === 'symlink') return a.target !== b.target
  return a.kind !== b.kind
}

function factsOf({ state }: Row) {
  if (state.kind === 'file') return { kind: state.kind, size: state.size, content: state.content }
  return state.kind === 'directory' || state.kind === 'symlink' ? { kind: state.kind } : {}
}

/** The lowest directory that all of them are in. */
function commonPlace(paths: readonly Path[]): Place {
  const [first, ...rest] = paths
  if (first === undefined) return ROOT
  let place = parentOf(first)
  while (place !== '' && !rest.every(path => path.startsWith(`${place}/`))) place = parentOf(place)
  return place
}

function remember<K, V>(known: Map<K, V>, key: K, value: V): void {
  known.delete(key)
  known.set(key, value)
  const [oldest] = known.keys()
  if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest)
}
