// Makes tests of stories: each with every kind of remote that can take part, and with A and B swapped.
import { afterAll, describe, test } from 'vitest'
import { play } from './play.ts'
import { type Direction, EVERY_KIND, type RemoteKind, type Story } from './story.ts'

const DIRECTIONS: readonly Direction[] = ['forth', 'back']

/** The two products of ownCloud differ in few ways; stories that do not name `owncloud` are told with Nextcloud only. */
const USUAL: readonly RemoteKind[] = EVERY_KIND.filter(kind => kind !== 'owncloud')

export function tell(group: string, stories: readonly Story[]): void {
  describe(group, () => {
    const bugs = stories.filter(({ bug }) => bug !== undefined)
    for (const story of stories)
      for (const kind of story.with ?? USUAL)
        for (const direction of story.directions ?? DIRECTIONS) tellOne(story, kind, direction)
    if (bugs.length > 0)
      afterAll(() =>
        console.warn(bugs.map(({ id, title, bug }) => `known fault, ${id} ${title}: ${bug?.why}`).join('\n')),
      )
  })
}

export function tellOne(story: Story, kind: RemoteKind, direction: Direction): void {
  const name = `${story.id} ${story.title} [${kind}, ${direction === 'forth' ? 'A here' : 'A there'}]`
  const body = () => play(story, kind, direction)
  if (isKnownFault(story, kind, direction)) test.fails(name, body)
  else test(name, body)
}

function isKnownFault({ bug }: Story, kind: RemoteKind, direction: Direction): boolean {
  if (bug === undefined) return false
  return (bug.with?.includes(kind) ?? true) && (bug.directions?.includes(direction) ?? true)
}
