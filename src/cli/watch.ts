// `syncline sync --watch`: hints from the disks, looks at the server, until somebody stops it.

import { realFolder } from '../assemble/open-folder.ts'
import { type OpenedLocal, openLocal } from '../assemble/open-local.ts'
import { joinPair, type PairRequest } from '../assemble/open-pair.ts'
import { openRemote } from '../assemble/open-remote.ts'
import { type OpenedRemote, withMeter } from '../assemble/opened-remote.ts'
import { pollingOf } from '../assemble/polling.ts'
import { rememberRemote } from '../assemble/remembered-remote.ts'
import { type RulesWatch, rulesWatch } from '../assemble/rules-state.ts'
import { stayingAt } from '../assemble/same-place.ts'
import { skipsOf } from '../assemble/skips.ts'
import { watchTree } from '../scan/watch.ts'
import { WATCHED_AGAIN } from '../scan/watch-faults.ts'
import type { SyncEvent } from '../sync/events.ts'
import { Hub } from '../sync/hub.ts'
import { noteRun, type RunTold } from '../sync/hub-pair.ts'
import type { Summary } from '../sync/summary.ts'
import type { Output } from './output.ts'

export interface WatchOptions {
  readonly pollSeconds: number | undefined
}

const RESCAN_MS = 60 * 60_000
/** While a server is asked or tells whether anything changed, looks at everything are for what that missed. */
const HINTED_LOOK_MS = 5 * 60_000

/** Returns when the signal aborts. Rules that change are read anew, which takes opening everything again. */
export async function watchCommand(
  request: PairRequest,
  options: WatchOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  // What a person said yes to is what was to be seen then, not whatever may come later.
  const approved = new Set(request.approved)
  while (!signal.aborted) {
    // Before they are read: what is written meanwhile shows as a change.
    const rules = rulesWatch(realFolder(request.folder), request.ignoreFrom)
    const local = await openLocal(request)
    try {
      const { tree, index } = local.files
      const opened = await openRemote(request.remote, { ...request, root: tree.root, index }, signal)
      const remote = withMeter(opened, request.meter)
      try {
        rememberRemote(index, remote)
        await watchOpened({ local, remote, rules, output, approved, request, ...options }, signal)
      } finally {
        await remote.close()
      }
    } finally {
      await local.close()
    }
  }
}

interface Opened extends WatchOptions {
  readonly rules: RulesWatch
  readonly local: OpenedLocal
  readonly remote: OpenedRemote
  readonly request: PairRequest
  readonly approved: Set<'deletes' | 'overwrites'>
  readonly output: Output
}

/** Returns when the signal aborts, or when the ignore rules are no longer those that were read. */
async function watchOpened(opened: Opened, signal: AbortSignal): Promise<void> {
  const { rules, local, remote, request, approved, output, pollSeconds } = opened
  const { clock, random } = request.world
  const changed = new AbortController()
  const checkRules = () => {
    if (rules.isChanged()) changed.abort()
  }
  const hub = new Hub({
    clock,
    random,
    sequence: () => local.folder.index.sequence,
    scan: (places, stop, namesIn) => local.folder.scan(places, stop, namesIn),
    rescanMs: RESCAN_MS,
    onScanned: checkRules,
  })
  let told: RunTold | undefined
  const report = (event: SyncEvent) => {
    if (told !== undefined) noteRun(event, told)
    request.report(event)
  }
  const pair = joinPair(local, remote, { ...request, approved, report, scan: hub.scan })
  pair.tryAgain()
  const checks = [local.files.root, remote.directory ?? []].flat().map(stayingAt)
  let hearsThere = false
  const hintedMs = () => (hearsThere && remote.directory === undefined ? HINTED_LOOK_MS : undefined)
  const tell = teller(output)
  const away = awayTeller(output)
  const watched = hub.add({
    run: async (stop, within, from) => {
      told = from
      for (const check of checks) check()
      return pair.run(stop, within)
    },
    polling: () => pollingOf(remote.replica, pollSeconds === undefined ? hintedMs() : pollSeconds * 1000),
    onRun: (summary, tookMs) => {
      approved.clear()
      away.back()
      tell(summary, tookMs)
      checkRules()
    },
    onAway: error => away.tell(error.message),
    onLasting: () => 'end',
  })
  const skips = skipsOf(local.ignore)
  const onFault = (error: Error) => output.notice(error.message)
  using _here = await watchTree({
    root: local.files.root,
    skips,
    onHint: (place, reach) => hub.hint(place, reach),
    onFault,
    onMended: () => output.notice(WATCHED_AGAIN),
  })
  hearsThere = remote.directory !== undefined || remote.replica.watch !== undefined
  using _there = await watchThere(remote, skips, {
    onHint: (place, reach) => watched.hint(place, reach),
    onFault: error => {
      hearsThere = false
      onFault(error)
    },
    onMended: () => {
      hearsThere = true
      output.notice(WATCHED_AGAIN)
    },
  })
  await hub.stay(AbortSignal.any([signal, changed.signal]))
}

/** Hints of the other side, where it gives any. */
async function watchThere(
  { replica, directory }: OpenedRemote,
  skips: ReturnType<typeof skipsOf>,
  { onHint, onFault, onMended }: Pick<Required<Parameters<typeof watchTree>[0]>, 'onHint' | 'onFault' | 'onMended'>,
): Promise<Disposable | undefined> {
  if (directory === undefined) return replica.watch?.(place => onHint(place, 'below'), onFault)
  return watchTree({ root: directory, skips, onHint, onFault, onMended })
}

/** Tells once that the other side is away, and once that it is back. */
function awayTeller(output: Output) {
  let isAway = false
  return {
    tell: (message: string) => {
      if (!isAway) output.notice(`${message} Waiting until that works again.`)
      isAway = true
    },
    back: () => {
      if (isAway) output.notice('It works again.')
      isAway = false
    },
  }
}

/** Tells of runs that did something, or left something else undone than the one before. */
function teller(output: Output): (summary: Summary, tookMs: number) => void {
  let toldOf: string | undefined
  return (summary, tookMs) => {
    const open = JSON.stringify([summary.brake, summary.unsynced.map(({ path, because }) => [path, because])])
    const didNothing = Object.values(summary.counts).every(count => count === 0)
    if (didNothing && open === toldOf) return
    toldOf = open
    output.finish(summary, tookMs)
  }
}
