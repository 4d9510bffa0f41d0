// Brings the bytes of a file down, and makes sure that they are those of the state that was asked for.
import { type Checksum, kindOfChecksum } from '../../model/content.ts'
import type { Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { parseEtag, writeEtag } from '../../wire/dav/etags.ts'
import { parseChecksums } from '../../wire/owncloud/checksums.ts'
import { nonsense } from '../http/faults.ts'
import type { HttpAnswer } from '../http/message.ts'
import { recalculatedSum } from './checksum.ts'
import { bestOf, summing } from './hashing.ts'
import { refusalOf } from './refusals.ts'
import { hrefAt, type Session } from './session.ts'

export interface Wanted {
  readonly path: Path
  readonly expect: Stamp
  readonly from: number
  readonly chunks?: 'lent' | undefined
}

/** The bytes from `from` on. Throws `changed` for another state, `corrupt` at the end when the server's checksum tells of other bytes. */
export async function* read(session: Session, wanted: Wanted, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { answer, skip } = await open(session, wanted, signal)
  const whole = wanted.from === skip
  const promised = whole ? promisedSum(answer) : undefined
  const sum = promised === undefined ? undefined : summing(kindOfChecksum(promised))
  let at = 0
  for await (const bytes of answer.body) {
    sum?.update(bytes)
    const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, skip - at)))
    at += bytes.length
    if (fresh.length > 0) yield fresh
  }
  if (at < skip) throw changed(session, wanted.path)
  const found = sum?.sum()
  if (promised !== undefined && found !== undefined && promised !== found)
    await recalculate(session, wanted, found, signal)
}

/** An answer whose body has the wanted bytes after `skip` others. */
async function open(
  session: Session,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<{ answer: HttpAnswer; skip: number }> {
  const answer = await ask(session, wanted, wanted.from, signal)
  if (answer.status === 206) {
    if (startOf(answer) === wanted.from) return { answer, skip: 0 }
    await answer.drop()
    throw senseless(session, wanted.path, 'it sent another part than was asked for')
  }
  // A server that knows no ranges sends everything; one that finds ours beyond the end is asked for everything.
  if (answer.status !== 416) return { answer, skip: wanted.from }
  return { answer: await ask(session, wanted, 0, signal), skip: wanted.from }
}

async function ask(session: Session, wanted: Wanted, from: number, signal: AbortSignal): Promise<HttpAnswer> {
  const range = from === 0 ? {} : { Range: `bytes=${from}-` }
  const headers = { 'If-Match': writeEtag(wanted.expect), ...range }
  const { chunks } = wanted
  const asked = {
    method: 'GET',
    path: hrefAt(session, wanted.path),
    headers,
    ...(chunks === undefined ? {} : { chunks }),
  }
  const answer = await session.client.request(asked, signal)
  if (answer.status === 412 || answer.status === 404) throw changed(session, wanted.path)
  if (answer.status === 416 && from > 0) return answer
  if (answer.status >= 300) throw refusalOf(session, answer, `send ${wanted.path}`, wanted.path)
  try {
    checkState(session, wanted, answer)
  } catch (error) {
    await answer.drop()
    throw error
  }
  return answer
}

// A login page or a proxy's message has no etag, whatever its status says.
function checkState(session: Session, wanted: Wanted, answer: HttpAnswer): void {
  const etag = parseEtag(answer.headers['oc-etag'] ?? answer.headers['etag'] ?? '')?.value
  if (etag === undefined) throw senseless(session, wanted.path, 'the answer is not that file')
  if (etag !== wanted.expect) throw changed(session, wanted.path)
}

function startOf(answer: HttpAnswer): number | undefined {
  const start = /^bytes (\d+)-/i.exec(answer.headers['content-range'] ?? '')?.[1]
  return start === undefined ? undefined : Number(start)
}

function promisedSum(answer: HttpAnswer): Checksum | undefined {
  const own = bestOf(parseChecksums(answer.headers['oc-checksum'] ?? ''))
  const md5 = answer.headers['content-md5']
  if (own !== undefined || md5 === undefined) return own
  return parseChecksums(`MD5:${Buffer.from(md5, 'base64').toString('hex')}`)[0]
}

/**
 * Some servers store the checksum that an uploader claimed, unverified. Then what does not match may be the claim: the server
 * is asked to compute it anew, and only what it finds now counts. Throws `corrupt` when that is not what we received either.
 */
async function recalculate(session: Session, wanted: Wanted, found: Checksum, signal: AbortSignal): Promise<void> {
  const { path } = wanted
  const real = await recalculatedSum(session, path, kindOfChecksum(found), signal)
  if (real !== found)
    throw new SyncError('corrupt', `${path} arrived damaged from ${session.host}. It is fetched again.`, { path })
}

function changed(session: Session, path: Path): SyncError {
  return new SyncError('changed', `${path} changed on ${session.host} meanwhile.`, { path })
}

function senseless(session: Session, path: Path, what: string): SyncError {
  return nonsense(session.host, { doing: `send ${path}`, path }, what)
}
