// All that the database knows of one space, and how its nodes are made, put away and brought back: within a transaction.
import type { Path } from '../../model/path.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import { ContentRows } from './content-rows.ts'
import type { KnownNodes } from './known-nodes.ts'
import { NodeIds } from './node-ids.ts'
import type { NewNode, NodeRow } from './node-row.ts'
import { NodeRows } from './node-rows.ts'
import { PropertyRows } from './property-rows.ts'
import { TrashRows } from './trash-rows.ts'
import { VersionRows } from './version-rows.ts'

export interface SpaceNumbers {
  readonly number: number
  readonly root: number
}

export class SpaceRows {
  readonly nodes: NodeRows
  readonly contents: ContentRows
  readonly versions: VersionRows
  readonly properties: PropertyRows
  readonly trash: TrashRows
  readonly #database: Database
  readonly #ids: NodeIds
  readonly #number: number
  readonly #now: () => number
  /** As it was read last; undefined: not yet. */
  #quota: number | 'unlimited' | undefined

  constructor(database: Database, { number, root }: SpaceNumbers, now: () => number, known: KnownNodes) {
    this.#database = database
    this.#number = number
    this.#now = now
    this.#ids = new NodeIds(database, number)
    this.nodes = new NodeRows(database, root, known)
    this.contents = new ContentRows(database, () => known.forgetAll())
    this.versions = new VersionRows(database)
    this.properties = new PropertyRows(database)
    this.trash = new TrashRows(database, number)
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#now()
  }

  /** In bytes; undefined: unlimited. */
  get quota(): number | undefined {
    this.#quota ??= this.#readQuota()
    return this.#quota === 'unlimited' ? undefined : this.#quota
  }

  #readQuota(): number | 'unlimited' {
    const quota = this.#database.get('SELECT quota FROM spaces WHERE number = ?', this.#number)?.[0]
    return quota === null || quota === undefined ? 'unlimited' : (quota as number)
  }

  /** After a rollback. */
  forget(): void {
    this.#ids.forget()
    this.forgetQuota()
  }

  /** After it was changed. */
  forgetQuota(): void {
    this.#quota = undefined
  }

  add(node: Omit<NewNode, 'id' | 'since'>): number {
    const id = this.#ids.next()
    this.nodes.insert({ ...node, id, since: Math.floor(this.now / 1000) })
    return id
  }

  addDirectory(parent: number, name: string): number {
    return this.add({ parent, name, content: null, size: 0, mtimeMs: this.now })
  }

  /** A name came or went in the last of these directories, which made all of them larger by `bytes`. */
  raise(directories: readonly number[], bytes: number): void {
    this.nodes.raiseAt(directories, bytes, this.now)
  }

  putAway(row: NodeRow, origin: Path, above: readonly number[]): void {
    this.nodes.setPlace(row.id, null, row.name)
    this.trash.add(row.id, origin, this.now)
    this.raise(above, -row.size)
  }
}
