// What every tree must do, as tests: the real disk and the simulated one both pass it.
import { afterEach, beforeEach, describe, test } from 'vitest'
import { confinementTests } from './testing/confinement-facts.ts'
import { hashingTests } from './testing/hashing-facts.ts'
import { lookingTests, rollTests } from './testing/looking-facts.ts'
import { metadataTests } from './testing/metadata-facts.ts'
import { namingTests } from './testing/naming-facts.ts'
import { readingManyTests, readingTests } from './testing/reading-facts.ts'
import type { Suite } from './testing/tree-bench.ts'
import { receivingTests, writingTests } from './testing/writing-facts.ts'
import type { Tree } from './tree.ts'

export interface OpenedTree {
  /** Empty. */
  readonly tree: Tree
  dispose(): Promise<void>
}

/** Defines the suite. `open` gives a new and empty tree each time. */
export function treeConformance(name: string, open: () => Promise<OpenedTree>): void {
  describe(`${name} as a tree`, () => {
    let opened: OpenedTree
    let tree: Tree
    beforeEach(async () => {
      opened = await open()
      tree = opened.tree
    })
    afterEach(() => opened.dispose())
    const it: Suite = (fact, body) => test(fact, () => body(tree))

    lookingTests(it)
    rollTests(it)
    readingTests(it)
    readingManyTests(it)
    hashingTests(it)
    namingTests(it)
    writingTests(it)
    receivingTests(it)
    metadataTests(it)
    confinementTests(it)
  })
}
