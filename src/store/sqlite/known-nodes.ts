// What was read of the trees lately, for all spaces of a host: where things are, and what directories hold.
import type { Place } from '../../model/path.ts'
import type { SpaceNode } from '../space.ts'
import type { Found } from './node-row.ts'

/** Some megabytes each. */
const MOST_PLACES = 10_000
const MOST_LISTED = 30_000

interface Page {
  readonly nodes: readonly SpaceNode[]
  readonly isLast: boolean
}

interface Listed {
  /** Of the directory, when its pages were read. */
  readonly counter: number
  readonly place: Place
  readonly pages: Map<string, Page>
  size: number
}

/** Shared by the spaces of one database, so that many spaces need no more memory than one. What is oldest goes first. */
export class KnownNodes {
  readonly #found = new Map<string, Found>()
  readonly #keys = new Map<number, string>()
  readonly #listed = new Map<number, Listed>()
  #listedSize = 0
  #spaces = 0

  /** A prefix for keys that nobody else has. */
  newPrefix(): string {
    this.#spaces += 1
    return `${this.#spaces}/`
  }

  find(key: string): Found | undefined {
    return this.#found.get(key)
  }

  keep(key: string, found: Found): void {
    this.#found.set(key, found)
    this.#keys.set(found.row.id, key)
    if (this.#found.size <= MOST_PLACES) return
    const [oldest, { row }] = this.#found.entries().next().value as [string, Found]
    this.#found.delete(oldest)
    if (this.#keys.get(row.id) === oldest) this.#keys.delete(row.id)
  }

  /** The row of this node is another one now. */
  drop(id: number): void {
    const key = this.#keys.get(id)
    if (key === undefined) return
    this.#found.delete(key)
    this.#keys.delete(id)
  }

  /** The page after `name` of a directory, as long as nothing has happened in it since; the same arrays each time. */
  page({ row }: Found, place: Place, name: string, read: () => Page): Page {
    const { pages } = this.#listedIn(row.id, row.counter, place)
    const known = pages.get(name)
    if (known !== undefined) return known
    const page = read()
    pages.set(name, page)
    this.#grow(row.id, page.nodes.length)
    return page
  }

  #listedIn(id: number, counter: number, place: Place): Listed {
    const known = this.#listed.get(id)
    if (known?.counter === counter && known.place === place) return known
    this.#forgetListed(id)
    const listed = { counter, place, pages: new Map<string, Page>(), size: 0 }
    this.#listed.set(id, listed)
    return listed
  }

  #grow(id: number, count: number): void {
    const listed = this.#listed.get(id) as Listed
    listed.size += count
    this.#listedSize += count
    // One that alone is too large is not kept either.
    for (const oldest of this.#listed.keys()) {
      if (this.#listedSize <= MOST_LISTED) return
      this.#forgetListed(oldest)
    }
  }

  #forgetListed(id: number): void {
    this.#listedSize -= this.#listed.get(id)?.size ?? 0
    this.#listed.delete(id)
  }

  /** After what the counters of directories do not tell: a rollback, or checksums that came to be known. */
  forgetAll(): void {
    this.#found.clear()
    this.#keys.clear()
    this.#listed.clear()
    this.#listedSize = 0
  }
}
