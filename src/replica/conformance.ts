// What every replica must do, told only through the interface: an adapter's own test opens one and calls this.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Path, parsePath } from '../model/path.ts'
import { isMet, NEEDS, type Need } from './testing/facts.ts'
import { KEEPING } from './testing/keeping-facts.ts'
import { MOVING } from './testing/moving-facts.ts'
import { PUTTING } from './testing/putting-facts.ts'
import { benchOf, type Opened, thatIs } from './testing/replica-bench.ts'
import { SEEING } from './testing/seeing-facts.ts'

export type { Need } from './testing/facts.ts'
export type { Foreign, Opened } from './testing/replica-bench.ts'

const FACTS = { ...SEEING, ...PUTTING, ...MOVING, ...KEEPING }

/**
 * Runs the suite. `open` gives an empty, writable place. What the place does not have is named in `lacks`: the facts that need it
 * are left out, and one test makes sure that it is really lacking.
 */
export function replicaConformance(name: string, open: () => Promise<Opened>, lacks: readonly Need[] = []): void {
  describe(name, () => {
    let opened: Opened | undefined
    let count = 0
    beforeAll(async () => {
      opened = await open()
    }, 60_000)
    afterAll(async () => {
      await opened?.dispose()
    })
    test('it has what the facts need, but for what it is said to lack', () => {
      const missing = NEEDS.filter(need => !isMet(need, thatIs(opened)))
      expect(missing.sort()).toEqual([...lacks].sort())
    })
    for (const [fact, { need, check }] of Object.entries(FACTS)) {
      if (need !== undefined && lacks.includes(need)) continue
      test(fact, { timeout: 60_000 }, async () => {
        count += 1
        const bench = benchOf(thatIs(opened), parsePath(`t${count}`) as Path)
        await bench.makeDirectory('')
        await check(bench, thatIs(opened))
      })
    }
  })
}
