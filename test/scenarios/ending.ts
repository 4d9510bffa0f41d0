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
  expect(stage.local.leftovers(), 'left behind here').toEqual([])
  expect(stage.remote.leftovers(), 'left behind there').toEqual([])
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
function checkRest(last: Ran, { summary, error, plans, news }: Ran, told: string): void {
  expect(error?.message, told).toBe(last.error?.message)
  if (summary === undefined) return
  expect(
    plans.flatMap(({ waves }) => waves.flatMap(({ steps }) => steps)),
    `at rest: ${told}`,
  ).toEqual([])
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
  if (story.ignore !== undefined || summary?.brake !== undefined || summary === undefined || reasons.has('')) return
  const here = stage.local.list()
  const there = stage.remote.list()
  const unequal = [...new Set([...here.keys(), ...there.keys()])].filter(
    path => !isSame(stage, story, here.get(path), there.get(path)),
  )
  const unexplained = unequal.filter(path => ![path, ...ancestorsOf(path as Path)].some(place => reasons.has(place)))
  expect(unexplained, `unequal without a reason: ${told}`).toEqual([])
}

function isSame(stage: Stage, story: Story, here: Shown | undefined, there: Shown | undefined): boolean {
  if (here?.kind !== 'file' || there?.kind !== 'file') return JSON.stringify(here) === JSON.stringify(there)
  if (here.text !== there.text) return false
  if (story.timesDiffer !== undefined || stage.kind === 'webdav') return true
  const grain = stage.kind === 'directory' ? 1000n : 1_000_000_000n
  return floorTo(here.mtimeNs, grain) === floorTo(there.mtimeNs, grain)
}

function floorTo(time: bigint, grain: bigint): bigint {
  return time - (((time % grain) + grain) % grain)
}

function listing(shown: ReadonlyMap<string, Shown>): string[] {
  return [...shown].map(
    ([path, spot]) =>
      `${path} ${spot.kind === 'file' ? `${spot.mtimeNs} ${spot.mode} ${spot.text.slice(0, 100)}` : JSON.stringify(spot)}`,
  )
}
