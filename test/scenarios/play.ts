// Tells one story: deeds, runs, and a look at what came out; at its end what must hold after every story.
import { expect } from 'vitest'
import { statusOfError, statusOfSummary } from '../../src/cli/exit-status.ts'
import { checkEnding } from './ending.ts'
import { checkExpected } from './expectations.ts'
import type { Interruption } from './interrupted.ts'
import { type Ran, Stage } from './stage.ts'
import type { Deed, Direction, Meanwhile, RemoteKind, Round, Story, Trees } from './story.ts'

export async function play(story: Story, kind: RemoteKind, direction: Direction): Promise<void> {
  const stage = await Stage.open(kind, direction, story.server)
  try {
    if (story.base !== undefined) await laid(stage, story.base, story.ignore)
    let ran: Ran | undefined
    for (const round of story.rounds ?? [story]) ran = await playRound(stage, story, round)
    if (ran !== undefined) await checkEnding(stage, story, ran)
  } finally {
    await stage.close()
  }
}

/** Both sides have `base`, and have agreed on it. */
async function laid(stage: Stage, base: Trees, ignore: string | undefined): Promise<void> {
  stage.perform(stage.direction === 'forth' ? 'a' : 'b', deedsFor(base))
  const { summary, error } = await stage.run({ ignore })
  expect(error?.message ?? summary?.unsynced, 'the base is synced').toEqual([])
}

function deedsFor(base: Trees): Deed[] {
  return Object.entries(base).map(([path, spot]) => {
    if (spot === null) return { do: 'make-directory', path }
    return typeof spot === 'string' ? { do: 'write', path, text: spot } : { do: 'link', path, target: spot.link }
  })
}

async function playRound(stage: Stage, story: Story, round: Round): Promise<Ran> {
  const { server } = stage.side
  stage.perform('a', round.a)
  stage.perform('b', round.b)
  await round.before?.(stage)
  const faults = (round.faults ?? []).map(rule => server?.faults.add(rule))
  server?.resetCounters()
  const options = {
    ignore: story.ignore,
    ...(round.trust === undefined ? {} : { trust: round.trust }),
    options: {
      ...(round.approve === undefined ? {} : { approved: new Set(round.approve) }),
      ...(round.limits === undefined ? {} : { limits: round.limits }),
    },
    interruptions: (round.meanwhile ?? []).map(meanwhile => interruptionOf(stage, meanwhile)),
  }
  let ran = await stage.run(options)
  for (let again = 1; again < (round.runs ?? 1); again += 1) ran = await stage.run(options)
  for (const fault of faults) fault?.remove()
  if (round.expect !== undefined) checkExpected(stage, story, round.expect, ran)
  await round.after?.(stage)
  return ran
}

function interruptionOf(stage: Stage, { on, at, path, a, b }: Meanwhile): Interruption {
  const side = (on === 'a') === (stage.direction === 'forth') ? 'local' : 'remote'
  const act = () => {
    stage.perform('a', a)
    stage.perform('b', b)
  }
  return { side, at, path, act }
}

/** As the command's exit status. */
export function statusOf({ summary, error }: Ran): number {
  return summary === undefined ? statusOfError(error) : statusOfSummary(summary)
}
