// The bulk upload of Nextcloud: many small files in one multipart body, and one JSON answer about them all.
import type { Checksum } from '../../model/content.ts'
import type { EntryId } from '../../model/entry.ts'
import { parseEtag } from '../dav/etags.ts'
import { flagAt, parseJson, textAt, valueAt } from './json.ts'
import { parseFileId } from './properties.ts'

export interface BulkPart {
  /** From the user's root, with a leading slash. */
  readonly path: string
  readonly bytes: Uint8Array
  /** Of the bytes; SHA1 or MD5. */
  readonly sum: Checksum
  /** MD5 of the bytes in hexadecimal, for servers that know no other. */
  readonly md5: string
  /** Unix seconds. */
  readonly mtime: number | undefined
}

export type BulkResult =
  | {
      readonly as: 'written'
      readonly etag: string
      readonly id: EntryId | undefined
      readonly permissions: string | undefined
    }
  | { readonly as: 'failed'; readonly message: string }

/** Whether a path can stand in the header of a part. */
export function fitsBulk(path: string): boolean {
  return !/[\u0000-\u001f\u007f]/.test(path) && path === path.trim()
}

/** The whole body. `boundary` must not occur at the start of a line of any content; take a random one. */
export function writeBulk(parts: readonly BulkPart[], boundary: string): Uint8Array {
  const pieces = parts.flatMap(part => [Buffer.from(headOf(part, boundary)), part.bytes, Buffer.from('\r\n')])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

function headOf(part: BulkPart, boundary: string): string {
  const lines = [
    `--${boundary}`,
    `Content-Length: ${part.bytes.length}`,
    'Content-Type: application/octet-stream',
    `X-File-MD5: ${part.md5}`,
    // In lower case, as the clients write it here and nowhere else.
    `OC-Checksum: ${part.sum.toLowerCase()}`,
    ...(part.mtime === undefined ? [] : [`X-File-Mtime: ${part.mtime}`, `X-OC-Mtime: ${part.mtime}`]),
    `X-File-Path: ${part.path}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

const MAX_REPLY = 4 * 1024 * 1024

/** What became of each of `paths`; a path that the server did not get to is missing. Undefined when this is no such answer. */
export function parseBulkReply(text: string, paths: readonly string[]): ReadonlyMap<string, BulkResult> | undefined {
  const json = parseJson(text, MAX_REPLY)
  if (typeof json !== 'object' || json === null) return undefined
  const results = new Map<string, BulkResult>()
  for (const path of paths) {
    const result = resultOf(valueAt(json, path))
    if (result !== undefined) results.set(path, result)
  }
  return results
}

function resultOf(found: unknown): BulkResult | undefined {
  if (flagAt(found, 'error') === true) return { as: 'failed', message: (textAt(found, 'message') ?? '').slice(0, 300) }
  const etag = parseEtag(textAt(found, 'etag') ?? '')?.value
  if (flagAt(found, 'error') !== false || etag === undefined) return undefined
  return {
    as: 'written',
    etag,
    id: parseFileId(textAt(found, 'fileid') ?? ''),
    permissions: textAt(found, 'permissions'),
  }
}
