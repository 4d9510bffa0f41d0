// Lets contestants run in turns, so that what else the machine does falls on all of them alike.
import type { Measured, Result, Setting } from './benchmark.ts'

export interface Contestant {
  readonly name: string
  /** Makes everything ready before each run; not measured. */
  readonly prepare?: () => Promise<void>
  readonly run: (signal: AbortSignal) => Promise<Measured>
}

/** A B A B …; one that fails is left out from then on. */
export async function inTurns(
  contestants: readonly Contestant[],
  { pairs, signal }: Pick<Setting, 'pairs' | 'signal'>,
): Promise<readonly Result[]> {
  const results = new Map(contestants.map(each => [each, { name: each.name, runs: [] as Measured[], failed: '' }]))
  for (let turn = 1; turn <= pairs; turn += 1) {
    for (const [contestant, result] of results) {
      if (result.failed !== '') continue
      try {
        await contestant.prepare?.()
        const measured = await contestant.run(signal)
        result.runs.push(measured)
        const cpu = measured.cpuSeconds === undefined ? '' : `, ${measured.cpuSeconds.toFixed(2)} CPU-s`
        console.log(`  ${turn}. ${contestant.name}: ${measured.seconds.toFixed(2)} s${cpu}`)
      } catch (error) {
        signal.throwIfAborted()
        result.failed = error instanceof Error ? error.message : String(error)
        console.log(`  ${turn}. ${contestant.name}: ${result.failed}`)
      }
    }
  }
  return [...results.values()].map(({ failed, ...rest }) => (failed === '' ? rest : { ...rest, failed }))
}
