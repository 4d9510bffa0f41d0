// Finds out whether an address is that of an ownCloud or Nextcloud, and which directory of whose files it means.
import { SyncError } from '../../model/errors.ts'
import { faultOfName, parsePath } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Memory } from '../../replica/replica.ts'
import { type Segments, segmentsOfUrl, writeHref } from '../../wire/dav/hrefs.ts'
import { parseUserId } from '../../wire/owncloud/capabilities.ts'
import { parseJson, textAt, valueAt } from '../../wire/owncloud/json.ts'
import { parseStatus, type ServerStatus } from '../../wire/owncloud/status.ts'
import { nonsense } from '../http/faults.ts'
import type { HttpClient } from '../http/message.ts'
import { askOcs } from './capabilities.ts'
import type { OwncloudPlace } from './session.ts'

export interface Discovered extends OwncloudPlace {
  readonly status: ServerStatus
}

/** A server is not looked for above so many directories of an address that does not say where it is installed. */
const MAX_PROBES = 4
const MAX_STATUS = 64 * 1024
const KEEP_MS = 12 * 60 * 60 * 1000
const KEY = 'discovered'
const ENTRANCES = new Set(['remote.php', 'index.php', 'status.php', 'public.php', 'ocs'])

/**
 * What `url` means: the root of a server, wherever it is installed, a WebDAV address in it, or either with directories after it.
 * Undefined when no such server is there: then it may be plain WebDAV. Throws `SyncError` when the server is not reachable, is
 * in maintenance, or refuses the credentials. With a memory of this address and login, the answer is good for half a day, so
 * that an idle run need not ask.
 */
export async function discoverOwncloud(
  client: HttpClient,
  url: URL,
  signal: AbortSignal = new AbortController().signal,
  remembered?: Remembered,
): Promise<Discovered | undefined> {
  const kept = remembered && recall(remembered, url)
  if (kept !== undefined) return kept
  const found = await discover(client, url, signal)
  if (found !== undefined && remembered !== undefined) remember(remembered, found)
  return found
}

async function discover(client: HttpClient, url: URL, signal: AbortSignal): Promise<Discovered | undefined> {
  const found = await findServer(client, url, signal)
  if (found === undefined) return undefined
  const { server, status, rest } = found
  const user = parseUserId(await askOcs(client, server, 'cloud/user', signal))
  if (user === undefined) throw nonsense(url.host, { doing: 'say who we are' }, 'the answer is something else')
  return { server, user, status, directory: directoryIn(rest).join('/') }
}

export interface FoundServer {
  /** Its root, ending in '/'. */
  readonly server: URL
  readonly status: ServerStatus
  /** What the address has after it. */
  readonly rest: Segments
}

/** The server that `url` leads into, for which no credentials are needed. Undefined and thrown as by `discoverOwncloud`. */
export async function findServer(client: HttpClient, url: URL, signal: AbortSignal): Promise<FoundServer | undefined> {
  const names = segmentsOfUrl(url.pathname)
  if (names === undefined) return undefined
  for (const installed of candidates(names)) {
    const status = await statusAt(client, installed, signal)
    if (status === undefined) continue
    if (status.maintenance || status.needsUpgrade)
      throw new SyncError('maintenance', `${url.host} is being maintained. Syncing goes on afterwards.`)
    return { server: new URL(`${writeHref(installed)}/`, url.origin), status, rest: names.slice(installed.length) }
  }
  return undefined
}

type Remembered = { readonly memory: Memory; readonly world: World }

function recall({ memory, world }: Remembered, url: URL): Discovered | undefined {
  const json = parseJson(memory.get(KEY) ?? '', 1 << 16)
  const age = world.clock.now() - Number(valueAt(json, 'at'))
  const [server, user, directory] = ['server', 'user', 'directory'].map(key => textAt(json, key))
  const status = parseStatus(JSON.stringify(valueAt(json, 'status') ?? null))
  if (!(age >= 0 && age < KEEP_MS) || status === undefined) return undefined
  if (server === undefined || user === undefined || faultOfName(user) !== undefined) return undefined
  if (directory === undefined || (directory !== '' && parsePath(directory) === undefined)) return undefined
  if (!URL.canParse(server) || new URL(server).origin !== url.origin) return undefined
  return { server: new URL(server), user, directory, status }
}

function remember({ memory, world }: Remembered, { server, user, directory, status }: Discovered): void {
  const kept = { installed: true, productname: status.flavour, version: status.version }
  memory.set(KEY, JSON.stringify({ at: world.clock.now(), server: server.href, user, directory, status: kept }))
}

/** Where the server may be installed: before what is plainly its own, else at the end of the address or above it. */
function candidates(names: Segments): readonly Segments[] {
  const entrance = names.findIndex(name => ENTRANCES.has(name))
  if (entrance >= 0) return [names.slice(0, entrance)]
  const all = names.map((_, i) => names.slice(0, names.length - i))
  return [...all.slice(0, MAX_PROBES - 1), []]
}

/** The directory that the rest of the address names, after the server's own part. */
function directoryIn(rest: Segments): Segments {
  const [entrance, first, second] = rest
  if (entrance === undefined || !ENTRANCES.has(entrance)) return rest
  if (entrance !== 'remote.php') return []
  if (first === 'webdav') return rest.slice(2)
  return first === 'dav' && second === 'files' ? rest.slice(4) : []
}

async function statusAt(client: HttpClient, at: Segments, signal: AbortSignal): Promise<ServerStatus | undefined> {
  const path = writeHref([...at, 'status.php'])
  const answer = await client.request({ method: 'GET', path, compression: 'gzip' }, signal)
  const plausible = answer.status === 200 && Number(answer.headers['content-length'] ?? 0) <= MAX_STATUS
  if (plausible) return parseStatus(await answer.text())
  await answer.drop()
  return undefined
}
