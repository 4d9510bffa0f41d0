// Makes staged bytes a file: one PUT, or the MOVE that joins the chunks of a transfer, guarded by the etag that was seen.
import { type Checksum, compareChecksums } from '../../model/content.ts'
import type { Entry, EntryId, FileEntry, Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { Commit, Committed, Source } from '../../replica/replica.ts'
import { parseEtag, writeEtag } from '../../wire/dav/etags.ts'
import { parseFileId } from '../../wire/owncloud/properties.ts'
import type { HttpAnswer, HttpRequest, StreamBody } from '../http/message.ts'
import { dropTransfer, hrefOf } from './chunks.ts'
import { summing } from './hashing.ts'
import { heedSpelling } from './letters.ts'
import { look } from './look.ts'
import { refusalOf } from './refusals.ts'
import { hrefAt, type Session } from './session.ts'
import type { Held, Staging } from './stage.ts'

export type Put = Commit & { readonly do: 'put' }

/** Joining many chunks takes a server long. */
const JOIN_MS = 30 * 60 * 1000

/** Throws `SyncError`; a file that was changed meanwhile makes it `stale`. */
export async function put(session: Session, staging: Staging, change: Put, signal: AbortSignal): Promise<Committed> {
  const held = staging.held(change.staged)
  const sent = { sum: held.sum }
  const answer = await session.client.request(requestFor(session, change, held, sent), signal)
  const committed = await outcome(session, change, { answer, held, sum: sent.sum }, signal)
  if (committed.as === 'done') staging.forget(change.staged)
  return committed
}

/** Unix seconds as these servers take them; what they would take for "unknown" is not sent. */
export function secondsOf(mtimeNs: bigint | undefined): number | undefined {
  const seconds = mtimeNs === undefined ? 0 : Number(mtimeNs / 1_000_000_000n)
  return seconds > 0 ? seconds : undefined
}

/** The entry of a file that was just written. Its rights are not known yet, and so taken to be all. */
export function writtenEntry(
  facts: { readonly etag: string; readonly id: EntryId | undefined; readonly sum: Checksum | undefined },
  size: number,
  seconds: number,
): FileEntry {
  return {
    kind: 'file',
    stamp: facts.etag as Stamp,
    size,
    mtimeNs: BigInt(seconds) * 1_000_000_000n,
    ...(facts.id === undefined ? {} : { id: facts.id }),
    ...(facts.sum === undefined ? {} : { sums: [facts.sum] }),
  }
}

function requestFor(session: Session, change: Put, held: Held, sent: { sum: Checksum | undefined }): HttpRequest {
  const seconds = secondsOf(change.mtimeNs)
  const headers = {
    'Content-Type': 'application/octet-stream',
    ...(seconds === undefined ? {} : { 'X-OC-Mtime': String(seconds) }),
    ...(held.sum === undefined ? {} : { 'OC-Checksum': held.sum }),
    'OC-Total-Length': String(held.size),
  }
  const path = hrefAt(session, change.path)
  if (held.as === 'transfer') {
    const from = hrefOf(session, held.transfer.id, '.file')
    const guard = change.expect === 'absent' ? { Overwrite: 'F' } : { If: `<${path}> ([${writeEtag(change.expect)}])` }
    const joining = { ...headers, ...guard, Destination: path }
    return { method: 'MOVE', path: from, headers: joining, repeat: 'safe', answerMs: JOIN_MS }
  }
  const guard = change.expect === 'absent' ? { 'If-None-Match': '*' } : { 'If-Match': writeEtag(change.expect) }
  const body = held.as === 'bytes' ? held.bytes : summed(session, held.source, sent)
  // Guarded as it is, repeating it does no harm: at worst its own success makes the repetition fail.
  return { method: 'PUT', path, headers: { ...headers, ...guard }, body, repeat: 'safe' }
}

/** The bytes of a source, whose last piece is held back until they have proven to be those that were announced. */
function summed(session: Session, source: Source, sent: { sum: Checksum | undefined }): StreamBody {
  const announced = sent.sum
  async function* open(): AsyncGenerator<Uint8Array> {
    const sum = summing(session.sumKind)
    let last: Uint8Array | undefined
    for await (const bytes of source.open(0)) {
      sum.update(bytes)
      if (last !== undefined) yield last
      last = bytes
    }
    sent.sum = sum.sum()
    if (announced !== undefined && announced !== sent.sum)
      throw new SyncError('changed', `${source.path} changed while it was being sent.`, { path: source.path })
    if (last !== undefined) yield last
  }
  return { size: source.size, open }
}

interface Sent {
  readonly answer: HttpAnswer
  readonly held: Held
  readonly sum: Checksum | undefined
}

async function outcome(session: Session, change: Put, sent: Sent, signal: AbortSignal): Promise<Committed> {
  const { answer, held } = sent
  if (answer.status < 300) return written(session, change, sent, signal)
  if (answer.status === 412) return compared(session, change, sent, signal)
  if (answer.status === 404 && held.as === 'transfer') return joinedBefore(session, change, sent, signal)
  const refusal = refusalOf(session, answer, `take ${change.path}`, change.path)
  // Chunks that do not make up what was announced are of no use to a later run either.
  if (refusal.code === 'corrupt' && held.as === 'transfer') await dropTransfer(session, held.transfer.id, signal)
  throw refusal
}

async function written(session: Session, change: Put, sent: Sent, signal: AbortSignal): Promise<Committed> {
  const { headers } = sent.answer
  await sent.answer.drop()
  const etag = parseEtag(headers['oc-etag'] ?? headers['etag'] ?? '')?.value
  const seconds = headers['x-oc-mtime'] === 'accepted' ? secondsOf(change.mtimeNs) : undefined
  if (etag === undefined || seconds === undefined) return lookedAt(session, change.path, signal)
  const facts = { etag, id: parseFileId(headers['oc-fileid'] ?? ''), sum: sent.sum }
  return { as: 'done', entry: writtenEntry(facts, sent.held.size, seconds) }
}

/** Where the answer does not say what is there now, only looking does; whatever came in between is seen by the next run. */
async function lookedAt(session: Session, path: Path, signal: AbortSignal): Promise<Committed> {
  const entry = await look(session, path, signal)
  if (entry === undefined) return { as: 'stale', found: undefined }
  return { as: 'done', entry }
}

/**
 * The guard did not hold. Either somebody else changed the file, or we did ourselves in a try whose answer was lost: then the
 * checksum proves that what is there is what we sent.
 */
async function compared(session: Session, change: Put, sent: Sent, signal: AbortSignal): Promise<Committed> {
  const found = await look(session, change.path, signal)
  if (found === undefined && change.expect === 'absent')
    throw refusalOf(session, sent.answer, `take ${change.path}`, change.path)
  if (change.expect === 'absent') await heedSpelling(session, change.path, signal)
  return isWhatWeSent(found, sent) ? { as: 'done', entry: found } : { as: 'stale', found }
}

/** The transfer is gone: joined by a try whose answer was lost, or forgotten by the server. */
async function joinedBefore(session: Session, change: Put, sent: Sent, signal: AbortSignal): Promise<Committed> {
  const found = await look(session, change.path, signal)
  if (isWhatWeSent(found, sent)) return { as: 'done', entry: found }
  throw refusalOf(session, sent.answer, `join the parts of ${change.path}`, change.path)
}

function isWhatWeSent(found: Entry | undefined, { held, sum }: Sent): boolean {
  if (found?.kind !== 'file' || found.size !== held.size || sum === undefined) return false
  return compareChecksums(found.sums ?? [], [sum]) === 'same'
}
