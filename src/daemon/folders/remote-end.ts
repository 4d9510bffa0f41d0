// The other side of a folder as its loop sees it: opened when it is wanted, closed after every failure.
import { lookup } from 'node:dns/promises'
import type { Differing } from '../../api/shapes/paths.ts'
import type { RemoteStatus } from '../../api/shapes/status.ts'
import type { Login } from '../../assemble/login.ts'
import type { OpenedLocal } from '../../assemble/open-local.ts'
import { type JoinRequest, joinPair } from '../../assemble/open-pair.ts'
import { openRemote } from '../../assemble/open-remote.ts'
import { type OpenedRemote, withMeter } from '../../assemble/opened-remote.ts'
import { rememberRemote } from '../../assemble/remembered-remote.ts'
import { parseRemote } from '../../assemble/remote-address.ts'
import { stayingAt } from '../../assemble/same-place.ts'
import { skipsOf } from '../../assemble/skips.ts'
import { isLocal } from '../../bep/address.ts'
import type { SyncError } from '../../model/errors.ts'
import type { Path, Place } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Meter } from '../../replica/metered.ts'
import type { Replica } from '../../replica/replica.ts'
import type { HintReach } from '../../scan/hints.ts'
import { watchTree } from '../../scan/watch.ts'
import type { Pair } from '../../sync/pair.ts'
import type { FolderConfig, RemoteConfig } from '../config/config.ts'
import type { RemoteDetails } from './remote-condition.ts'

export interface RemoteEnd {
  /** Unique in its folder. */
  readonly id: string
  readonly label: string
  /** How people name it. */
  readonly address: string
  readonly user: string | undefined
  readonly isPaused: boolean
  readonly pollMs: number | 'auto'
  /** Everything it was made from: where that is the same, so is the end. */
  readonly settings: unknown
  /** How long it is waited for at most before it is tried again. */
  readonly longestWaitMs: number | undefined
  open(parts: EndParts, signal: AbortSignal): Promise<OpenedEnd>
  /** In its own words. */
  dressed?(details: RemoteDetails): RemoteDetails
  facts?(): Pick<RemoteStatus, 'devices' | 'differs' | 'keptBack'>
  /** What the others have at a path, where that is not what is here and still nothing is to be done here. */
  otherwiseAt?(path: Path): Otherwise | undefined
  /** Who made what is at a path, where the other side is several: for people. */
  authorOf?(path: Path): string | undefined
  /** Where changes travel one way only: at most `limit` paths after `after` that differ, in their order. Only while it is open. */
  differing?(after: Path | '', limit: number): readonly Differing[]
  /** Where changes travel one way only: who is right from now on. Returns how many paths it is about. Only while it is open. */
  settle?(what: 'override' | 'revert'): number
}

export interface Otherwise {
  readonly there: string
  /** Why it stays so, where it is not only a matter of time. */
  readonly because?: string
}

export interface EndParts extends Pick<JoinRequest, 'report' | 'approved' | 'scan'> {
  /** Something may have changed on the other side. */
  readonly onHint: (place: Place, reach: HintReach) => void
  /** There will be no more hints. */
  readonly onFault: (error: SyncError) => void
  /** Its directory is not watched, or not all of it: hints come from time to time, until `onWatched`. */
  readonly onUnwatched: (error: SyncError) => void
  readonly onWatched: () => void
  /** Counts what moves, and says how fast that may be. */
  readonly meter: Meter
}

export interface OpenedEnd {
  readonly pair: Pair
  readonly replica: Replica
  /** `directory`, `webdav` … */
  readonly kind: string
  /** Whether hints come. */
  readonly isWatched: boolean
  /** Whether `EndParts.meter` sees its bytes; then where they go: to this machine's disks, the local network, or beyond. */
  readonly metered?: 'disk' | 'local-network' | 'beyond'
  /** Throws when it is not any more what was opened. */
  check(): void
  close(): Promise<void>
}

export interface ConfiguredEndParts {
  readonly folder: FolderConfig
  readonly config: RemoteConfig
  readonly local: OpenedLocal
  readonly world: World
  /** The real one where absent. */
  readonly watch?: typeof watchTree | undefined
  /** Asked each time the remote is opened: it may have been changed. */
  readonly login: () => Login | undefined
}

/** A directory that comes back is noticed by looking. */
const LONGEST_WAIT_FOR_DISK_MS = 15_000
/** What changes in a remote's directory is mostly the work of another such program, which puts files there whole. */
const MOST_QUIET_MS = 30

/** One of the remotes of the configuration. */
export function configuredEnd(parts: ConfiguredEndParts): RemoteEnd {
  const { id, label, url, user, isPaused, pollMs } = parts.config
  // What it may do can change while it is at work.
  const { limits: _, schedule: __, ...settings } = parts.config
  return {
    ...{ id, label, address: url, user, isPaused, pollMs },
    // Whether there is a mesh decides how it is looked at.
    settings: { ...settings, isInMesh: parts.folder.devices.length > 0 },
    longestWaitMs: isDirectory(parts.config) ? LONGEST_WAIT_FOR_DISK_MS : undefined,
    open: (end, signal) => openConfigured(parts, end, signal),
  }
}

async function openConfigured(parts: ConfiguredEndParts, end: EndParts, signal: AbortSignal): Promise<OpenedEnd> {
  const { local, world, config, folder } = parts
  const { index, tree } = local.files
  const address = parseRemote(config.url)
  const opened = await openRemote(
    address,
    {
      root: tree.root,
      index,
      world,
      access: 'write',
      trash: folder.trash.keep === 'off' ? 'none' : 'keep',
      login: parts.login(),
      trustCert: config.trustCert,
    },
    signal,
  )
  const remote = withMeter(opened, end.meter)
  try {
    rememberRemote(index, remote)
    const { report, approved, scan } = end
    const limits = folder.brake
    const common = { world, report, approved, limits, isInMesh: folder.devices.length > 0 }
    const pair = joinPair(local, remote, { ...common, ...(scan === undefined ? {} : { scan }) })
    const { replica, directory } = remote
    const check = directory === undefined ? () => {} : stayingAt(directory)
    const watching = await watchThere(parts, remote, end)
    return {
      pair,
      replica,
      kind: directory === undefined ? (replica.id.split(':', 1)[0] ?? 'unknown') : 'directory',
      isWatched: watching !== undefined,
      metered: address.kind === 'directory' ? 'disk' : await distanceOf(address.url.hostname),
      check,
      close: async () => {
        watching?.[Symbol.dispose]()
        await remote.close()
      },
    }
  } catch (error) {
    await remote.close()
    throw error
  }
}

/** As its name is found now. One that is not found is beyond: its remote is away anyway. */
async function distanceOf(host: string): Promise<'local-network' | 'beyond'> {
  try {
    const { address } = await lookup(host.replace(/^\[|\]$/g, ''))
    return isLocal(address) ? 'local-network' : 'beyond'
  } catch {
    return 'beyond'
  }
}

/** Hints from the other side, where it gives any. */
async function watchThere(
  { folder, local, watch = watchTree }: ConfiguredEndParts,
  { replica, directory }: OpenedRemote,
  { onHint, onFault, onUnwatched, onWatched }: EndParts,
): Promise<Disposable | undefined> {
  if (directory === undefined) return replica.watch?.(place => onHint(place, 'below'), onFault)
  if (folder.watch === 'off') return undefined
  return watch({
    root: directory,
    skips: skipsOf(local.ignore),
    limits: { quietMs: Math.min(MOST_QUIET_MS, folder.watchDelayMs) },
    onHint,
    onFault: error => (error.code === 'folder-unusable' ? onFault(error) : onUnwatched(error)),
    onMended: onWatched,
  })
}

function isDirectory({ url }: RemoteConfig): boolean {
  try {
    return parseRemote(url).kind === 'directory'
  } catch {
    // Told when it is opened.
    return false
  }
}
