// Directories that are made when something is to go into them, and remembered.
import { codeOf, type Tree } from '../../platform/tree.ts'

export class Directories {
  readonly #tree: Tree
  readonly #known = new Set<string>([''])

  constructor(tree: Tree) {
    this.#tree = tree
  }

  async ensure(place: string): Promise<void> {
    if (this.#known.has(place)) return
    await this.ensure(place.slice(0, Math.max(0, place.lastIndexOf('/'))))
    try {
      await this.#tree.makeDirectory(place, 0o700)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    this.#known.add(place)
  }
}
