// Puts a folder and its remote together, as every command needs them that looks at both.
import type { Meter } from '../replica/metered.ts'
import type { ExplainedRules } from '../scan/ignore.ts'
import type { Report } from '../sync/events.ts'
import { Hindsight } from '../sync/hindsight.ts'
import type { Approval, PairOptions } from '../sync/options.ts'
import { Pair } from '../sync/pair.ts'
import type { PairParts } from '../sync/pair-parts.ts'
import type { Login } from './login.ts'
import { type FolderFiles, realFolder } from './open-folder.ts'
import { type LocalRequest, type OpenedLocal, openLocal } from './open-local.ts'
import { openRemote } from './open-remote.ts'
import { type OpenedRemote, withMeter } from './opened-remote.ts'
import { rememberRemote } from './remembered-remote.ts'
import type { RemoteAddress } from './remote-address.ts'

export interface PairRequest extends LocalRequest {
  readonly remote: RemoteAddress
  readonly login: Login | undefined
  readonly trustCert: string | undefined
  readonly approved: ReadonlySet<Approval>
  readonly report: Report
  /** Says how fast bytes may move; without it, as fast as they can. */
  readonly meter?: Meter
}

export interface OpenedPair {
  readonly pair: Pair
  readonly ignore: ExplainedRules
  readonly files: FolderFiles
  readonly remote: OpenedRemote
  close(): Promise<void>
}

/** Opens both sides; closing closes them. Throws `SyncError`s of the scope that shows which side cannot be used. */
export async function openPair(request: PairRequest, signal: AbortSignal): Promise<OpenedPair> {
  if (request.remote.kind === 'directory') await checkBefore(request.folder, request.remote.path)
  const local = await openLocal(request)
  try {
    const { files, ignore } = local
    const { tree, index } = files
    const opened = await openRemote(request.remote, { ...request, root: tree.root, index }, signal)
    const remote = withMeter(opened, request.meter)
    try {
      if (request.access === 'write') rememberRemote(index, remote)
      const pair = joinPair(local, remote, request)
      return { pair, ignore, files, remote, close: () => closeBoth(remote, local) }
    } catch (error) {
      await remote.close()
      throw error
    }
  } catch (error) {
    await local.close()
    throw error
  }
}

/** Before anything is made in a folder that cannot be synced with this. */
async function checkBefore(folder: string, remote: string): Promise<void> {
  const { checkApart, realPlace } = await import('./open-directory.ts')
  checkApart(realFolder(folder), realPlace(remote))
}

export interface JoinRequest extends Pick<PairRequest, 'world' | 'report' | 'approved'> {
  readonly limits?: PairOptions['limits']
  /** Disk → index, where it is shared with others; else the folder's own. */
  readonly scan?: PairParts['scan']
  /** Where the folder is in a mesh as well, what is here may come that way too. */
  readonly isInMesh?: boolean
}

/** The pair of a folder and one of its remotes, both open. */
export function joinPair({ folder, ignore }: OpenedLocal, { replica }: OpenedRemote, request: JoinRequest): Pair {
  const { world, report, approved, limits, scan, isInMesh = false } = request
  const { index } = folder
  const { clock } = world
  const records = index.pair(replica.id)
  return new Pair({
    home: folder.home,
    remote: replica,
    ...{ index, ignore, world, report },
    revisions: folder.revisions,
    scan: scan ?? ((places, until, namesIn) => folder.scan(places, until, namesIn)),
    ...(isInMesh ? { hindsight: new Hindsight({ index, records, clock, isBridge: true }) } : {}),
    options: { approved, ...(limits === undefined ? {} : { limits }) },
  })
}

async function closeBoth(remote: OpenedRemote, local: OpenedLocal): Promise<void> {
  try {
    await remote.close()
  } finally {
    await local.close()
  }
}
