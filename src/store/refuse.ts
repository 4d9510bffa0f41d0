// Changes that are not made, as values.
import type { Place } from '../model/path.ts'
import type { Changed, Condition, Refusal, SpaceNode } from './space.ts'

export function refuse(why: Refusal, at: Place): Changed {
  return { as: 'refused', why, message: MESSAGES[why](at === '' ? 'This place' : at) }
}

const MESSAGES: Readonly<Record<Refusal, (at: string) => string>> = {
  stale: at => `${at} is not what it was when you looked. Look again.`,
  exists: at => `${at} is there already.`,
  missing: at => `${at} is not there.`,
  'no-parent': at => `The directory that ${at} was to go into is not there.`,
  'is-a-directory': at => `${at} is a directory.`,
  'into-itself': at => `${at} cannot go into or over itself.`,
  'not-permitted': at => `You may not do this with ${at}.`,
  'name-not-allowed': at => `The name of ${at} is not possible here.`,
  'over-quota': at => `There is not enough room for ${at}. Delete something or ask for more.`,
}

/** Whether a condition is met by what is there, of which `etag` is known. */
export function holds(when: Condition, there: Pick<SpaceNode, 'etag'> | undefined): boolean {
  if (when === 'any') return true
  if (when === 'absent') return there === undefined
  return there !== undefined && (when === 'present' || when.includes(there.etag))
}
