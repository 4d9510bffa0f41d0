// `syncline doctor FOLDER`: checks index, marker and disk against each other, and repairs what it safely can.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { forgetRemote } from '../assemble/forget-remote.ts'
import { type FolderFiles, INDEX_FILE, LOCK_FILE, openFolderFiles, realFolder } from '../assemble/open-folder.ts'
import { rememberedRemotes } from '../assemble/remembered-remote.ts'
import { parseRemote } from '../assemble/remote-address.ts'
import { lockFolder } from '../index/lock.ts'
import { setAsideIndex } from '../index/set-aside.ts'
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { isDamage } from '../platform/node/sqlite.ts'
import { loadIgnore } from '../scan/load-ignore.ts'
import { scan } from '../scan/scan.ts'
import {
  type Examined,
  examineConflicts,
  examineFailures,
  examineMarker,
  examineStaging,
  type Finding,
  findingsOfScan,
} from '../sync/examine.ts'
import { shown } from '../words/show.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { listenForStop } from './stop-signals.ts'

export interface DoctorOptions {
  readonly home?: string
  readonly dryRun?: boolean
  readonly checksum?: boolean
  readonly json?: boolean
  /** A remote that is to be met anew. */
  readonly forget?: string
}

/** Returns 1 when something is left for a person to do; in a dry run, also when something would be repaired. */
export async function doctorCommand(folder: string, options: DoctorOptions, { out }: Streams): Promise<number> {
  const root = realFolder(folder)
  if (statSync(join(root, OWN_DIRECTORY), { throwIfNoEntry: false }) === undefined)
    throw new SyncError('folder-unusable', `'${folder}' was never synced: there is nothing to check.`)
  using stop = listenForStop()
  const tell = (finding: Finding) => void out.write(`${options.json ? jsonOf(finding) : wordsOf(finding, options)}\n`)
  const states = new Set<Finding['state']>()
  try {
    for await (const finding of examine(folder, root, options, stop.signal)) {
      states.add(finding.state)
      tell(finding)
    }
  } catch (error) {
    throw await whoHasIt(error, folder, options)
  }
  const isLeft = states.has('open') || (options.dryRun === true && states.has('fixed'))
  if (!options.json) out.write(`${endOf(states, options)}\n`)
  return isLeft ? EXIT.unsynced : EXIT.equal
}

/** `error`, or, where the folder is in use by the daemon, how the daemon lets go of it. */
async function whoHasIt(error: unknown, folder: string, { home }: DoctorOptions): Promise<unknown> {
  if (!(error instanceof SyncError) || error.code !== 'folder-locked') return error
  const { daemonOf } = await import('./ask-daemon.ts')
  const held = await daemonOf(folder, home === undefined ? {} : { home })
  if (held === undefined || held.folder.isPaused) return error
  const { id } = held.folder
  return new SyncError(
    'folder-locked',
    `The daemon is at work in this folder. Pause it there first: syncline folder pause ${id}. Afterwards: syncline folder resume ${id}.`,
    { cause: error },
  )
}

function endOf(states: ReadonlySet<Finding['state']>, { dryRun }: DoctorOptions): string {
  if (dryRun && states.has('fixed')) return 'Nothing was changed. Without --dry-run it is repaired.'
  return states.has('open') ? 'Something is left to do.' : 'The folder is sound.'
}

async function* examine(
  folder: string,
  root: string,
  options: DoctorOptions,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const mode = options.dryRun ? 'look' : 'repair'
  const { files, damage } = await openSound(folder, root, mode)
  yield* damage
  // A damaged index that is only looked at tells nothing more.
  if (files === undefined) return
  try {
    const world = nodeWorld({ log: () => {} })
    if (options.forget !== undefined) yield forget(options.forget, files)
    const examined: Examined = { tree: files.tree, index: files.index, world, mode }
    yield* await examineOwnDirectory(examined)
    yield* await examineMarker(examined)
    yield* await examineStaging(examined)
    yield* await examineConflicts(examined)
    const ignore = await loadIgnore(files.tree, { caseFold: false })
    const rows = files.index.count()
    const trust = options.checksum ? 'content' : 'metadata'
    const report = await scan({ tree: files.tree, index: files.index, ignore, world, trust }, signal)
    yield* findingsOfScan(report, rows)
    yield* examineFailures(examined)
  } finally {
    await files.close()
  }
}

/** Throws `usage` when there is nothing to forget. */
function forget(remote: string, { index }: FolderFiles): Finding {
  const isKnown = forgetRemote(index, parseRemote(remote))
  if (!isKnown) {
    const known = rememberedRemotes(index).flatMap(({ address }) => address ?? [])
    const others = known.length === 0 ? '' : ` Those that are known: ${known.join(', ')}`
    throw new SyncError('usage', `This folder was never synced with '${remote}'.${others}`)
  }
  return {
    what: `What was agreed with '${remote}' is forgotten.`,
    state: 'fixed',
    advice: 'The next run with it merges both sides and deletes nothing.',
  }
}

/** The folder with an index that is sound: the one it had, or a new one when that is damaged. */
async function openSound(
  folder: string,
  root: string,
  mode: Examined['mode'],
): Promise<{ readonly files: FolderFiles | undefined; readonly damage: readonly Finding[] }> {
  const faults = await faultsOfIndex(folder, mode)
  if (typeof faults !== 'string' && faults.length === 0)
    return { files: await openFolderFiles(folder, accessOf(mode)), damage: [] }
  const found = (typeof faults === 'string' ? [] : faults).map((what): Finding => ({ what, state: 'fixed' }))
  if (mode === 'look') return { files: undefined, damage: [...found, WOULD_REBUILD] }
  const aside = setAside(root)
  const advice = `It was set aside as ${aside ?? 'nothing'} and is built anew; the next run merges both sides and deletes nothing.`
  const files = await openFolderFiles(folder, 'write')
  return { files, damage: [...found, { what: 'The index is damaged.', state: 'fixed', advice }] }
}

/** Under the lock: nobody may be using it. */
function setAside(root: string): string | undefined {
  using _lock = lockFolder(join(root, LOCK_FILE))
  return setAsideIndex(join(root, INDEX_FILE), new Date())
}

const WOULD_REBUILD: Finding = {
  what: 'The index is damaged.',
  state: 'fixed',
  advice: 'It is set aside and built anew; the next run merges both sides and deletes nothing.',
}

/** What is wrong with the index; a text when it cannot even be opened. */
async function faultsOfIndex(folder: string, mode: Examined['mode']): Promise<readonly string[] | string> {
  try {
    const files = await openFolderFiles(folder, accessOf(mode))
    try {
      return files.index.check()
    } finally {
      await files.close()
    }
  } catch (error) {
    if (isDamage(error)) return error.message
    throw error
  }
}

function accessOf(mode: Examined['mode']): 'write' | 'look' {
  return mode === 'repair' ? 'write' : 'look'
}

/** It holds what was deleted and the names of everything: for this user alone. */
async function examineOwnDirectory({ tree, mode }: Examined): Promise<readonly Finding[]> {
  const stat = await tree.stat(OWN_DIRECTORY)
  if (stat === undefined || (stat.mode & 0o077) === 0) return []
  if (mode === 'repair') await tree.setMode(OWN_DIRECTORY, 0o700)
  return [{ what: `${OWN_DIRECTORY} can be read by other users.`, state: 'fixed', advice: 'It is closed to them.' }]
}

const SIGNS = { fixed: 'repaired', open: 'look', fine: 'ok' } as const

function wordsOf({ what, state, advice }: Finding, { dryRun }: DoctorOptions): string {
  const sign = state === 'fixed' && dryRun ? 'would repair' : SIGNS[state]
  return `${sign}: ${shown(what)}${advice === undefined ? '' : ` ${shown(advice)}`}`
}

function jsonOf({ what, state, advice }: Finding): string {
  return JSON.stringify({ type: 'finding', state, what, ...(advice === undefined ? {} : { advice }) })
}
