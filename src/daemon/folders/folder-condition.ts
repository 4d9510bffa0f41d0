// How it goes with a folder as a whole, and in words.
import type { FolderStatus } from '../../api/shapes/status.ts'
import { SyncError } from '../../model/errors.ts'
import { counted, shown } from '../../words/show.ts'
import { faultOf } from './remote-condition.ts'

export type FolderCondition =
  | { readonly state: 'starting' }
  | { readonly state: 'scanning' }
  /** `unreadable`: places that could not be looked at. `watchFault`: why changes are not noticed at once. */
  | { readonly state: 'idle'; readonly unreadable: number; readonly watchFault?: SyncError | undefined }
  | { readonly state: 'syncing' }
  | { readonly state: 'paused' }
  /** Its directory or disk is gone, or another program has it: it comes back by itself. */
  | { readonly state: 'unavailable'; readonly error: SyncError }
  /** A person has to do something. */
  | { readonly state: 'stopped'; readonly error: SyncError }

type Sentences = {
  readonly [S in FolderCondition['state']]: (condition: Extract<FolderCondition, { state: S }>) => string
}

const SENTENCES: Sentences = {
  starting: () => 'Being opened.',
  scanning: () => 'Being looked at.',
  idle: ({ unreadable, watchFault }) => {
    const but = unreadable === 0 ? '' : ` but for ${counted(unreadable, 'path')} that cannot be read`
    return `Up to date${but}.${watchFault === undefined ? '' : ` ${shown(watchFault.message)}`}`
  },
  syncing: () => 'Being brought up to date.',
  paused: () => 'Paused.',
  unavailable: ({ error }) => shown(error.message),
  stopped: ({ error }) => shown(error.message),
}

export function sentenceOfFolder(condition: FolderCondition): string {
  const say = SENTENCES[condition.state] as (condition: FolderCondition) => string
  return say(condition)
}

export function detailsOfFolder(condition: FolderCondition): Pick<FolderStatus, 'state' | 'sentence' | 'fault'> {
  const fault = 'error' in condition ? { fault: faultOf(condition.error) } : {}
  return { state: condition.state, sentence: sentenceOfFolder(condition), ...fault }
}

/** What it means for the folder that `thrown` ended its work. */
export function conditionAfter(thrown: unknown): Extract<FolderCondition, { readonly error: SyncError }> {
  if (!(thrown instanceof SyncError)) return { state: 'stopped', error: bug(thrown) }
  // Ignore rules and the like: somebody has to mend them. A disk that is gone comes back.
  return { state: thrown.code === 'usage' ? 'stopped' : 'unavailable', error: thrown }
}

/** Stops this folder, not the others. */
function bug(thrown: unknown): SyncError {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  const told = text.startsWith('Internal error') ? text : `Internal error, please report it: ${text}`
  return new SyncError('io', told, { cause: thrown, scope: 'folder', retry: 'never' })
}
