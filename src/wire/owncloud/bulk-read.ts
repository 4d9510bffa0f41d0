// Many small files in one answer, which this program's own host offers: parts as the bulk upload has them, the other way round.
import type { Checksum } from '../../model/content.ts'
import { parseEtag, writeEtag } from '../dav/etags.ts'
import { parseChecksums } from './checksums.ts'
import { parseJson } from './json.ts'

/** The method, at the address of the bulk upload: it changes nothing, and may be repeated. */
export const BULK_READ = 'REPORT'
/** Files that may be asked for at once. */
export const MAX_WANTED = 256

/** A file in one of its states. */
export interface WantedFile {
  /** From the user's root, with a leading slash. */
  readonly path: string
  readonly etag: string
}

export interface ReadPart extends WantedFile {
  readonly sum: Checksum | undefined
  readonly bytes: Uint8Array
}

const MAX_WANTED_LENGTH = 2 * 1024 * 1024

export function writeWanted(files: readonly WantedFile[]): string {
  return JSON.stringify(files.map(({ path, etag }) => [path, etag]))
}

/** Undefined for what is no such list, or too long a one. */
export function parseWanted(text: string): readonly WantedFile[] | undefined {
  const list = parseJson(text, MAX_WANTED_LENGTH)
  if (!Array.isArray(list) || list.length > MAX_WANTED) return undefined
  const files = list.flatMap((item: unknown) => wantedOf(item) ?? [])
  return files.length === list.length ? files : undefined
}

function wantedOf(item: unknown): WantedFile | undefined {
  if (!Array.isArray(item)) return undefined
  const [path, etag] = item as unknown[]
  return typeof path === 'string' && typeof etag === 'string' ? { path, etag } : undefined
}

/** All parts of an answer, one after the other: files that are not in the wanted state any more are left out. */
export function writeParts(parts: readonly ReadPart[], boundary: string): Uint8Array {
  return Buffer.concat(parts.flatMap(part => [Buffer.from(headOf(part, boundary)), part.bytes, LINE_END]))
}

export function writeEnd(boundary: string): string {
  return `--${boundary}--\r\n`
}

function headOf({ path, etag, sum, bytes }: ReadPart, boundary: string): string {
  const lines = [
    `--${boundary}`,
    `Content-Length: ${bytes.length}`,
    `OC-ETag: ${writeEtag(etag)}`,
    ...(sum === undefined ? [] : [`OC-Checksum: ${sum}`]),
    // No name of a file can break out of this line.
    `X-File-Path: ${encodeURIComponent(path)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

const LINE_END = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')
const MAX_HEAD = 32 * 1024

/** The parts that arrived whole, up to where the answer ends or makes no sense; their bytes lie in `body`. */
export function* parseParts(body: Uint8Array, boundary: string): Generator<ReadPart> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  for (let at = 0; ; ) {
    const end = bytes.indexOf(HEAD_END, at)
    if (end < 0 || end - at > MAX_HEAD) return
    const [first, ...lines] = bytes.toString('utf8', at, end).split('\r\n')
    const head = first === `--${boundary}` ? partHeadOf(lines) : undefined
    if (head === undefined) return
    const { length, ...part } = head
    const from = end + HEAD_END.length
    at = from + length + LINE_END.length
    if (at > bytes.length) return
    yield { ...part, bytes: bytes.subarray(from, from + length) }
  }
}

function partHeadOf(lines: readonly string[]): (Omit<ReadPart, 'bytes'> & { readonly length: number }) | undefined {
  const value = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
  const path = decoded(value('X-File-Path'))
  const etag = parseEtag(value('OC-ETag'))?.value
  const length = value('Content-Length')
  if (path === undefined || etag === undefined || !/^\d{1,9}$/.test(length)) return undefined
  return { path, etag, sum: parseChecksums(value('OC-Checksum'))[0], length: Number(length) }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
