// Long runs: `npm run sim -- --seeds N [--from SEED]`, or one seed told in full: `npm run sim -- --seed SEED`. With `--selecting` people also
// choose what their devices keep; with `--bridges` they are of devices in a mesh that have the same remote, and `--plans` tells of one seed
// what was planned, too; with `--choosers`, of devices in a mesh that keep parts of the folder.
import { parseArgs } from 'node:util'
import { simulateBridges } from './bridges.ts'
import { simulateChoosers } from './choosers.ts'
import { simulate as simulateRemote } from './simulation.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string' },
    seed: { type: 'string' },
    selecting: { type: 'boolean', default: false },
    bridges: { type: 'boolean', default: false },
    choosers: { type: 'boolean', default: false },
    plans: { type: 'boolean', default: false },
  },
})

const ofMesh = values.choosers
  ? simulateChoosers
  : (seed: number) => simulateBridges(seed, values.plans ? 'plans' : 'outcomes')
const isOfMesh = values.bridges || values.choosers
const simulate = isOfMesh
  ? async (seed: number) => ({ crashes: 0, runs: 0, ...(await ofMesh(seed)) })
  : (seed: number) => simulateRemote(seed, values.selecting ? 'selecting' : 'whole')

if (values.seed !== undefined) {
  const result = await simulate(Number(values.seed))
  console.log(
    [
      `seed ${result.seed}, remote: ${result.setting}`,
      ...result.story,
      ...result.faults.map(fault => `FAULT ${fault}`),
    ].join('\n'),
  )
  process.exitCode = result.faults.length > 0 ? 1 : 0
} else {
  await runMany(Number(values.seeds), Number(values.from ?? Math.floor(Math.random() * 1e9)))
}

async function runMany(count: number, from: number): Promise<void> {
  console.log(`${count} seeds from ${from}`)
  let red = 0
  let crashes = 0
  let runs = 0
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await simulate(seed).catch((error: Error) => ({
      seed,
      faults: [error.stack ?? error.message],
      crashes: 0,
      runs: 0,
      setting: '?',
    }))
    crashes += result.crashes
    runs += result.runs
    if (result.faults.length === 0) continue
    red += 1
    console.log(`seed ${seed} (${result.setting}): ${result.faults.join('; ')}`)
  }
  console.log(`${count - red} green, ${red} red; ${runs} runs of the program, ${crashes} crashes`)
  process.exitCode = red > 0 ? 1 : 0
}
