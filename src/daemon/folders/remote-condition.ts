// How it goes with one remote of a folder, and in words.
import type { RemoteStatus } from '../../api/shapes/status.ts'
import type { SyncError } from '../../model/errors.ts'
import { type Brake, explainBrake } from '../../plan/brakes.ts'
import { counted, shown, shownHour, shownTime } from '../../words/show.ts'

export type RemoteCondition =
  | { readonly state: 'starting' }
  | { readonly state: 'in-sync' }
  | { readonly state: 'unsynced'; readonly count: number }
  | { readonly state: 'syncing' }
  /** The other side is away: tried again by itself. */
  | { readonly state: 'waiting'; readonly error: SyncError; readonly nextTryAt: number }
  /** A person has to do something; now and then it is tried all the same. */
  | { readonly state: 'stopped'; readonly error: SyncError; readonly nextTryAt: number }
  | { readonly state: 'braked'; readonly brake: HeldBrake }
  | { readonly state: 'paused' }
  /** These are not its hours; undefined: it never has any. */
  | { readonly state: 'resting'; readonly until: number | undefined }

export interface HeldBrake extends Brake {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly since: number
}

export type RemoteDetails = Pick<RemoteStatus, 'state' | 'sentence' | 'fault' | 'nextTryAt'>

type Sentences = {
  readonly [S in RemoteCondition['state']]: (condition: Extract<RemoteCondition, { state: S }>) => string
}

const SENTENCES: Sentences = {
  starting: () => 'Not looked at yet.',
  'in-sync': () => 'Up to date.',
  unsynced: ({ count }) => `Up to date but for ${counted(count, 'path')}.`,
  syncing: () => 'Being compared and brought up to date.',
  waiting: ({ error, nextTryAt }) => `${shown(error.message)} Tried again at ${shownTime(nextTryAt)}.`,
  stopped: ({ error }) => shown(error.message),
  braked: ({ brake }) => `Nothing is done before you say yes: ${explainBrake(brake)}.`,
  paused: () => 'Paused.',
  resting: ({ until }) =>
    until === undefined
      ? 'Waits for its hours: the schedule has none in which to sync.'
      : `Waits for its hours until ${shownHour(until)}.`,
}

export function sentenceOfRemote(condition: RemoteCondition): string {
  const say = SENTENCES[condition.state] as (condition: RemoteCondition) => string
  return say(condition)
}

/** What the condition adds to a status. */
export function detailsOf(condition: RemoteCondition): RemoteDetails {
  const state = condition.state === 'resting' ? 'waiting' : condition.state
  const fault = 'error' in condition ? { fault: faultOf(condition.error) } : {}
  const nextTryAt = nextTryOf(condition)
  const next = nextTryAt === undefined ? {} : { nextTryAt: Math.ceil(nextTryAt) }
  return { state, sentence: sentenceOfRemote(condition), ...fault, ...next }
}

function nextTryOf(condition: RemoteCondition): number | undefined {
  if (condition.state === 'resting') return condition.until
  return 'nextTryAt' in condition ? condition.nextTryAt : undefined
}

export function faultOf({ code, message }: SyncError): { readonly code: string; readonly message: string } {
  return { code, message }
}
