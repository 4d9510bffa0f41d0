// Directories that are made when something is to go into them, and remembered.
import { syncDirectory } from '../../platform/node/durable-file.ts'
import { codeOf, type Tree } from '../../platform/tree.ts'

export class Directories {
  readonly #tree: Tree
  readonly #known = new Set<string>([''])
  readonly #durable = new Set<string>()

  constructor(tree: Tree) {
    this.#tree = tree
  }

  async ensure(place: string): Promise<void> {
    if (this.#known.has(place)) return
    await this.ensure(above(place))
    try {
      await this.#tree.makeDirectory(place, 0o700)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    this.#known.add(place)
  }

  /** Makes the names in `place` durable, and its own name. */
  async sync(place: string): Promise<void> {
    await syncDirectory(`${this.#tree.root}/${place}`)
    for (let at = place; at !== '' && !this.#durable.has(at); at = above(at)) {
      await syncDirectory(`${this.#tree.root}/${above(at)}`)
      this.#durable.add(at)
    }
  }
}

function above(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf('/')))
}
