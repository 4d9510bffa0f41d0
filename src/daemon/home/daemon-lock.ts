// One daemon for each home, and what others have to know of it.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockFolder } from '../../index/lock.ts'
import { SyncError } from '../../model/errors.ts'
import type { HomeDirectory } from './home-directory.ts'

/** What a daemon was told when it was started, in place of what its settings say: the next one is told the same. */
export interface GivenAtStart {
  readonly listen?: { readonly host: string; readonly port: number }
  /** Addresses of the form `tcp://:22000`. */
  readonly bepListen?: readonly string[]
}

/** Told to the command line of the same user. */
export interface RunningDaemon {
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly version: string
  /** Addresses of the form `http://127.0.0.1:8440`; empty until it listens. */
  readonly urls: readonly string[]
  readonly given: GivenAtStart
}

export interface DaemonLock extends Disposable {
  tell(running: RunningDaemon): void
}

type State = Pick<HomeDirectory, 'state'>

const lockFile = ({ state }: State) => join(state, 'daemon.lock')
const toldFile = ({ state }: State) => join(state, 'daemon.json')

/** Throws `folder-locked` when another daemon has this home. The system gives the lock up when the process ends, however it ends. */
export function lockHome(home: State): DaemonLock {
  const lock = takeLock(home)
  return {
    tell: running => {
      const file = toldFile(home)
      // Whole or not at all: others read it at any time.
      writeFileSync(`${file}.new`, `${JSON.stringify(running)}\n`, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
    [Symbol.dispose]: () => {
      rmSync(toldFile(home), { force: true })
      lock[Symbol.dispose]()
    },
  }
}

/** The daemon that has this home now; undefined when there is none, also when one has died and left its file behind. */
export function findDaemon(home: State): RunningDaemon | undefined {
  const told = readTold(home)
  if (told === undefined) return undefined
  try {
    lockFolder(lockFile(home))[Symbol.dispose]()
    return undefined
  } catch (error) {
    if (error instanceof SyncError && error.code === 'folder-locked') return told
    throw error
  }
}

function takeLock(home: State): Disposable {
  try {
    return lockFolder(lockFile(home))
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'folder-locked') throw error
    const other = readTold(home)
    const which = other === undefined ? '' : ` (process ${other.pid})`
    throw new SyncError(
      'folder-locked',
      `A daemon is at work already with the home ${home.state}${which}. Stop it by \`syncline stop\`, or name another home by --home.`,
      { cause: error },
    )
  }
}

function readTold(home: State): RunningDaemon | undefined {
  try {
    const told = JSON.parse(readFileSync(toldFile(home), 'utf8')) as Partial<RunningDaemon>
    if (typeof told.pid !== 'number' || !Array.isArray(told.urls)) return undefined
    const { pid, startedAt = 0, version = '', urls, given = {} } = told
    return { pid, startedAt, version, urls, given }
  } catch {
    // Not there, or half of it from another time: there is nobody to be told of.
    return undefined
  }
}
