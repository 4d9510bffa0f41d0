// What is remembered only of a folder that is served: properties of nodes, checksums of whole files, what moved is told to whom.
import type { Checksum, ContentId } from '../model/content.ts'
import type { Path, Place } from '../model/path.ts'
import type { Database } from '../platform/node/sqlite.ts'
import type { FormerPath, NodeId, Trashed } from './folder-index.ts'

const SET_PROPERTY = 'INSERT INTO properties VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'

const SUMS_IN = `
SELECT r.path, s.sums FROM rows r INDEXED BY rows_by_parent JOIN sums s ON s.content = r.content
WHERE r.parent = ? AND r.kind = 'file'`

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

  in(place: Place): ReadonlyMap<Path, readonly Checksum[]> {
    const found = this.#database.all(SUMS_IN, place)
    return new Map(found.map(([path, sums]) => [path as Path, (sums as string).split(' ') as Checksum[]]))
  }

  /** Adds to those that are known. */
  record(content: ContentId, sums: readonly Checksum[]): void {
    const known = this.of(content)
    const all = [...new Set([...known, ...sums])].sort()
    if (all.length > known.length)
      this.#database.run('INSERT OR REPLACE INTO sums VALUES (?, ?)', content, all.join(' '))
  }
}

/** What a served folder remembers of its trash, and where things were before. */
export class Past {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  trashed(): readonly Trashed[] {
    const found = this.#database.all('SELECT id, node, kind, origin, size, at FROM trashed')
    return found.map(([id, node, kind, origin, size, at]) => ({
      id: id as string,
      node: node as NodeId,
      kind: kind as Trashed['kind'],
      origin: origin as Path,
      size: Number(size),
      at: Number(at),
    }))
  }

  recordTrashed({ id, node, kind, origin, size, at }: Trashed): void {
    this.#database.run('INSERT OR REPLACE INTO trashed VALUES (?, ?, ?, ?, ?, ?)', id, node, kind, origin, size, at)
  }

  forgetTrashed(id: string): void {
    this.#database.run('DELETE FROM trashed WHERE id = ?', id)
  }

  formerPaths(node: NodeId): readonly FormerPath[] {
    const found = this.#database.all('SELECT path, until FROM former WHERE node = ? ORDER BY until DESC', node)
    return found.map(([path, until]) => ({ path: path as Path, until: Number(until) }))
  }

  recordFormerPath(node: NodeId, { path, until }: FormerPath): void {
    this.#database.run('INSERT OR REPLACE INTO former VALUES (?, ?, ?)', node, until, path)
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
