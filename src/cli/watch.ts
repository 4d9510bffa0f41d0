// `syncline sync --watch`: hints from the disks, looks at the server, until somebody stops it.
import { join } from 'node:path'
import type { SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import { DEVICE_RULES, SHARED_RULES, SYNCTHING_RULES } from '../scan/load-ignore.ts'
import { watchTree } from '../scan/watch.ts'
import type { Summary } from '../sync/summary.ts'
import { type Watch, watchPair } from '../sync/watch.ts'
import { type OpenedPair, openPair, type PairRequest } from './open-pair.ts'
import type { Output } from './output.ts'
import { rulesState } from './rules-state.ts'

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
  while (!signal.aborted) {
    const opened = await openPair(request, signal)
    try {
      await watchOpened(opened, request, options, output, signal)
    } finally {
      await opened.close()
    }
  }
}

/** Returns when the signal aborts, or when the ignore rules are no longer those that were read. */
async function watchOpened(
  opened: OpenedPair,
  request: PairRequest,
  options: WatchOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { pair, ignore, files, remote } = opened
  const rules = [SHARED_RULES, DEVICE_RULES, SYNCTHING_RULES].map(name => join(files.root, name))
  const before = rulesState(rules)
  const changed = new AbortController()
  const until = AbortSignal.any([signal, changed.signal])
  const tell = teller(output)
  const isCheap = remote.replica.can.directoryStamps === 'recursive'
  const watch = watchPair({
    run: (stop, within) => pair.run(stop, within),
    clock: request.world.clock,
    pollMs: options.pollSeconds === undefined ? (isCheap ? CHEAP_POLL_MS : WALK_POLL_MS) : options.pollSeconds * 1000,
    pollShare: isCheap ? 1 : WALK_SHARE,
    onRun: (summary, tookMs) => {
      tell(summary, tookMs)
      if (rulesState(rules) !== before) changed.abort()
    },
    onAway: error => output.notice(`${error.message} Waiting until that works again.`),
    onBack: () => output.notice('It works again.'),
  })
  const skips = (path: Parameters<typeof ignore.verdict>[0]) =>
    ignore.verdict(path, 'other') !== 'kept' &&
    ignore.verdict(path, 'directory') !== 'kept' &&
    !ignore.mayHoldKept(path)
  using _here = await hintsFrom('here', files.root, skips, watch, output)
  using _there =
    remote.directory === undefined ? undefined : await hintsFrom('there', remote.directory, skips, watch, output)
  await watch.stay(until)
}

function hintsFrom(
  side: 'here' | 'there',
  root: string,
  skips: (path: Exclude<Place, ''>) => boolean,
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
