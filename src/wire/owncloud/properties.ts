// The properties we ask of every collection, and what an entry is made of them.
import type { DirectoryEntry, Entry, EntryId, FileEntry, Stamp } from '../../model/entry.ts'
import { parseHttpDate } from '../dav/dates.ts'
import { parseEtag } from '../dav/etags.ts'
import type { DavResponse } from '../dav/multistatus.ts'
import { dav, nc, oc } from '../dav/names.ts'
import { checksumsOf } from './checksums.ts'
import { parsePermissions } from './permissions.ts'

export const FINGERPRINT = oc('data-fingerprint')

export const LISTED = [
  dav('resourcetype'),
  dav('getlastmodified'),
  dav('getcontentlength'),
  dav('getetag'),
  oc('id'),
  oc('permissions'),
  oc('checksums'),
  nc('is-encrypted'),
] as const

/** Asked of the root, which alone has a fingerprint. */
export const LISTED_OF_ROOT = [...LISTED, FINGERPRINT] as const

/**
 * The entry that a response describes. Without etag, id, permissions or (of a file) length it is `blocked`: a server that
 * leaves one out is in trouble with that node, and acting on the rest would lose the node or duplicate it.
 */
export function entryOfResponse(response: DavResponse): Entry {
  const { props } = response
  const etag = etagOf(response)
  const id = idOf(response)
  const permissions = props.get(oc('permissions'))?.text
  if (etag === undefined || id === undefined || permissions === undefined) return UNREADABLE
  // What is encrypted end to end has scrambled names, and must not be written to without its keys.
  if (props.get(nc('is-encrypted'))?.text.trim() === '1') return { kind: 'blocked', why: 'unsupported-kind' }
  if (isCollection(response)) return directoryOf(etag, id, permissions)
  const size = lengthOf(response)
  return size === undefined ? UNREADABLE : fileOf(response, { etag, id, permissions, size })
}

const UNREADABLE: Entry = { kind: 'blocked', why: 'unreadable' }

function directoryOf(etag: string, id: EntryId, permissions: string): DirectoryEntry {
  const rights = parsePermissions(permissions, 'directory')
  return { kind: 'directory', stamp: directoryStamp(etag, id), id, ...(rights === undefined ? {} : { rights }) }
}

interface FileFacts {
  readonly etag: string
  readonly id: EntryId
  readonly permissions: string
  readonly size: number
}

function fileOf(response: DavResponse, { etag, id, permissions, size }: FileFacts): FileEntry {
  const rights = parsePermissions(permissions, 'file')
  const sums = checksumsOf(response.props.get(oc('checksums')))
  return {
    kind: 'file',
    stamp: etag as Stamp,
    size,
    mtimeNs: mtimeOf(response),
    id,
    ...(sums.length === 0 ? {} : { sums }),
    ...(rights === undefined ? {} : { rights }),
  }
}

/**
 * A directory's stamp: its recursive etag, and its id. The etag tells whether anything below changed; the id whether it is
 * still the same directory, which is all that matters to a move. A directory just made has no etag yet.
 */
export function directoryStamp(etag: string, id: EntryId): Stamp {
  return `${etag} ${id}` as Stamp
}

/** Whether two stamps are of one directory, whatever has changed below it. */
export function isSameDirectory(a: Stamp, b: Stamp): boolean {
  return a.slice(a.indexOf(' ')) === b.slice(b.indexOf(' '))
}

export function etagOf(response: DavResponse): string | undefined {
  return parseEtag(response.props.get(dav('getetag'))?.text ?? '')?.value
}

/** `oc:id`, or the `OC-FileId` header. */
export function parseFileId(text: string): EntryId | undefined {
  const id = text.trim()
  return /^[\x21-\x7e]{1,255}$/.test(id) ? (id as EntryId) : undefined
}

function idOf(response: DavResponse): EntryId | undefined {
  return parseFileId(response.props.get(oc('id'))?.text ?? '')
}

export function isCollection(response: DavResponse): boolean {
  const type = response.props.get(dav('resourcetype'))
  return type?.children.some(child => child.name === dav('collection')) ?? false
}

export function lengthOf(response: DavResponse): number | undefined {
  const text = response.props.get(dav('getcontentlength'))?.text.trim() ?? ''
  const size = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(size) ? size : undefined
}

/** Whether external storage is mounted there. */
export function isMount(response: DavResponse): boolean {
  return response.props.get(oc('permissions'))?.text.includes('M') ?? false
}

function mtimeOf(response: DavResponse): bigint | undefined {
  const ms = parseHttpDate(response.props.get(dav('getlastmodified'))?.text ?? '')
  // Zero and less is what these servers say when they do not know.
  return ms === undefined || ms <= 0 ? undefined : BigInt(ms) * 1_000_000n
}
