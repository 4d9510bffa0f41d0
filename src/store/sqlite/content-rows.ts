// What is known of whole contents, and which of them anybody still needs.
import { type Checksum, type ContentId, kindOfChecksum } from '../../model/content.ts'
import type { Database } from '../../platform/node/sqlite.ts'

export class ContentRows {
  readonly #database: Database
  readonly #onMore: () => void

  /** `onMore`: more is known of a content that somebody has already. */
  constructor(database: Database, onMore: () => void = () => {}) {
    this.#database = database
    this.#onMore = onMore
  }

  /** Remembers checksums, besides those that are known. Returns all, as nodes have them; undefined where none were given. */
  add(content: ContentId, sums: readonly Checksum[]): string | undefined {
    if (sums.length === 0) return undefined
    const known = this.#database.get('SELECT sums FROM contents WHERE content = ?', content)?.[0] as string | undefined
    const all = known === undefined ? sums.join(' ') : merged(known.split(' ') as Checksum[], sums)
    if (all === known) return all
    this.#database.run(known === undefined ? INSERT : UPDATE, all, content)
    if (this.isNeeded(content)) this.#onMore()
    return all
  }

  isNeeded(content: ContentId): boolean {
    return this.#database.get(NEEDED, content, content) !== undefined
  }

  /** After a sweep of the blobs: looks at some of the contents behind `last`. Returns the last of them; undefined when there were no more. */
  forgetUnneeded(last: string): string | undefined {
    const some = this.#database.all('SELECT content FROM contents WHERE content > ? ORDER BY content LIMIT 1000', last)
    const until = some.at(-1)?.[0] as string | undefined
    if (until !== undefined) this.#database.run(FORGET, last, until)
    return until
  }
}

function merged(known: readonly Checksum[], more: readonly Checksum[]): string {
  const kinds = new Set(known.map(kindOfChecksum))
  return [...known, ...more.filter(sum => !kinds.has(kindOfChecksum(sum)))].join(' ')
}

const INSERT = 'INSERT INTO contents (sums, content) VALUES (?, ?)'
const UPDATE = 'UPDATE contents SET sums = ? WHERE content = ?'
const NEEDED = `SELECT 1 FROM nodes WHERE content = ?
UNION ALL SELECT 1 FROM versions WHERE content = ? LIMIT 1`
const FORGET = `DELETE FROM contents WHERE content > ? AND content <= ?
AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.content = contents.content)
AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.content = contents.content)`
