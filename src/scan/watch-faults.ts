// Why watching is not possible, and what the user can do about it.
import { readFileSync } from 'node:fs'
import { SyncError } from '../model/errors.ts'
import { codeOf } from '../platform/tree.ts'

/** What the system has to be told so that all of a folder can be watched. */
export interface Lack {
  /** As `fs.inotify.max_user_watches`. */
  readonly setting: string
  readonly wanted: number
}

/** `directories` is how many this folder has to have watched. */
export function lackOf(cause: unknown, directories: number): Lack {
  const instances = codeOf(cause) !== 'ENOSPC'
  const setting = `fs.inotify.${instances ? 'max_user_instances' : 'max_user_watches'}`
  const wanted = instances ? doubled(currentLimit(setting) ?? 128) : enough(currentLimit(setting) ?? 0, directories)
  return { setting, wanted }
}

export function watchesUsedUp({ setting, wanted }: Lack, directories: number, cause: unknown): SyncError {
  return new SyncError(
    'unsupported',
    `The system lets no more directories be watched, and this folder has ${directories}. Changes are found by looking now and then. To have them noticed at once, run: sudo sysctl ${setting}=${wanted}`,
    { cause, scope: 'folder', retry: 'later' },
  )
}

/** What is said when a fault is over. */
export const WATCHED_AGAIN = 'Everything is watched again: changes are noticed at once.'

export function rootGone(root: string): SyncError {
  return new SyncError('folder-unusable', `${root} is no longer there, so changes in it cannot be noticed.`)
}

function currentLimit(setting: string): number | undefined {
  try {
    const limit = Number(readFileSync(`/proc/sys/${setting.replaceAll('.', '/')}`, 'utf8'))
    return Number.isSafeInteger(limit) ? limit : undefined
  } catch (error) {
    // Not a system that tells: the advice is then made without it.
    if (codeOf(error) === undefined) throw error
    return undefined
  }
}

function doubled(limit: number): number {
  return limit * 2
}

/** Other programs use what there is now, so the whole folder comes on top, up to the next power of two. */
function enough(limit: number, directories: number): number {
  return 2 ** Math.ceil(Math.log2(limit + directories + 1))
}
