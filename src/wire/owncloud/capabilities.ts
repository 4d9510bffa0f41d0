// The OCS answers about capabilities and the user: what a server offers to those who sync.
import { type ChecksumKind, isChecksumKind } from '../../model/content.ts'
import { faultOfName } from '../../model/path.ts'
import { countAt, flagAt, parseJson, textAt, textsAt, valueAt } from './json.ts'

/** What capabilities say of names; all texts in lower case but the regular expression. */
export interface ForbiddenNames {
  /** A regular expression of names that must not be uploaded. */
  readonly pattern: string | undefined
  readonly characters: readonly string[]
  readonly names: readonly string[]
  /** The part before the first dot. */
  readonly basenames: readonly string[]
  /** Endings. */
  readonly extensions: readonly string[]
}

export interface ServerCapabilities {
  /** Uploads may come in chunks through the uploads collection. */
  readonly chunking: boolean
  /** The largest chunk in bytes that it wants. */
  readonly maxChunkBytes: number | undefined
  readonly bulkUpload: boolean
  /** Many small files may be asked for at once (`bulk-read.ts`). */
  readonly bulkRead: boolean
  /** Kinds of checksum it verifies, the preferred one first; empty where it says nothing of them. */
  readonly sums: readonly ChecksumKind[]
  readonly forbidden: ForbiddenNames
  /** Where it tells of changes by a WebSocket: an address, wherever that is. */
  readonly push: string | undefined
}

const MAX_ANSWER = 4 * 1024 * 1024

/** The capabilities in an OCS answer; undefined when it is not one. What is missing takes the clients' usual default. */
export function parseCapabilities(text: string): ServerCapabilities | undefined {
  const found = valueAt(parseJson(text, MAX_ANSWER), 'ocs', 'data', 'capabilities')
  if (typeof found !== 'object' || found === null) return undefined
  return {
    chunking: hasUploads(found),
    maxChunkBytes: countAt(found, 'files', 'chunked_upload', 'max_size'),
    bulkUpload: isOne(found, 'bulkupload'),
    bulkRead: isOne(found, 'bulkread'),
    sums: sumsOf(found),
    forbidden: forbiddenOf(found),
    push: pushOf(found),
  }
}

/** The capabilities that this program wrote down as JSON; undefined when that is something else. */
export function recallCapabilities(kept: unknown): ServerCapabilities | undefined {
  const [chunking, bulkUpload] = [valueAt(kept, 'chunking'), valueAt(kept, 'bulkUpload')]
  const forbidden = valueAt(kept, 'forbidden')
  if (typeof chunking !== 'boolean' || typeof bulkUpload !== 'boolean') return undefined
  if (typeof forbidden !== 'object' || forbidden === null) return undefined
  return {
    chunking,
    bulkUpload,
    bulkRead: flagAt(kept, 'bulkRead') === true,
    maxChunkBytes: countAt(kept, 'maxChunkBytes'),
    sums: textsAt(kept, 'sums').filter(isChecksumKind),
    forbidden: {
      pattern: textAt(forbidden, 'pattern'),
      characters: textsAt(forbidden, 'characters'),
      names: textsAt(forbidden, 'names'),
      basenames: textsAt(forbidden, 'basenames'),
      extensions: textsAt(forbidden, 'extensions'),
    },
    push: textAt(kept, 'push'),
  }
}

/** The user's id in an OCS answer, which names the user in DAV paths and may differ from the login name. */
export function parseUserId(text: string): string | undefined {
  const id = textAt(parseJson(text, MAX_ANSWER), 'ocs', 'data', 'id')
  return id === undefined || id.length > 255 || faultOfName(id) !== undefined ? undefined : id
}

// A server with another protocol for large files (tus) says that it has this one, too, but takes everything in one request instead.
function hasUploads(found: unknown): boolean {
  const allowed = flagAt(found, 'files', 'bigfilechunking') !== false
  return isOne(found, 'chunking') && allowed && valueAt(found, 'files', 'tus_support', 'version') === undefined
}

function isOne(found: unknown, key: string): boolean {
  return Number.parseFloat(String(valueAt(found, 'dav', key))) >= 1
}

/** Only where it is files that are told of. */
function pushOf(found: unknown): string | undefined {
  if (!textsAt(found, 'notify_push', 'type').includes('files')) return undefined
  return textAt(found, 'notify_push', 'endpoints', 'websocket')
}

function sumsOf(found: unknown): readonly ChecksumKind[] {
  const preferred = textAt(found, 'checksums', 'preferredUploadType')
  const kinds = [preferred ?? '', ...textsAt(found, 'checksums', 'supportedTypes')].map(kind => kind.toUpperCase())
  return [...new Set(kinds.filter(isChecksumKind))]
}

function forbiddenOf(found: unknown): ForbiddenNames {
  const lower = (key: string) => textsAt(found, 'files', key).map(text => text.toLowerCase())
  return {
    pattern: textAt(found, 'dav', 'invalidFilenameRegex'),
    characters: lower('forbidden_filename_characters'),
    names: [...lower('forbidden_filenames'), ...lower('blacklisted_files')],
    basenames: lower('forbidden_filename_basenames'),
    extensions: lower('forbidden_filename_extensions'),
  }
}
