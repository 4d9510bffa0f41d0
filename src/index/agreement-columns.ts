// An agreement as the columns of its table, and back.
import type { Agreement } from '../model/agreement.ts'
import type { Checksum, ContentId } from '../model/content.ts'
import type { EntryId, Kind, Stamp } from '../model/entry.ts'
import { type Path, parentOf } from '../model/path.ts'
import type { Columns, Value } from '../platform/node/sqlite.ts'
import type { AgreedStamp } from './folder-index.ts'

/** The columns that `agreementOf` reads and `columnsOfAgreement` writes, without the pair; `parent` is the second. */
const NAMES = [
  ...['path', 'parent', 'kind', 'local', 'remote', 'local_id', 'remote_id', 'content', 'sums', 'size'],
  ...['local_mtime', 'remote_mtime', 'mode', 'target'],
]
export const AGREEMENT_NAMES = NAMES.join(', ')
export const AGREEMENT_COLUMNS = NAMES.map(name => `a.${name}`).join(', ')
export const AGREEMENT_PLACEHOLDERS = NAMES.map(() => '?').join(', ')

/** The columns that `agreedStampOf` reads. */
export const STAMP_COLUMNS = 'path, kind, remote, remote_id, mode'

export function agreedStampOf([path, kind, remote, remoteId, mode]: Columns): AgreedStamp {
  return {
    path: path as Path,
    kind: kind as Kind,
    remote: remote as Stamp,
    remoteId: (remoteId ?? undefined) as EntryId | undefined,
    mode: (mode ?? undefined) as number | undefined,
  }
}

export function agreementOf(columns: Columns): Agreement {
  const [path, , kind, local, remote, localId, remoteId, content, sums, size, localMtime, remoteMtime, mode, target] =
    columns
  return {
    path: path as Path,
    kind: kind as Kind,
    local: String(local) as Stamp,
    remote: remote as Stamp,
    ...(localId != null && { localId: localId as EntryId }),
    ...(remoteId != null && { remoteId: remoteId as EntryId }),
    ...(content != null && { content: content as ContentId }),
    ...(sums != null && { sums: readSums(sums as string) }),
    ...(size != null && { size: size as number }),
    ...(localMtime != null && { localMtimeNs: BigInt(localMtime as string) }),
    ...(remoteMtime != null && { remoteMtimeNs: BigInt(remoteMtime as string) }),
    ...(mode != null && { mode: mode as number }),
    ...(target != null && { target: target as string }),
  }
}

export function columnsOfAgreement(agreement: Agreement): Value[] {
  const { path, kind, local, remote, localId, remoteId, content, sums, size, mode, target } = agreement
  return [
    ...[path, parentOf(path), kind, writeLocal(local), remote, localId ?? null, remoteId ?? null, content ?? null],
    ...[sums?.join(' ') ?? null, size ?? null, writeTime(agreement.localMtimeNs), writeTime(agreement.remoteMtimeNs)],
    ...[mode ?? null, target ?? null],
  ]
}

const SEQUENCE = /^[1-9]\d{0,14}$/

// A row's stamp is its sequence: kept as a number it compares with the row's own inside SQLite.
function writeLocal(local: Stamp): Value {
  return SEQUENCE.test(local) ? Number(local) : local
}

function writeTime(ns: bigint | undefined): Value {
  return ns === undefined ? null : String(ns)
}

function readSums(text: string): readonly Checksum[] {
  return text === '' ? [] : (text.split(' ') as Checksum[])
}
