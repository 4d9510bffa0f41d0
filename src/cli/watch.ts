// `syncline sync --watch`: hints from the disks, looks at the server, until somebody stops it.
import { join } from 'node:path'
import { type OpenedPair, openPair, type PairRequest } from '../assemble/open-pair.ts'
import { rulesState } from '../assemble/rules-state.ts'
import type { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Clock } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import type { ExplainedRules } from '../scan/ignore.ts'
import { DEVICE_RULES, SHARED_RULES, SYNCTHING_RULES } from '../scan/load-ignore.ts'
import { watchTree } from '../scan/watch.ts'
import type { Summary } from '../sync/summary.ts'
import { type Watch, type WatchParts, watchPair } from '../sync/watch.ts'
import type { Output } from './output.ts'

export interface WatchOptions {
  readonly pollSeconds: number | undefined
}

/** One request on an idle pair, where the server's directory stamps are recursive. */
const CHEAP_POLL_MS = 30_000
const WALK_POLL_MS = 5 * 60_000
/** A walk takes at most a twentieth of the time. */
const WALK_SHARE = 20

/** Returns when the signal aborts. Rules that change are read anew, which takes opening everything again. */
export async function watchCommand(
  request: PairRequest,
  options: WatchOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  // What a person said yes to is what was to be seen then, not whatever may come later.
  const approved = new Set(request.approved)
  const onRun = () => approved.clear()
  while (!signal.aborted) {
    const opened = await openPair({ ...request, approved }, signal)
    try {
      await watchOpened({ opened, output, onRun, clock: request.world.clock, ...options }, signal)
    } finally {
      await opened.close()
    }
  }
}

interface Opened extends WatchOptions {
  readonly opened: OpenedPair
  readonly clock: Clock
  readonly output: Output
  readonly onRun: () => void
}

/** Returns when the signal aborts, or when the ignore rules are no longer those that were read. */
async function watchOpened({ opened, clock, output, onRun, pollSeconds }: Opened, signal: AbortSignal): Promise<void> {
  const { pair, ignore, files, remote } = opened
  const rules = [SHARED_RULES, DEVICE_RULES, SYNCTHING_RULES].map(name => join(files.root, name))
  const before = rulesState(rules)
  const changed = new AbortController()
  const tell = teller(output)
  const watch = watchPair({
    run: (stop, within) => pair.run(stop, within),
    clock,
    ...pollOf(remote.replica, pollSeconds),
    onRun: (summary, tookMs) => {
      onRun()
      tell(summary, tookMs)
      if (rulesState(rules) !== before) changed.abort()
    },
    onAway: error => output.notice(`${error.message} Waiting until that works again.`),
    onBack: () => output.notice('It works again.'),
  })
  const skips = skipsOf(ignore)
  using _here = await hintsFrom('here', files.root, skips, watch, output)
  using _there =
    remote.directory === undefined ? undefined : await hintsFrom('there', remote.directory, skips, watch, output)
  await watch.stay(AbortSignal.any([signal, changed.signal]))
}

function pollOf({ can }: Replica, seconds: number | undefined): Pick<WatchParts, 'pollMs' | 'pollShare'> {
  const isCheap = can.directoryStamps === 'recursive'
  const usualMs = isCheap ? CHEAP_POLL_MS : WALK_POLL_MS
  return { pollMs: seconds === undefined ? usualMs : seconds * 1000, pollShare: isCheap ? 1 : WALK_SHARE }
}

/** What is left alone whether it is a file or a directory. */
function skipsOf(ignore: ExplainedRules): (path: Path) => boolean {
  return path =>
    ignore.verdict(path, 'other') !== 'kept' &&
    ignore.verdict(path, 'directory') !== 'kept' &&
    !ignore.mayHoldKept(path)
}

function hintsFrom(
  side: 'here' | 'there',
  root: string,
  skips: (path: Path) => boolean,
  watch: Watch,
  output: Output,
): Promise<Disposable> {
  return watchTree({
    root,
    skips,
    onHint: (place, reach) => watch.hint(side, place, reach),
    onFault: (error: SyncError) => output.notice(error.message),
  })
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
