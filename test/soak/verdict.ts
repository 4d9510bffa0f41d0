// What is wrong at the end, and what only looks so: pure, from the ledger and from what was found.
import { COPY_MARKS } from '../../src/sync/copy-origin.ts'
import type { Deed, Ledger, Put, Take } from './ledger.ts'

export interface Finding {
  /** Only a fault makes the verdict bad. */
  readonly weight: 'fault' | 'note'
  readonly words: string
}

/** What was found when everything was quiet. */
export interface Found {
  /** Of each place, the ids of its files by their paths; a directory is an empty id. */
  readonly trees: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Ids of contents that are kept besides: in a trash, or among old versions. */
  readonly kept: ReadonlySet<string>
  /** What is not as anybody wrote it: one sentence each. */
  readonly spoilt: readonly string[]
  /** Whether the program that keeps this place was killed or started about then: what it had done it may not have noted. */
  wasDisturbed(place: string, at: number): boolean
}

export function judge(ledger: Ledger, found: Found): readonly Finding[] {
  const copies = copiesIn(found)
  const wrong = [
    ...found.spoilt.flatMap(words => fault(`SPOILT ${words}`)),
    ...differences(found),
    ...lost(ledger, copies, found),
  ]
  // What has not arrived everywhere yet says nothing about what is where it should not be.
  if (wrong.length > 0) return wrong
  return [...copies].flatMap(([id, paths]) => [...paths].flatMap(path => risen(ledger, found, id, path)))
}

/** Longer than a change travels. */
const AT_A_TIME_SECONDS = 60

type Copies = ReadonlyMap<string, ReadonlySet<string>>

/** The paths at which each content is, at any place. */
function copiesIn({ trees }: Found): Copies {
  const copies = new Map<string, Set<string>>()
  for (const tree of trees.values())
    for (const [path, id] of tree) if (id !== '') copies.set(id, (copies.get(id) ?? new Set()).add(path))
  return copies
}

/** What is not the same at all places. */
function differences({ trees }: Found): Finding[] {
  const paths = new Set([...trees.values()].flatMap(tree => [...tree.keys()]))
  return [...paths].sort().flatMap(path => {
    const shown = [...trees].map(([place, tree]) => [place, nameOf(tree.get(path))] as const)
    if (new Set(shown.map(([, what]) => what)).size <= 1) return []
    return fault(`NOT EQUAL ${path}: ${shown.map(([place, what]) => `${place} ${what}`).join(', ')}`)
  })
}

function nameOf(id: string | undefined): string {
  if (id === undefined) return 'nothing'
  return id === '' ? 'a directory' : id
}

/** What nobody deleted or replaced, and yet is in no tree. */
function lost(ledger: Ledger, copies: Copies, { kept }: Found): Finding[] {
  return [...ledger.ids()].flatMap(id => {
    if (copies.has(id) || ledger.wasEnded(id) || ledger.isDoubtful(id)) return []
    const words = `${id}: ${story(ledger, id)}`
    if (!kept.has(id)) return fault(`LOST ${words}`)
    // Written into a file that was replaced in that instant: whoever wrote finds it in the trash.
    const isAside = ledger.putsOf(id).every(({ by }) => by !== 'writing')
    return isAside ? note(`set aside ${words}`) : fault(`ONLY IN A TRASH ${words}`)
  })
}

/** What is where it should not be: where nobody put it, or where somebody who had it before them took it away. */
function risen(ledger: Ledger, found: Found, id: string, path: string): Finding[] {
  if (ledger.isDoubtful(id) || isConflictCopy(path)) return []
  const words = `${id} at ${path}: ${story(ledger, id)}`
  if (!ledger.isAtHomeAt(id, path)) return fault(`WHERE NOBODY PUT IT ${words}`)
  return backFromTheDead(ledger, found, id, path).map(({ weight, words: why }) => ({
    weight,
    words: `${why} ${words}`,
  }))
}

function backFromTheDead(ledger: Ledger, found: Found, id: string, path: string): Finding[] {
  const puts = ledger.putsOf(id).filter(put => put.path === path)
  const take = ledger
    .takesOf(id)
    .filter(each => each.path === path)
    .reduce<Take | undefined>(later, undefined)
  const put = puts.reduce<Put | undefined>(later, undefined)
  // Put there by somebody who did not know that it is deleted: a deletion never beats what somebody does elsewhere.
  if (take === undefined || (put !== undefined && put.at > take.at)) return []
  // Two people moved it there, and only one of them was known to whoever took it away.
  if (puts.length > 1) return note('put there more than once')
  if (found.wasDisturbed(take.place, take.at)) return note('taken away around a kill')
  if (hasRival(ledger, id, put ?? take, take)) return note('in conflict when it was taken away')
  return fault('BACK FROM THE DEAD')
}

/**
 * Whether somebody put another content there at that time without knowing of this one, nor its author of that: then both are kept, and
 * whoever took away one of them may not have known that there are two.
 */
function hasRival(ledger: Ledger, id: string, put: Deed, take: Take): boolean {
  return ledger.othersAt(take.path, id).some(other => {
    const isAbout = other.at > put.at - AT_A_TIME_SECONDS && other.at < take.at + AT_A_TIME_SECONDS
    const wasKnown = ledger.takesOf(other.id).some(({ path, at }) => path === take.path && at <= put.at)
    const isInItsPlace = other.place === take.place && other.at >= take.at
    return isAbout && !wasKnown && !isInItsPlace
  })
}

function later<T extends Deed>(one: T | undefined, other: T): T {
  return one === undefined || other.at >= one.at ? other : one
}

/** Of this program and of Syncthing. */
export function isConflictCopy(path: string): boolean {
  return COPY_MARKS.some(mark => path.includes(mark))
}

function story(ledger: Ledger, id: string): string {
  const deeds = [...ledger.putsOf(id), ...ledger.takesOf(id)].sort((a, b) => a.at - b.at)
  // A rename is both.
  return [...new Set(deeds.map(({ at, place, words }) => `${at.toFixed(1)} ${place} ${words}`))].join('; ')
}

const fault = (words: string): Finding[] => [{ weight: 'fault', words }]
const note = (words: string): Finding[] => [{ weight: 'note', words }]
