// Some seeds in every test run; `npm run sim -- --choosers` takes longer walks.
import { expect, it } from 'vitest'
import { simulateChoosers } from './choosers.ts'

const FROM = Number(process.env['SIM_FROM'] ?? 1)
const SEEDS = Number(process.env['SIM_SEEDS'] ?? 20)

it(`devices of a mesh that keep only parts lose nothing, and have all of it when they keep all (seeds ${FROM} to ${FROM + SEEDS - 1})`, {
  timeout: 600_000,
}, async () => {
  for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
    const { faults, story, setting } = await simulateChoosers(seed)
    expect(faults, [`seed ${seed} with ${setting}`, ...story].join('\n')).toEqual([])
  }
})

// Something deleted while it was agreed on, a file that others made of a directory here in the middle of a run, the last copy of what nobody
// offered any more, a file made anew where its maker did not keep the first one, what a swap brought back while others went on,
// and directories that were deleted above what is deselected.
it.each([5208, 7042, 7294, 20_001_035, 21_001_037, 23_001_008, 23_001_077])(
  'seed %d, which was red once',
  async seed => {
    const { faults, story } = await simulateChoosers(seed)
    expect(faults, story.join('\n')).toEqual([])
  },
)
