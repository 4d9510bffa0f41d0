// What was deleted: subtrees that hang from no directory any more.
import type { Path } from '../../model/path.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import type { NodeId, TrashEntry } from '../space.ts'

const PAGE = 500
/** After the newest. */
const END = Number.MAX_SAFE_INTEGER

export class TrashRows {
  readonly #database: Database
  readonly #space: number

  constructor(database: Database, space: number) {
    this.#database = database
    this.#space = space
  }

  add(node: number, origin: Path, deletedAt: number): void {
    this.#database.run('INSERT INTO trash VALUES (?, ?, ?, ?)', node, this.#space, origin, deletedAt)
  }

  remove(node: number): void {
    this.#database.run('DELETE FROM trash WHERE node = ?', node)
  }

  /** `id` as it was told: of this space only. */
  entry(id: string): TrashEntry | undefined {
    if (!/^[0-9]{1,16}$/.test(id)) return undefined
    const found = this.#database.get(ONE, Number(id), this.#space)
    return found && entryOf(found)
  }

  /** Newest first, those before `last`. The last page is not full. */
  pageBefore(last: TrashEntry | undefined): { readonly entries: readonly TrashEntry[]; readonly isLast: boolean } {
    const { deletedAt, node } = last ?? { deletedAt: END, node: END }
    const entries = this.#database.all(PAGE_BEFORE, this.#space, deletedAt, deletedAt, node, PAGE).map(entryOf)
    return { entries, isLast: entries.length < PAGE }
  }
}

function entryOf([node, origin, deleted, content, size]: readonly unknown[]): TrashEntry {
  return {
    id: String(node),
    node: node as NodeId,
    kind: content === null ? 'directory' : 'file',
    origin: origin as Path,
    size: size as number,
    deletedAt: deleted as number,
  }
}

const SELECT = 'SELECT t.node, t.origin, t.deleted, n.content, n.size FROM trash t JOIN nodes n ON n.id = t.node'
const ONE = `${SELECT} WHERE t.node = ? AND t.space = ?`
const PAGE_BEFORE = `${SELECT} WHERE t.space = ? AND (t.deleted < ? OR (t.deleted = ? AND t.node < ?))
ORDER BY t.deleted DESC, t.node DESC LIMIT ?`
