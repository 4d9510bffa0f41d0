// `syncline sync` on a folder that a daemon has: the daemon is asked to do it, and what it came to is told.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceClient } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { RemoteStatus } from '../api/shapes/status.ts'
import type { RemoteAddress } from '../assemble/remote-address.ts'
import { counted, shown } from '../words/show.ts'
import { wordsOfUnsynced } from '../words/steps.ts'
import { daemonOf, remoteNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

interface Asked {
  readonly folder: string
  readonly remote: RemoteAddress
  readonly json?: boolean | undefined
  readonly home?: string | undefined
}

/** Undefined when no daemon has the folder: then something else has locked it. */
export async function syncByDaemon(
  { folder: text, remote: address, json, home }: Asked,
  { out }: Streams,
  signal: AbortSignal,
): Promise<number | undefined> {
  const held = await daemonOf(text, home === undefined ? {} : { home })
  if (held === undefined) return undefined
  const { client, folder } = held
  const remote = remoteNamed(folder, address.kind === 'directory' ? address.path : address.url.href)
  const askedAt = Date.now()
  await client.remotes.sync(folder.id, remote.id)
  const status = await endOf(client, { folder: folder.id, remote: remote.id, askedAt }, signal)
  const { items } = await client.paths.unsynced(folder.id, remote.id, { after: undefined, limit: 1000 })
  if (json) printObject(out, 'summary', { isEqual: status.state === 'in-sync', unsynced: items, ...status.lastRun })
  else {
    for (const item of items) out.write(`${wordsOfUnsynced({ ...item, path: item.path as never })}\n`)
    const open = items.length === 0 ? '' : ` ${counted(status.unsynced, 'path')} not in sync.`
    out.write(`The daemon has this folder, and was asked: ${shown(status.sentence)}${open}\n`)
  }
  return EXITS[status.state]
}

const EXITS: Readonly<Record<RemoteStatus['state'], number>> = {
  starting: EXIT.unsynced,
  syncing: EXIT.unsynced,
  paused: EXIT.unsynced,
  unsynced: EXIT.unsynced,
  'in-sync': EXIT.equal,
  waiting: EXIT.remote,
  stopped: EXIT.remote,
  braked: EXIT.brake,
}

interface Waiting {
  readonly folder: string
  readonly remote: string
  /** Milliseconds since 1970. What was at work before may have missed what the user means. */
  readonly askedAt: number
}

/** How it is once a run has ended that was asked for, or none can begin. A run that finds nothing to do tells no event: so it is looked at. */
async function endOf(
  client: ServiceClient,
  { folder, remote, askedAt }: Waiting,
  signal: AbortSignal,
): Promise<RemoteStatus> {
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 1.5, LONGEST_MS)) {
    await sleep(waitMs, undefined, { signal })
    const status = await statusOf(client, folder, remote)
    const { endedAt = 0, tookMs = 0 } = status.lastRun ?? {}
    if (endedAt - tookMs >= askedAt) return status
    if (STUCK.has(status.state) && Date.now() > askedAt + PATIENCE_MS) return status
  }
}

const FIRST_LOOK_MS = 20
const LONGEST_MS = 1000
/** No run ends while it is so; but it may only be so still, from before it was asked. */
const PATIENCE_MS = 2000
const STUCK: ReadonlySet<RemoteStatus['state']> = new Set(['waiting', 'stopped', 'braked', 'paused'])

async function statusOf(client: ServiceClient, folder: string, remote: string): Promise<RemoteStatus> {
  const { remotes } = await client.folders.status(folder)
  const found = remotes.find(each => each.id === remote)
  if (found === undefined) throw new ApiError('not-found', `The folder '${folder}' has no remote '${remote}' any more.`)
  return found
}
