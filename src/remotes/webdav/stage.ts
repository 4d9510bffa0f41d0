// Brings bytes where nobody sees them: small files wait in memory, large ones go up under a name of ours in the root.
import { SyncError } from '../../model/errors.ts'
import { type Path, parsePath } from '../../model/path.ts'
import { randomHex } from '../../platform/world.ts'
import type { Source, Staged } from '../../replica/replica.ts'
import type { HttpRequest } from '../http/message.ts'
import { SMALL_FILE_BYTES } from './capabilities.ts'
import { hrefOf, type Site, send, UPLOAD_PREFIX } from './site.ts'
import type { Traits } from './traits.ts'

/** The staged bytes of this connection that wait in memory, by id. */
export type Waiting = Map<string, Uint8Array>

const IN_MEMORY = 'memory:'

export async function stageSource(
  site: Site,
  traits: Traits,
  waiting: Waiting,
  source: Source,
  signal: AbortSignal,
): Promise<Staged> {
  if (source.size > SMALL_FILE_BYTES) return stageLarge(site, traits, source, signal)
  const bytes = source.bytes ?? (await collect(source))
  if (bytes.length !== source.size) throw changed(source.path)
  const id = IN_MEMORY + randomHex(site.world.random, 8)
  waiting.set(id, bytes)
  return { id, size: bytes.length }
}

async function stageLarge(site: Site, traits: Traits, source: Source, signal: AbortSignal): Promise<Staged> {
  const upload = newUploadName(site)
  const body = { size: source.size, open: () => source.open(0, 'lent') }
  try {
    await putUpload(site, traits, upload, { body, mtimeNs: source.mtimeNs, path: source.path }, signal)
  } catch (error) {
    if (!signal.aborted)
      await discardUpload(site, upload, signal).catch(() => site.world.log('info', `${upload} stays for now`))
    throw error
  }
  return { id: upload, size: source.size }
}

export function newUploadName(site: Site): Path {
  return parsePath(UPLOAD_PREFIX + randomHex(site.world.random, 8)) as Path
}

export interface Upload {
  readonly body: NonNullable<HttpRequest['body']>
  readonly mtimeNs: bigint | undefined
  /** Where it will go, for messages. */
  readonly path: Path
}

export async function putUpload(
  site: Site,
  traits: Traits,
  name: Path,
  upload: Upload,
  signal: AbortSignal,
): Promise<void> {
  const wanted: HttpRequest = {
    method: 'PUT',
    path: hrefOf(site, name),
    headers: putHeaders(traits, upload.mtimeNs),
    body: upload.body,
    // The name is ours alone.
    repeat: 'safe',
  }
  await send(site, wanted, { doing: `take ${upload.path}`, path: upload.path }, [], signal)
}

export function putHeaders(traits: Traits, mtimeNs: bigint | undefined): Record<string, string> {
  const byHeader = traits.mtime === 'header' || traits.mtime === 'both'
  return {
    'Content-Type': 'application/octet-stream',
    ...(byHeader && mtimeNs !== undefined ? { 'X-OC-Mtime': String(mtimeNs / 1_000_000_000n) } : {}),
  }
}

/** The bytes that wait for `staged`, or the name under which they lie on the server. */
export function placeOfStaged(waiting: Waiting, staged: Staged): Uint8Array | Path {
  const bytes = waiting.get(staged.id)
  if (bytes !== undefined) return bytes
  const upload = staged.id.startsWith(UPLOAD_PREFIX) ? parsePath(staged.id) : undefined
  if (upload !== undefined && !upload.includes('/')) return upload
  throw new SyncError('missing', 'What was prepared for sending is no longer there; it is prepared again.', {
    retry: 'soon',
  })
}

export async function discardStaged(site: Site, waiting: Waiting, staged: Staged, signal: AbortSignal): Promise<void> {
  if (waiting.delete(staged.id) || staged.id.startsWith(IN_MEMORY)) return
  const place = placeOfStaged(waiting, staged)
  if (typeof place === 'string') await discardUpload(site, place, signal)
}

export async function discardUpload(site: Site, name: Path, signal: AbortSignal): Promise<void> {
  const wanted: HttpRequest = { method: 'DELETE', path: hrefOf(site, name), repeat: 'safe' }
  await send(site, wanted, { doing: 'remove an unfinished upload' }, [404], signal)
}

async function collect(source: Source): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.open(0)) {
    size += chunk.length
    if (size > source.size) throw changed(source.path)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function changed(path: Path): SyncError {
  return new SyncError('changed', `${path} changed while it was being sent; it is sent again when it is at rest.`, {
    path,
  })
}
