// A fixed budget of seeds in every test run; `npm run sim` takes longer walks. What a seed tells changes with the code: what one has found
// goes to `regressions.test.ts` as a story.
import { describe, expect, it } from 'vitest'
import { simulate } from './simulation.ts'

const FROM = Number(process.env['SIM_FROM'] ?? 1)
const SEEDS = Number(process.env['SIM_SEEDS'] ?? 300)

describe('a whole system, simulated', () => {
  it(`loses nothing, converges and comes to rest (seeds ${FROM} to ${FROM + SEEDS - 1})`, {
    timeout: 900_000,
  }, async () => {
    for (let seed = FROM; seed < FROM + SEEDS; seed += 1) await expectGreen(seed)
  })

  it('the same seed gives the same trace', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) expect((await simulate(seed)).trace).toBe((await simulate(seed)).trace)
  })
})

async function expectGreen(seed: number): Promise<void> {
  const { faults, story, setting } = await simulate(seed)
  expect(faults, [`seed ${seed} with ${setting}`, ...story].join('\n')).toEqual([])
}
