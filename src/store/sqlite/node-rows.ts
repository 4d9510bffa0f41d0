// The tree of a space as rows: finding, listing, and the few writes everything else is made of.
import type { Checksum, ContentId } from '../../model/content.ts'
import { type Path, type Place, pathIn } from '../../model/path.ts'
import type { Columns, Database, Value } from '../../platform/node/sqlite.ts'
import type { Etag, NodeId, SpaceNode } from '../space.ts'
import type { KnownNodes } from './known-nodes.ts'
import { NODES_PER_SPACE } from './node-ids.ts'
import type { Found, NewNode, NodeRow } from './node-row.ts'

const PAGE = 500

export class NodeRows {
  readonly #database: Database
  readonly #root: number
  readonly #known: KnownNodes
  /** Of what is known of this tree; another one when everything may be elsewhere. */
  #prefix: string

  constructor(database: Database, root: number, known: KnownNodes) {
    this.#database = database
    this.#root = root
    this.#known = known
    this.#prefix = known.newPrefix()
  }

  get root(): number {
    return this.#root
  }

  byId(id: number): NodeRow | undefined {
    return rowOf(this.#database.get(BY_ID, id))
  }

  child(parent: number, name: string): NodeRow | undefined {
    return rowOf(this.#database.get(CHILD, parent, name))
  }

  /** What is at `place`, with the way there. */
  find(place: Place): Found | undefined {
    const key = this.#prefix + place
    const known = this.#known.find(key)
    if (known !== undefined) return known
    const found = this.#look(place)
    if (found !== undefined) this.#known.keep(key, found)
    return found
  }

  /** The same object as long as it is the same node in the same state. */
  nodeAt(place: Place): SpaceNode | undefined {
    const found = this.find(place)
    if (found !== undefined) found.node ??= nodeOf(found.row, place)
    return found?.node
  }

  #look(place: Place): Found | undefined {
    const names = place === '' ? [] : place.split('/')
    const above: number[] = []
    let at = this.#root
    for (const [i, name] of names.entries()) {
      above.push(at)
      if (i === names.length - 1) {
        const row = this.child(at, name)
        return row && { row, above }
      }
      const next = this.#database.get(CHILD_ID, at, name)?.[0]
      if (next === undefined) return undefined
      at = next as number
    }
    const row = this.byId(at)
    return row && { row, above }
  }

  /** Whether an id begins with the number of this space. */
  owns(id: number): boolean {
    return Math.floor(id / NODES_PER_SPACE) === Math.floor(this.#root / NODES_PER_SPACE)
  }

  /** Where a node is; undefined when it is in the trash or nowhere. */
  pathOf(id: number): Place | undefined {
    const names: string[] = []
    for (let at = id; at !== this.#root; ) {
      const found = this.#database.get('SELECT parent, name FROM nodes WHERE id = ?', at)
      if (found === undefined || found[0] === null) return undefined
      names.push(found[1] as string)
      at = found[0] as number
    }
    return names.reverse().join('/') as Place
  }

  /** A page of what is directly in `found`, which is a directory at `place` now, ordered by name, after `name`. The last page is not full. */
  listAfter(
    found: Found,
    place: Place,
    name: string,
  ): { readonly nodes: readonly SpaceNode[]; readonly isLast: boolean } {
    return this.#known.page(found, place, name, () => {
      const rows = this.#database.all(PAGE_AFTER, found.row.id, name, PAGE)
      return { nodes: rows.map(columns => listedNode(place, columns)), isLast: rows.length < PAGE }
    })
  }

  /** What is known of places is not so any more. */
  forgetPlaces(): void {
    this.#prefix = this.#known.newPrefix()
  }

  childrenOf(parent: number): readonly NodeRow[] {
    return this.#database.all(CHILDREN, parent).map(columns => rowOf(columns) as NodeRow)
  }

  insert({ id, parent, name, content, size, mtimeMs, since }: NewNode): void {
    this.#database.run(
      'INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, 1, ?)',
      ...[id, parent, name, content, size, mtimeMs, since],
    )
  }

  setContent(id: number, content: ContentId, of: Pick<NodeRow, 'size' | 'mtimeMs' | 'since'>): void {
    this.#known.drop(id)
    const values: Value[] = [content, of.size, of.mtimeMs, of.since, id]
    this.#database.run('UPDATE nodes SET content = ?, size = ?, mtime = ?, since = ? WHERE id = ?', ...values)
  }

  setMtime(id: number, mtimeMs: number): void {
    this.#known.drop(id)
    this.#database.run('UPDATE nodes SET mtime = ? WHERE id = ?', mtimeMs, id)
  }

  /** Everything below goes along. */
  setPlace(id: number, parent: number | null, name: string): void {
    this.forgetPlaces()
    this.#database.run('UPDATE nodes SET parent = ?, name = ? WHERE id = ?', parent, name, id)
  }

  /** Something happened at or below these directories, which made them larger by `bytes`. */
  raise(directories: readonly number[], bytes: number): void {
    for (const id of directories) {
      this.#known.drop(id)
      this.#database.run(RAISE, bytes, id)
    }
  }

  /** The same, where a name came or went in the last of them at `mtimeMs`. */
  raiseAt(directories: readonly number[], bytes: number, mtimeMs: number): void {
    const parent = directories.at(-1)
    if (parent === undefined) return
    this.raise(directories.slice(0, -1), bytes)
    this.#known.drop(parent)
    this.#database.run(RAISE_AT, bytes, mtimeMs, parent)
  }

  /** Removes a node with all below, and what is known of them, for good. */
  removeTree(id: number): void {
    for (const below of this.#directoriesBelow(id)) {
      this.#database.run('DELETE FROM versions WHERE node IN (SELECT id FROM nodes WHERE parent = ?)', below)
      this.#database.run('DELETE FROM properties WHERE node IN (SELECT id FROM nodes WHERE parent = ?)', below)
      this.#database.run('DELETE FROM nodes WHERE parent = ?', below)
    }
    this.#database.run('DELETE FROM versions WHERE node = ?', id)
    this.#database.run('DELETE FROM properties WHERE node = ?', id)
    this.#database.run('DELETE FROM nodes WHERE id = ?', id)
  }

  /** All directories from `id` down. Found before anything is removed. */
  #directoriesBelow(id: number): readonly number[] {
    const found = [id]
    for (const at of found) {
      const below = this.#database.all('SELECT id FROM nodes WHERE parent = ? AND content IS NULL', at)
      for (const [child] of below) found.push(child as number)
    }
    return found
  }
}

type Shown = Pick<NodeRow, 'id' | 'content' | 'size' | 'mtimeMs' | 'counter' | 'sums'>

/** `row` as it is served, being at `path`. */
export function nodeOf(row: Shown, path: Place): SpaceNode {
  const { size, mtimeMs, content } = row
  const id = row.id as NodeId
  const etag = etagOf(row)
  if (content === null) return { kind: 'directory', id, path, etag, mtimeMs, size }
  const sums = row.sums === null ? [] : (row.sums.split(' ') as Checksum[])
  return { kind: 'file', id, path: path as Path, etag, mtimeMs, size, content, sums }
}

/** From the columns of a listing: what it shows, and no more. */
function listedNode(place: Place, [id, name, content, size, mtimeMs, counter, sums]: Columns): SpaceNode {
  const row = { id, content, size, mtimeMs, counter, sums } as Shown
  return nodeOf(row, pathIn(place, name as string))
}

const CONTENT_CHARACTERS = 24

/**
 * Of a file, what it is (its node, content and time); of a directory, how often something happened there. Behind the last dash stand
 * hexadecimal digits: `-gzip`, `-br` or `-deflate` is taken by clients for what a proxy has added.
 */
export function etagOf({
  id,
  content,
  mtimeMs,
  counter,
}: Pick<NodeRow, 'id' | 'content' | 'mtimeMs' | 'counter'>): Etag {
  const node = id.toString(36)
  if (content === null) return `${node}-${counter.toString(16)}` as Etag
  const start = content.slice(0, CONTENT_CHARACTERS).replaceAll('_', '-')
  return `${node}-${start}-${mtimeMs.toString(16)}` as Etag
}

const COLUMNS = 'n.id, n.parent, n.name, n.content, n.size, n.mtime, n.counter, n.since, c.sums'
const SELECT = `SELECT ${COLUMNS} FROM nodes n LEFT JOIN contents c ON c.content = n.content`
const BY_ID = `${SELECT} WHERE n.id = ?`
const CHILD = `${SELECT} WHERE n.parent = ? AND n.name = ?`
const CHILD_ID = 'SELECT id FROM nodes WHERE parent = ? AND name = ?'
const CHILDREN = `${SELECT} WHERE n.parent = ?`
const PAGE_AFTER = `SELECT n.id, n.name, n.content, n.size, n.mtime, n.counter, c.sums
FROM nodes n LEFT JOIN contents c ON c.content = n.content
WHERE n.parent = ? AND n.name > ? ORDER BY n.name LIMIT ?`
const RAISE = 'UPDATE nodes SET counter = counter + 1, size = size + ? WHERE id = ?'
const RAISE_AT = 'UPDATE nodes SET counter = counter + 1, size = size + ?, mtime = ? WHERE id = ?'

function rowOf(columns: Columns | undefined): NodeRow | undefined {
  if (columns === undefined) return undefined
  const [id, parent, name, content, size, mtimeMs, counter, since, sums] = columns
  return {
    id: id as number,
    parent: parent as number | null,
    name: name as string,
    content: content as ContentId | null,
    size: size as number,
    mtimeMs: mtimeMs as number,
    counter: counter as number,
    since: since as number,
    sums: sums as string | null,
  }
}
