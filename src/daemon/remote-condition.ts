// How it goes with one remote of a folder, and in words.
import type { RemoteStatus } from '../api/shapes/status.ts'
import type { SyncError } from '../model/errors.ts'
import { type Brake, explainBrake } from '../plan/brakes.ts'
import { counted, shown, shownTime } from '../words/show.ts'

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
}

export function sentenceOfRemote(condition: RemoteCondition): string {
  const say = SENTENCES[condition.state] as (condition: RemoteCondition) => string
  return say(condition)
}

/** What the condition adds to a status. */
export function detailsOf(condition: RemoteCondition): RemoteDetails {
  const { state } = condition
  const fault = 'error' in condition ? { fault: faultOf(condition.error) } : {}
  const next = 'nextTryAt' in condition ? { nextTryAt: Math.ceil(condition.nextTryAt) } : {}
  return { state, sentence: sentenceOfRemote(condition), ...fault, ...next }
}

export function faultOf({ code, message }: SyncError): { readonly code: string; readonly message: string } {
  return { code, message }
}
