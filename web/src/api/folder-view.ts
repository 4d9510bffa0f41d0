// A folder, a remote or a device in one word, one sentence and a colour: what all pages say of it.
import type { IconName } from '../ui/icons.ts'
import type { Tone } from '../ui/tone.ts'
import { bytes, duration, number, percent, rate, soon } from '../words/format.ts'
import { words } from '../words/words.ts'
import type { DeviceCompletion, DeviceStatus, FolderStatus, Progress, RemoteStatus } from './types.ts'

export interface StateView {
  readonly word: string
  readonly tone: Tone
  readonly icon: IconName
  readonly turning: boolean
  readonly sentence: string
  /** Where it can be decided about. */
  readonly path?: string
}

type Look = Pick<StateView, 'tone' | 'icon'>

const FOLDER_LOOKS: Readonly<Record<FolderStatus['state'], Look>> = {
  starting: { tone: 'busy', icon: 'sync' },
  scanning: { tone: 'busy', icon: 'sync' },
  idle: { tone: 'good', icon: 'check' },
  syncing: { tone: 'busy', icon: 'sync' },
  paused: { tone: 'quiet', icon: 'pause' },
  unavailable: { tone: 'bad', icon: 'alert' },
  stopped: { tone: 'bad', icon: 'alert' },
}

const REMOTE_LOOKS: Readonly<Record<RemoteStatus['state'], Look>> = {
  starting: { tone: 'busy', icon: 'sync' },
  'in-sync': { tone: 'good', icon: 'check' },
  unsynced: { tone: 'warn', icon: 'alert' },
  syncing: { tone: 'busy', icon: 'sync' },
  waiting: { tone: 'warn', icon: 'clock' },
  stopped: { tone: 'bad', icon: 'alert' },
  braked: { tone: 'warn', icon: 'hand' },
  paused: { tone: 'quiet', icon: 'pause' },
}

/** The folder together with its remotes: a remote that needs somebody makes the folder need somebody. */
export function folderView(folder: FolderStatus): StateView {
  const { state, remotes } = folder
  const own = viewOf(words.states.folder[state], FOLDER_LOOKS[state], folder.sentence)
  if (state !== 'idle' && state !== 'syncing') return { ...own, sentence: scanSentence(folder) ?? folder.sentence }
  const running = remotes
    .map(({ progress }) => progress)
    .find(progress => progress !== undefined && progress.steps.of > 0)
  if (state === 'syncing')
    return { ...own, sentence: running === undefined ? folder.sentence : progressSentence(running) }
  const worst = remotes.find(({ state: each }) => each === 'braked' || each === 'stopped')
  if (worst !== undefined) {
    const path = worst.brake === undefined ? {} : { path: '/approve' }
    return { ...remoteView(worst), word: words.states.attention, ...path }
  }
  if (folder.conflicts > 0)
    return {
      ...viewOf(words.states.attention, { tone: 'warn', icon: 'alert' }, words.sentences.conflicts(folder.conflicts)),
      path: '/conflicts',
    }
  const unsynced = Math.max(
    remotes.reduce((sum, each) => sum + each.unsynced, 0),
    folder.unreadable ?? 0,
  )
  if (unsynced > 0)
    return {
      ...viewOf(words.states.attention, { tone: 'warn', icon: 'alert' }, words.sentences.needYou(unsynced)),
      path: '/activity',
    }
  if (folder.watching === 'polling')
    return { ...viewOf(words.states.attention, { tone: 'warn', icon: 'alert' }, folder.sentence), path: '/activity' }
  const otherwise = remotes.find(({ differs = 0 }) => differs > 0)
  if (otherwise !== undefined)
    return { ...remoteView(otherwise), path: `/folders/${encodeURIComponent(folder.id)}/differing` }
  const away = remotes.find(({ state: each }) => each === 'waiting')
  if (away !== undefined) return remoteView(away)
  if (remotes.length === 0) return viewOf(words.states.alone, { tone: 'quiet', icon: 'folder' }, words.sentences.alone)
  return { ...own, sentence: words.sentences.upToDate }
}

export function remoteView(remote: RemoteStatus): StateView {
  const { state, progress } = remote
  const isMoving = state === 'syncing' && progress !== undefined && progress.steps.of > 0
  const sentence = isMoving ? progressSentence(progress) : conditionSentence(remote)
  return viewOf(words.states.remote[state], REMOTE_LOOKS[state], sentence)
}

/** The daemon's own sentence tells the time by the clock of its computer. */
function conditionSentence({ state, sentence, fault, nextTryAt }: RemoteStatus): string {
  if (state !== 'waiting' || fault === undefined || nextTryAt === undefined) return sentence
  return words.sentences.nextTry(fault.message, soon(nextTryAt, Date.now()))
}

/** How far a device is with a folder. Of what it has told nothing of, nothing is known to be there. */
export function completionWords({ lacks, share }: Pick<DeviceCompletion, 'lacks' | 'share'>): string {
  if (lacks > 0) return `${percent(share)}, ${words.overview.lacks(lacks)}`
  return share < 1 ? words.overview.unknown : words.overview.complete
}

/** So slow is what says no more than that both are there. */
const IDLE_BYTES_PER_SECOND = 1000

export function trafficWords(up: number, down: number): string {
  const told = [
    ...(up < IDLE_BYTES_PER_SECOND ? [] : [`↑ ${rate(up)}`]),
    ...(down < IDLE_BYTES_PER_SECOND ? [] : [`↓ ${rate(down)}`]),
  ]
  return told.join(' ')
}

const CLOSED = new Set<FolderStatus['state']>(['starting', 'paused', 'unavailable', 'stopped'])

/** It cannot be looked into: of what is in it nothing is known now. */
export function isClosed({ state }: Pick<FolderStatus, 'state'>): boolean {
  return CLOSED.has(state)
}

const DEVICE_LOOKS: Readonly<Record<DeviceStatus['state'], Look>> = {
  connected: { tone: 'good', icon: 'check' },
  disconnected: { tone: 'quiet', icon: 'clock' },
  paused: { tone: 'quiet', icon: 'pause' },
}

export function deviceView(device: DeviceStatus): StateView {
  const { state, way, fault } = device
  const sentence = state === 'connected' && way !== undefined ? words.overview.ways[way] : (fault ?? '')
  return viewOf(words.states.device[state], DEVICE_LOOKS[state], sentence)
}

/** How much of a run is done, from 0 to 1; undefined while that is not known. */
export function shareOf({ steps, bytes: sizes }: Progress): number | undefined {
  if (sizes.of > 0) return sizes.done / sizes.of
  return steps.of > 0 ? steps.done / steps.of : undefined
}

/** "Syncing 1,204 of 20,000, 38 MB/s, 2 min left". */
export function progressSentence({ steps, bytes: sizes, ...rates }: Progress): string {
  const speed = rates.uploadBytesPerSecond + rates.downloadBytesPerSecond
  const left = speed > 0 && sizes.of > sizes.done ? (sizes.of - sizes.done) / speed : undefined
  return [
    words.sentences.syncing(number(steps.done), number(steps.of)),
    ...(speed > 0 ? [rate(speed)] : sizes.of > 0 ? [bytes(sizes.of)] : []),
    ...(left === undefined ? [] : [words.sentences.left(duration(left))]),
  ].join(', ')
}

function scanSentence({ scan }: FolderStatus): string | undefined {
  return scan === undefined ? undefined : words.sentences.looking(number(scan.filesSeen))
}

function viewOf(word: string, look: Look, sentence: string): StateView {
  return { word, ...look, turning: look.icon === 'sync', sentence }
}
