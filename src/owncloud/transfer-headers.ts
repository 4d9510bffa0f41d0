// What clients say about a file in headers beside its bytes, and what they are told in return.
import type { IncomingHttpHeaders } from 'node:http'
import type { Upload } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { type ChecksumKind, isStrong, kindOfChecksum } from '../model/content.ts'
import { parseChecksums } from '../wire/owncloud/checksums.ts'
import { secondsFrom } from './properties.ts'

/** Time and checksums of an upload. Throws 400 for a time that is no number. */
export function uploadFrom(
  headers: IncomingHttpHeaders,
): Required<Pick<Upload, 'sums' | 'kinds' | 'headers'>> & { readonly mtimeMs: number | undefined } {
  const mtimeMs = mtimeFrom(headers['x-oc-mtime'])
  const sums = parseChecksums(textOf(headers['oc-checksum'])).slice(0, 4)
  // A download is to be verifiable, whatever came with the upload.
  const kinds: ChecksumKind[] = sums.some(sum => isStrong(kindOfChecksum(sum))) ? [] : ['SHA1']
  return {
    mtimeMs,
    sums,
    kinds,
    headers: {
      ...(mtimeMs === undefined ? {} : { 'X-OC-MTime': 'accepted' }),
      ...(headers['x-oc-ctime'] === undefined ? {} : { 'X-OC-CTime': 'accepted' }),
    },
  }
}

/** Milliseconds since 1970; undefined for no header, and for what clients mean by "unknown". */
export function mtimeFrom(header: string | string[] | undefined): number | undefined {
  const text = textOf(header).trim()
  if (text === '' || /^-?\d{1,16}$/.test(text) === false) {
    if (text === '' || /^\d{1,12}\.\d+$/.test(text)) return toMs(secondsFrom(text))
    throw new DavFault(400, 'The time of the file is no number.')
  }
  return toMs(secondsFrom(text))
}

const toMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000)

const textOf = (header: string | string[] | undefined): string =>
  Array.isArray(header) ? header.join(' ') : (header ?? '')

/** A whole number of bytes; undefined for no header. Throws 400 for anything else. */
export function countFrom(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const count = Number(header)
  if (typeof header !== 'string' || !/^\d{1,16}$/.test(header) || !Number.isSafeInteger(count))
    throw new DavFault(400, 'A length in the request is no number.')
  return count
}
