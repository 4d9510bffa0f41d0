// The checksum of a file on the server, without moving its bytes.
import { type Checksum, type ChecksumKind, kindOfChecksum } from '../../model/content.ts'
import type { Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { parseChecksums } from '../../wire/owncloud/checksums.ts'
import { look } from './look.ts'
import { hrefAt, type Session } from './session.ts'

export interface Summed {
  readonly path: Path
  readonly expect: Stamp
  readonly kind: ChecksumKind
}

/** What the server shows or, where it can, computes. Undefined when it does neither; throws `changed` for another state. */
export async function checksum(session: Session, wanted: Summed, signal: AbortSignal): Promise<Checksum | undefined> {
  const before = await look(session, wanted.path, signal)
  if (!isStill(before, wanted)) throw changed(session, wanted.path)
  const shown = before?.kind === 'file' ? before.sums?.find(sum => kindOfChecksum(sum) === wanted.kind) : undefined
  if (shown !== undefined) return shown
  const computed = await recalculatedSum(session, wanted.path, wanted.kind, signal)
  // It was computed of whatever was there at that moment.
  if (computed !== undefined && !isStill(await look(session, wanted.path, signal), wanted))
    throw changed(session, wanted.path)
  return computed
}

const COMPUTED: ReadonlySet<ChecksumKind> = new Set(['MD5', 'SHA1', 'SHA256'])

/** Has the server compute the checksum of what it has. Nextcloud does; servers that verify what comes in have no need to. */
export async function recalculatedSum(
  session: Session,
  path: Path,
  kind: ChecksumKind,
  signal: AbortSignal,
): Promise<Checksum | undefined> {
  if (session.server.sums.length > 0 || !COMPUTED.has(kind)) return undefined
  const headers = { 'X-Recalculate-Hash': kind }
  const request = { method: 'PATCH', path: hrefAt(session, path), headers, repeat: 'safe' } as const
  const answer = await session.client.request(request, signal)
  await answer.drop()
  if (answer.status >= 300) return undefined
  return parseChecksums(answer.headers['oc-checksum'] ?? '').find(sum => kindOfChecksum(sum) === kind)
}

function isStill(entry: Awaited<ReturnType<typeof look>>, { expect }: Summed): boolean {
  return entry?.kind === 'file' && entry.stamp === expect
}

function changed(session: Session, path: Path): SyncError {
  return new SyncError('changed', `${path} changed on ${session.host} meanwhile.`, { path })
}
