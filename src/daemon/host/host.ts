// The host: accounts, their spaces, WebDAV and what ownCloud's clients need on top, as one listener for requests.
import { mkdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Accounts, User, UserId } from '../../accounts/accounts.ts'
import { type Locks, openLocks } from '../../dav/locks.ts'
import { openOwncloud } from '../../owncloud/owncloud.ts'
import type { Reachable } from '../../owncloud/visit.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import type { World } from '../../platform/world.ts'
import { openDiskBlobs } from '../../store/disk/disk-blobs.ts'
import type { Space } from '../../store/space.ts'
import { type HostedSpaces, openHostedSpaces } from '../../store/sqlite/hosted-spaces.ts'
import { openHostState } from '../home/host-state.ts'
import { userSpaces } from './user-spaces.ts'

export interface HostOptions {
  /** A directory of its own, made where it is missing. */
  readonly home: string
  /** Not closed by the host. */
  readonly accounts: Accounts
  readonly world: World
  /** A folder that can be granted, as a space; undefined while it is not there. Not closed by the host. */
  readonly folder?: (id: string) => Space | undefined
  /** What clients are told instead of what they called us, until `setPublic` says something else. */
  readonly publicUrl?: URL
  /** Addresses of proxies whose word about the client is taken. */
  readonly trustedProxies?: ReadonlySet<string>
  /** Of sites whose pages may use the host: `https://files.example`. */
  readonly allowedOrigins?: ReadonlySet<string>
}

export interface Host {
  /** Whether the address of a request (`request.url`) is one that the host answers. */
  isOurs(url: string): boolean
  /** Answers a request. Never rejects. Put it behind `serveRequests` of `dav/body.ts`, so that refused uploads are not sent. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Takes over a connection that wants to hear of changes; `false` when it wants something else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** The tree of a user, as apps see it. Throws `offline` while a folder that was granted has never been there. */
  spaceOf(user: User): Promise<Space>
  /** What apps have locked. */
  readonly locks: Locks
  /** Where homes are; also gives the numbers that ids of nodes in folders begin with. */
  readonly spaces: HostedSpaces
  /** To be told when a folder that can be granted came or went. */
  foldersChanged(): void
  /** What a user had, for good; after the account itself was removed. */
  removeHome(user: UserId): Promise<void>
  /** While it is on, clients are told to come back later, and nothing changes. */
  setMaintenance(to: 'on' | 'off'): void
  /** How it is known outside, and whose pages may use it; for requests from now on. */
  setPublic(to: { readonly url: URL | undefined; readonly origins: readonly string[] }): void
  /** After an older state was brought back from a backup: clients keep what is newer with them. */
  restoredFromBackup(): void
  /** Gives up stale uploads, and bytes that nobody needs. It does so by itself now and then. */
  sweep(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const SWEEP_EVERY_MS = 6 * 60 * 60 * 1000
/** Bytes that were received are given a name within this time, or go. */
const GRACE_MS = 24 * 60 * 60 * 1000

/**
 * Opens what is in `home`, or makes it. The server in front of it must not limit how long a request may take (`requestTimeout: 0`):
 * bodies have gigabytes.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const { home } = options
  for (const name of ['', 'contents', 'uploads']) mkdirSync(join(home, name), { recursive: true, mode: 0o700 })
  const opened: (() => Promise<void> | void)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    return await openParts(options, opened, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** What is opened goes into `opened`, to be closed in the opposite order. */
async function openParts(
  options: HostOptions,
  opened: (() => Promise<void> | void)[],
  closeAll: () => Promise<void>,
): Promise<Host> {
  const { home, accounts, world } = options
  const contents = await openNodeTree(join(home, 'contents'))
  opened.push(() => contents.close())
  const uploads = await openNodeTree(join(home, 'uploads'))
  opened.push(() => uploads.close())
  const blobs = await openDiskBlobs({ tree: contents, clock: world.clock, random: world.random })
  opened.push(() => blobs.close())
  const database = join(home, 'spaces.db')
  const spaces = openHostedSpaces({ database, blobs, clock: world.clock, random: world.random })
  opened.push(() => spaces.close())
  const locks = openLocks(join(home, 'locks.db'), world.clock)
  opened.push(() => locks.close())
  const state = openHostState(home, world.random)
  const users = userSpaces({ accounts, spaces, folder: options.folder ?? (() => undefined), roots: state })
  opened.push(() => users.close())
  let isMaintained = false
  const reachable = reachableOf(options)
  const allowedOrigins = new Set(options.allowedOrigins)
  const owncloud = openOwncloud({
    ...{ accounts, world, locks, uploads },
    instance: state.instance,
    fingerprint: () => state.fingerprint,
    isMaintained: () => isMaintained,
    spaceOf: user => users.of(user),
    ...{ reachable, allowedOrigins },
  })
  opened.push(() => owncloud.close())
  const end = new AbortController()

  async function sweep(signal: AbortSignal): Promise<void> {
    await owncloud.sweep()
    await spaces.sweep(GRACE_MS, signal)
  }

  const sweeping = sweepNowAndThen(sweep, world, end.signal)
  return {
    spaces,
    locks,
    sweep,
    spaceOf: user => users.of(user),
    isOurs: url => owncloud.isOurs(url),
    answer: (request, response) => owncloud.answer(request, response),
    upgrade: (request, socket, head) => owncloud.upgrade(request, socket, head),
    foldersChanged() {
      users.foldersChanged()
      owncloud.treesChanged()
    },
    removeHome: user => users.removeHome(user),
    setMaintenance(to) {
      isMaintained = to === 'on'
    },
    setPublic({ url, origins }) {
      reachable.publicUrl = url
      allowedOrigins.clear()
      for (const origin of origins) allowedOrigins.add(origin)
    },
    restoredFromBackup: () => state.renewFingerprint(),
    async close() {
      end.abort()
      await sweeping
      await closeAll()
    },
  }
}

function reachableOf({ publicUrl, trustedProxies }: HostOptions): { publicUrl: URL | undefined } & Reachable {
  return { publicUrl, ...(trustedProxies === undefined ? {} : { trustedProxies }) }
}

async function sweepNowAndThen(
  sweep: (signal: AbortSignal) => Promise<void>,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await world.clock.sleep(SWEEP_EVERY_MS, signal)
      await sweep(signal)
    } catch (error) {
      if (signal.aborted) return
      world.log('warn', 'What is left over on the host could not be cleared away', { error: String(error) })
    }
  }
}
