// What must hold after every story: equal sides, rest, nothing lost, nothing left behind, one reason for each difference.
import { expect } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import { ancestorsOf } from '../../src/model/path.ts'
import { diskSurface } from './disk-surface.ts'
import { tellRun } from './expectations.ts'
import type { Ran, Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { Shown } from './surface.ts'

export async function checkEnding(stage: Stage, story: Story, last: Ran): Promise<void> {
  checkOutside(stage)
  expect(stage.lost(), `content that was lost: ${tellRun(last)}`).toEqual([])
  const before = [listing(stage.local.list()), listing(stage.remote.list())]
  const again = await stage.run(optionsOf(story))
  const told = tellRun(again)
  expect([listing(stage.local.list()), listing(stage.remote.list())], `at rest: ${told}`).toEqual(before)
  checkRest(last, again, told)
  checkEqual(stage, story, again, told)
  expect(stage.lost(), `content that was lost: ${told}`).toEqual([])
  await checkLeftovers(stage, story)
}

/** What an unfinished transfer left is swept when nobody goes on with it. */
async function checkLeftovers(stage: Stage, story: Story): Promise<void> {
  const left = () => [...stage.local.leftovers(), ...stage.remote.leftovers()]
  if (left().length === 0) return
  stage.letTimePass(30 * 24 * 3600 * 1000)
  await stage.run(optionsOf(story))
  expect(left(), 'left behind').toEqual([])
}

function optionsOf(story: Story) {
  const last = story.rounds?.at(-1) ?? story
  const approved = last.approve === undefined ? {} : { approved: new Set(last.approve) }
  const limits = last.limits === undefined ? {} : { limits: last.limits }
  return { ignore: story.ignore, options: { ...approved, ...limits } }
}

function checkOutside(stage: Stage): void {
  const outside = [...diskSurface(`${stage.top}/outside`).list()].map(([path]) => path)
  expect(outside).toEqual(['untouched'])
}

/** One more run does nothing at all (invariant 3). */
function checkRest(last: Ran, { summary, error, plans, outcomes, news }: Ran, told: string): void {
  expect(error?.message, told).toBe(last.error?.message)
  if (summary === undefined) return
  // A directory that stays because of what is ignored in it is looked at each time.
  const kept = new Set(outcomes.flatMap(({ as, step }) => (as === 'kept' ? [step.path] : [])))
  const steps = plans.flatMap(({ waves }) => waves.flatMap(wave => wave.steps)).filter(({ path }) => !kept.has(path))
  expect(steps, `at rest: ${told}`).toEqual([])
  expect(
    Object.values(summary.counts).every(value => value === 0),
    `at rest: ${told}`,
  ).toBe(true)
  expect(news, `news: ${told}`).toBe(0)
  const reasons = (ran: Ran) => ran.summary?.unsynced.map(({ path, because }) => `${path}: ${because}`)
  expect(reasons({ ...last, summary }), told).toEqual(reasons(last))
}

/** Every path that is not equal has exactly one reason (invariants 2 and 10). */
function checkEqual(stage: Stage, story: Story, { summary }: Ran, told: string): void {
  const reasons = new Set(summary?.unsynced.map(({ path }) => path as string))
  expect(reasons.size, `each path once: ${told}`).toBe(summary?.unsynced.length ?? 0)
  if (
    story.ignore !== undefined ||
    story.apart !== undefined ||
    summary?.brake !== undefined ||
    summary === undefined ||
    reasons.has('')
  )
    return
  const here = stage.local.list()
  const there = stage.remote.list()
  const unequal = [...new Set([...here.keys(), ...there.keys()])].filter(
    path => !isSame(stage, story, here.get(path), there.get(path)),
  )
  const unexplained = unequal.filter(path => ![path, ...ancestorsOf(path as Path)].some(place => reasons.has(place)))
  expect(unexplained, `unequal without a reason: ${told}`).toEqual([])
}

function isSame(stage: Stage, story: Story, here: Shown | undefined, there: Shown | undefined): boolean {
  if (here?.kind !== 'file' || there?.kind !== 'file') return wordFor(here) === wordFor(there)
  if (here.text !== there.text) return false
  if (story.timesDiffer !== undefined || stage.kind === 'webdav') return true
  const grain = stage.kind === 'directory' ? 1000n : 1_000_000_000n
  return floorTo(here.mtimeNs, grain) === floorTo(there.mtimeNs, grain)
}

function wordFor(shown: Shown | undefined): string {
  return shown?.kind === 'symlink' ? `-> ${shown.target}` : (shown?.kind ?? 'nothing')
}

function floorTo(time: bigint, grain: bigint): bigint {
  return time - (((time % grain) + grain) % grain)
}

function listing(shown: ReadonlyMap<string, Shown>): string[] {
  return [...shown].map(
    ([path, spot]) =>
      `${path} ${spot.kind === 'file' ? `${spot.mtimeNs} ${spot.mode} ${spot.text.slice(0, 100)}` : wordFor(spot)}`,
  )
}
