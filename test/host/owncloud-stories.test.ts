// The stories of the engine, told with our own client and our own host, with A and B swapped as well.
import { afterAll, describe } from 'vitest'
import { stopHosting } from '../scenarios/remote-side.ts'
import { BASICS } from '../scenarios/stories/basics.ts'
import { CHANGING } from '../scenarios/stories/changing.ts'
import { CONFLICTS } from '../scenarios/stories/conflicts.ts'
import { DELETES } from '../scenarios/stories/deletes.ts'
import { FAILURES } from '../scenarios/stories/failures.ts'
import { IGNORING } from '../scenarios/stories/ignoring.ts'
import { KINDS } from '../scenarios/stories/kinds.ts'
import { LOST_STATE } from '../scenarios/stories/lost-state.ts'
import { MOVES } from '../scenarios/stories/moves.ts'
import { NAMES } from '../scenarios/stories/names.ts'
import { PERMISSIONS } from '../scenarios/stories/permissions.ts'
import { TIME_STORIES } from '../scenarios/stories/times.ts'
import type { Story } from '../scenarios/story.ts'
import { tellOne } from '../scenarios/tell.ts'

const GROUPS = {
  'A. basics': BASICS,
  'B. kinds': KINDS,
  'C. names': NAMES,
  'D. conflicts': CONFLICTS,
  'E. deletes': DELETES,
  'F. moves': MOVES,
  'G. times': TIME_STORIES,
  'H. failures': FAILURES,
  'J. ignoring': IGNORING,
  'K. permissions': PERMISSIONS,
  'L. changing': CHANGING,
  'M. lost state': LOST_STATE,
}

for (const [group, stories] of Object.entries(GROUPS))
  describe(`${group}, against the host`, () => {
    for (const story of stories.filter(isForTheHost))
      for (const direction of story.directions ?? (['forth', 'back'] as const)) tellOne(story, 'host', direction)
  })

afterAll(stopHosting)

/** Those of a cloud, but for the ones that set a fake server up in a way of its own. */
function isForTheHost(story: Story): boolean {
  if (story.title.endsWith('on a server that forbids some')) return false // The host forbids none.
  if (story.with !== undefined && !story.with.includes('nextcloud')) return false
  const settings = Object.keys(story.server ?? {})
  if (settings.some(name => name !== 'maxChunkSize')) return false
  return ![story, ...(story.rounds ?? [])].some(({ before, after }) =>
    [before, after].some(act => act !== undefined && /cloud|plain/.test(String(act))),
  )
}
