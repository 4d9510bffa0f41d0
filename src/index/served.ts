// What is remembered only of a folder that is served: properties of nodes, checksums of whole files, what moved is told to whom.
import type { Checksum, ContentId } from '../model/content.ts'
import type { Database } from '../platform/node/sqlite.ts'
import type { NodeId } from './folder-index.ts'

const SET_PROPERTY = 'INSERT INTO properties VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'

export class Properties {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  of(node: NodeId): ReadonlyMap<string, string> {
    const found = this.#database.all('SELECT name, value FROM properties WHERE node = ? ORDER BY name', node)
    return new Map(found.map(([name, value]) => [name as string, value as string]))
  }

  /** `undefined` removes. */
  set(node: NodeId, changes: ReadonlyMap<string, string | undefined>): void {
    this.#database.transaction(() => {
      for (const [name, value] of changes) {
        if (value === undefined) this.#database.run('DELETE FROM properties WHERE node = ? AND name = ?', node, name)
        else this.#database.run(SET_PROPERTY, node, name, value)
      }
    })
  }
}

/** Checksums of whole files, by their content. */
export class Sums {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  of(content: ContentId): readonly Checksum[] {
    const text = this.#database.get('SELECT sums FROM sums WHERE content = ?', content)?.[0]
    return typeof text === 'string' && text !== '' ? (text.split(' ') as Checksum[]) : []
  }

  /** Adds to those that are known. */
  record(content: ContentId, sums: readonly Checksum[]): void {
    const known = this.of(content)
    const all = [...new Set([...known, ...sums])].sort()
    if (all.length > known.length)
      this.#database.run('INSERT OR REPLACE INTO sums VALUES (?, ?)', content, all.join(' '))
  }
}

/** Tells who wants to know which nodes have new rows, once these are committed. */
export class News {
  readonly #listeners = new Set<(nodes: ReadonlySet<NodeId>) => void>()
  #nodes = new Set<NodeId>()

  listen(listener: (nodes: ReadonlySet<NodeId>) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  get isWanted(): boolean {
    return this.#listeners.size > 0
  }

  add(node: NodeId): void {
    if (this.isWanted) this.#nodes.add(node)
  }

  tell(): void {
    if (this.#nodes.size === 0) return
    const nodes = this.#nodes
    this.#nodes = new Set()
    for (const listener of [...this.#listeners]) listener(nodes)
  }

  /** What was recorded and not told was taken back. */
  drop(): void {
    this.#nodes.clear()
  }
}
