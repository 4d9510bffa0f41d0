// What this server can do, as the planner and the executor want to know it; asked for once in a while and remembered.
import { SyncError } from '../../model/errors.ts'
import type { World } from '../../platform/world.ts'
import type { Capabilities, Memory } from '../../replica/replica.ts'
import { writeHref } from '../../wire/dav/hrefs.ts'
import { parseCapabilities, recallCapabilities, type ServerCapabilities } from '../../wire/owncloud/capabilities.ts'
import { nameRefusal } from '../../wire/owncloud/forbidden-names.ts'
import { parseJson, valueAt } from '../../wire/owncloud/json.ts'
import { faultOf, nonsense } from '../http/faults.ts'
import type { HttpClient } from '../http/message.ts'
import { installedAt, type Session } from './session.ts'

const KEEP_MS = 12 * 60 * 60 * 1000
const KEY = 'capabilities'

/** The remembered capabilities while they are fresh, so that an idle run costs no request for them; else the server's answer. */
export async function serverCapabilities(
  client: HttpClient,
  server: URL,
  { world, memory }: { readonly world: World; readonly memory: Memory },
  signal: AbortSignal,
): Promise<ServerCapabilities> {
  const kept = parseJson(memory.get(KEY) ?? '', 1 << 20)
  const age = world.clock.now() - Number(valueAt(kept, 'at'))
  const known = age >= 0 && age < KEEP_MS ? recallCapabilities(valueAt(kept, 'server')) : undefined
  if (known !== undefined) return known
  const fresh = await askCapabilities(client, server, signal)
  memory.set(KEY, JSON.stringify({ at: world.clock.now(), server: fresh }))
  return fresh
}

async function askCapabilities(client: HttpClient, server: URL, signal: AbortSignal): Promise<ServerCapabilities> {
  const text = await askOcs(client, server, 'cloud/capabilities', signal)
  const found = parseCapabilities(text)
  if (found === undefined)
    throw nonsense(client.base.host, { doing: 'say what it offers' }, 'the answer is something else')
  return found
}

/** The JSON of an OCS route. Throws `SyncError` for any answer but a good one. */
export async function askOcs(client: HttpClient, server: URL, route: string, signal: AbortSignal): Promise<string> {
  const path = `${writeHref([...installedAt(server), 'ocs', 'v1.php', ...route.split('/')])}?format=json`
  const headers = { 'OCS-APIRequest': 'true', Accept: 'application/json' }
  const answer = await client.request({ method: 'GET', path, headers, compression: 'gzip' }, signal)
  if (answer.status === 503 && answer.headers['x-nextcloud-maintenance-mode'] === '1')
    throw new SyncError('maintenance', `${client.base.host} is being maintained. Syncing goes on afterwards.`)
  if (answer.status !== 200) throw faultOf(client.base.host, answer, { doing: 'say what it offers' })
  return answer.text()
}

export function capabilitiesOf(session: Session): Capabilities {
  const { server, memory } = session
  return {
    directoryStamps: 'recursive',
    ids: true,
    // The bulk upload has no conditions: its directories are listed right before.
    guard: server.bulkUpload ? 'check-then-act' : 'atomic',
    moves: 'trees',
    removesTrees: true,
    sums: [session.sumKind, ...server.sums.filter(kind => kind !== session.sumKind)],
    setsMtime: memory.get('sets-mtime') === 'with-content' ? 'with-content' : 'always',
    mtimePrecisionNs: 1_000_000_000n,
    modes: false,
    symlinks: false,
    emptyDirectories: true,
    names: { caseSensitive: true, normalizes: true, maxNameBytes: 250, refuses: nameRefusal(server.forbidden) },
    smallFileBytes: 256 * 1024,
    parallel: 8,
  }
}
