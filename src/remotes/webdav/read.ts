// Reads a file in the state that was asked for, and notices when it is in another.
import type { Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { parseHttpDate } from '../../wire/dav/dates.ts'
import { parseEtag, writeEtag } from '../../wire/dav/etags.ts'
import { faultOf, nonsense } from '../http/faults.ts'
import type { HttpAnswer } from '../http/message.ts'
import { hrefOf, lookAt, type Site } from './site.ts'
import { parseStamp, type StampParts } from './stamps.ts'

export interface Wanted {
  readonly path: Path
  readonly stamp: Stamp
  readonly from: number
  readonly chunks?: 'lent' | undefined
}

export async function* readFile(
  site: Site,
  { path, stamp, from, chunks }: Wanted,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const wanted = parseStamp(stamp)
  if (wanted === undefined || from > wanted.size) throw changed(path)
  if (from === wanted.size && from > 0) return await checkOnly(site, path, wanted, signal)
  const answer = await open(site, { path, from, chunks }, wanted, signal)
  let at = answer.status === 206 ? from : 0
  for await (const chunk of answer.body) {
    at += chunk.length
    if (at > wanted.size) throw changed(path)
    // Without ranges the server starts over, and the first part passes by.
    const surplus = from - (at - chunk.length)
    if (surplus <= 0) yield chunk
    else if (surplus < chunk.length) yield chunk.subarray(surplus)
  }
  if (at !== wanted.size) throw changed(path)
}

async function open(
  site: Site,
  { path, from, chunks }: Omit<Wanted, 'stamp'>,
  wanted: StampParts,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const failed = { doing: `send ${path}`, path }
  const range =
    from === 0 ? {} : { Range: `bytes=${from}-`, ...(wanted.etag && { 'If-Range': writeEtag(wanted.etag) }) }
  const asked = { method: 'GET', path: hrefOf(site, path), headers: range, ...(chunks === undefined ? {} : { chunks }) }
  const answer = await site.client.request(asked, signal)
  if (answer.status === 416) throw changed(path)
  if (answer.status >= 400) throw faultOf(site.client.base.host, answer, failed)
  const fault = faultOfAnswer(answer, path, wanted, from)
  if (fault === undefined) return answer
  // The body of an answer that is not ours may be endless: leaving its first piece unread gives up the connection.
  for await (const _ of answer.body) break
  throw fault === 'nonsense'
    ? nonsense(site.client.base.host, failed, `it answered with status ${answer.status}`)
    : fault
}

function faultOfAnswer(
  answer: HttpAnswer,
  path: Path,
  wanted: StampParts,
  from: number,
): SyncError | 'nonsense' | undefined {
  if (answer.status !== 200 && !(answer.status === 206 && from > 0)) return 'nonsense'
  if (answer.status === 206 && !answer.headers['content-range']?.startsWith(`bytes ${from}-${wanted.size - 1}/`))
    return changed(path)
  const etag = parseEtag(answer.headers['etag'] ?? '')?.value
  if (etag !== undefined && wanted.etag !== undefined && etag !== wanted.etag) return changed(path)
  const modified = parseHttpDate(answer.headers['last-modified'] ?? '')
  if (wanted.etag === undefined && modified !== undefined && modified !== wanted.mtimeMs) return changed(path)
  const length = answer.headers['content-length']
  const expected = answer.status === 206 ? wanted.size - from : wanted.size
  return length !== undefined && Number(length) !== expected ? changed(path) : undefined
}

async function checkOnly(site: Site, path: Path, wanted: StampParts, signal: AbortSignal): Promise<void> {
  const entry = await lookAt(site, path, signal)
  const found = entry?.kind === 'file' ? parseStamp(entry.stamp) : undefined
  if (found?.size !== wanted.size || found.etag !== wanted.etag || found.mtimeMs !== wanted.mtimeMs) throw changed(path)
}

function changed(path: Path): SyncError {
  return new SyncError('changed', `${path} was changed on the server meanwhile.`, { path })
}
