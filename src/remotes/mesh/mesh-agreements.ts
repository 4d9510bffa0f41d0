// What a pair with a mesh agrees on is what we announce: whatever was taken over from other devices is ours now, exactly as they made it.
import { type FolderIndex, type PairRecords, type Row, stampOfRow } from '../../index/folder-index.ts'
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import type { Agreement } from '../../model/agreement.ts'
import type { Path } from '../../model/path.ts'
import { compareVersions } from '../../model/version.ts'
import { type AnnounceParts, keptBack, newerVersion, ofOurs } from './announce-change.ts'
import { IMPLIED, stampOfVersion } from './announcements.ts'
import { isAsAgreed } from './as-agreed.ts'
import { isHomeless, isOverrun } from './homeless.ts'
import { isAnnouncedAs } from './is-announced-as.ts'

export interface AgreementParts extends AnnounceParts {
  readonly records: PairRecords
  readonly onAnnounced: () => void
  /** It could not be had, as nobody who has it can be reached. */
  readonly onMissed: (path: Path) => void
}

/**
 * `records`, of which each agreement and each forgetting is announced in the same transaction. What we announced does not count
 * as agreed once another version won that was made without knowing of it: then both sides have something new.
 */
export function meshAgreements(parts: AgreementParts): PairRecords {
  const { records, index, mesh, role, onAnnounced, onMissed } = parts
  const announce = (announcements: readonly Announcement[]) => {
    if (announcements.length === 0) return
    mesh.announce(announcements)
    onAnnounced()
  }
  const isBelieved = (row: Row | undefined, agreed: Agreement) =>
    // Where nothing is taken from others, there is nothing else to agree with than what we announced.
    role.type === 'send-only' ||
    row === undefined ||
    !(isApart(row, agreed, mesh) || isHomeless(row.path, mesh) || isOverrun(row.path, mesh))
  const judged = (row: Row | undefined, agreed: Agreement | undefined) => {
    if (agreed === undefined || isBelieved(row, agreed)) return { agreed }
    return { agreed: undefined, doubted: asShown(agreed, mesh) }
  }
  const known = (path: Path) => {
    const { row, agreed } = records.known(path)
    return { row, ...judged(row, agreed) }
  }
  return {
    ...records,
    known,
    agreement: path => known(path).agreed,
    *dirtyRows() {
      for (const { row, agreed } of records.dirtyRows()) yield { row, ...judged(row, agreed) }
    },
    // As soon as somebody is there who has it, it is tried again, however often nobody was.
    recordFailure: failure => {
      if (failure.code === 'offline') onMissed(failure.path)
      else records.recordFailure(failure)
    },
    agree: agreements =>
      index.transaction(() => {
        records.agree(agreements)
        if (role.type !== 'send-only') announce(agreements.flatMap(agreement => takenOver(agreement, parts)))
      }),
    moveAgreements: (from, to) =>
      index.transaction(() => {
        const below = pathsBelow([from], records)
        records.moveAgreements(from, to)
        announce([...arrived(to, parts), ...given(from, index, mesh), ...goneWith(below, index, mesh)])
      }),
    forget: paths =>
      index.transaction(() => {
        const below = pathsBelow(paths, records)
        records.forget(paths)
        announce([...paths.flatMap(path => given(path, index, mesh)), ...goneWith(below, index, mesh)])
      }),
  }
}

/**
 * What was agreed on, as it is shown now: a listing tells nothing new of a directory that looks as ever, although others have made it
 * anew. Without this it would be taken for gone, and what is in it could never come.
 */
function asShown(agreed: Agreement, mesh: MeshRecords): Agreement | undefined {
  const { path, kind } = agreed
  const global = mesh.picked(path)
  if (global === undefined || global.deleted || global.invalid || global.kind !== kind) return undefined
  const remote = stampOfVersion(global.version)
  // Whatever else came under another version shows in a listing.
  return kind === 'directory' || remote === agreed.remote ? { ...agreed, remote } : undefined
}

function isApart({ path, version, state }: Row, agreed: Agreement, mesh: MeshRecords): boolean {
  const global = mesh.picked(path)
  if (global === undefined || (global.deleted && state.kind === 'deleted') || isAsAgreed(global, agreed)) return false
  // What somebody who had it replaced or deleted is in conflict with nothing any more, whatever wins over that.
  return compareVersions(version, global.version) === 'concurrent' && !mesh.isFollowed(path, version)
}

/** Ours from now on: what all go to, if that is what was agreed on. Not when we made it ourselves. */
function takenOver({ path, local, remote }: Agreement, parts: AgreementParts): Announcement[] {
  const { index, mesh } = parts
  const global = mesh.picked(path)
  if (remote === IMPLIED) return impliedNowMade(path, parts)
  if (global === undefined) return []
  // It went on meanwhile: what came is taken over next.
  if (stampOfVersion(global.version) !== remote) return directoryThatWentOn(global, parts)
  index.adopt(path, Number(local), global.version)
  if (global.invalid) return offeredAgain(global, parts)
  return isOurs(global, mesh) ? [] : [global]
}

/** Of a directory that looks as ever no look would tell that it was made anew: it is taken over at once. */
function directoryThatWentOn(global: Announcement, parts: AgreementParts): Announcement[] {
  const { index, mesh } = parts
  const row = index.row(global.path)
  if (row === undefined || !isSameDirectory(global, parts) || isOurs(global, mesh)) return []
  index.adopt(row.path, row.sequence, global.version)
  return [global]
}

/** It was to go from here, and nobody else offers it. */
function offeredAgain({ path, version, modifiedBy }: Announcement, parts: AgreementParts): Announcement[] {
  const row = parts.index.row(path)
  return row === undefined ? [] : [{ ...ofOurs(row, { isOverFile: false }, version, parts), modifiedBy }]
}

/** What was renamed here as it was elsewhere: the same bytes, so that the new name is agreed on with the old one's going. */
function arrived(path: Path, parts: AgreementParts): Announcement[] {
  const { records, mesh, role } = parts
  const [agreed, global] = [records.agreement(path), mesh.picked(path)]
  if (agreed === undefined || global === undefined || !isSameFile(global, agreed)) return []
  const now = { ...agreed, remote: stampOfVersion(global.version) }
  records.agree([now])
  return role.type === 'send-only' ? [] : takenOver(now, parts)
}

function isSameFile(global: Announcement, agreed: Agreement): boolean {
  const isSameMode = global.mode === undefined || agreed.mode === undefined || global.mode === agreed.mode
  return isAsAgreed(global, agreed) && isSameMode && global.modifiedNs === agreed.remoteMtimeNs
}

/** A directory that nobody has announced, although something is in it: we do. */
function impliedNowMade(path: Path, parts: AgreementParts): Announcement[] {
  const row = parts.index.row(path)
  if (row?.state.kind !== 'directory') return []
  const change = { isOverFile: false }
  if (parts.role.type === 'receive-only') return [keptBack(row, change, parts)]
  return [ofOurs(row, change, newerVersion(row, parts), parts)]
}

/**
 * What came that is so here already, and that no plan would find: ours too, without anything being done. Deletions of what is gone
 * and was agreed on with nobody any more, as when a directory was replaced before it was told what became of that which was in it;
 * and directories that were made anew and look as ever.
 */
export function takeOverWhatIsSo(paths: readonly Path[], parts: TakeOverParts): void {
  const { index, mesh } = parts
  const so = paths.flatMap(path => {
    const global = mesh.picked(path)
    if (global === undefined || global.invalid || !mayBeSo(global, parts) || isOurs(global, mesh)) return []
    const row = index.row(path)
    if (!isSo(global, row, parts)) return []
    if (row !== undefined) index.adopt(path, row.sequence, global.version)
    return [global]
  })
  mesh.announce(so)
}

type TakeOverParts = Pick<AgreementParts, 'records' | 'index' | 'mesh' | 'role'>

/** Looking no further: most of what comes is files. */
function mayBeSo({ deleted, kind }: Announcement, { role }: TakeOverParts): boolean {
  return role.type === 'send-only' || deleted || kind === 'directory'
}

function isSo(global: Announcement, row: Row | undefined, parts: TakeOverParts): boolean {
  const { mesh, role } = parts
  // Of what was deleted everywhere before it ever was here nothing needs to be said.
  if (role.type === 'send-only')
    return (!global.deleted || mesh.announced(global.path) !== undefined) && isAnnouncedAs(row, global, role)
  return global.deleted ? isGoneHere(global.path, parts) : isSameDirectory(global, parts)
}

function isGoneHere(path: Path, { records, index, mesh }: TakeOverParts): boolean {
  if (mesh.announced(path) === undefined || records.agreement(path) !== undefined) return false
  return (index.row(path)?.state.kind ?? 'deleted') === 'deleted'
}

function isSameDirectory(global: Announcement, { records, index, role }: TakeOverParts): boolean {
  const row = global.kind === 'directory' ? index.row(global.path) : undefined
  if (row?.state.kind !== 'directory') return false
  const agreed = records.agreement(global.path)
  // What was changed here, or is new, is for a plan.
  if (agreed?.kind !== 'directory' || agreed.local !== stampOfRow(row)) return false
  return isAnnouncedAs(row, global, role)
}

/** What is not ours any more: gone as it is everywhere, or ignored here from now on. */
function given(path: Path, index: FolderIndex, mesh: MeshRecords): Announcement[] {
  const row = index.row(path)
  const ours = mesh.announced(path)
  if (row?.state.kind === 'blocked') return ours === undefined || ours.invalid ? [] : [{ ...ours, invalid: true }]
  const global = mesh.picked(path)
  if (global === undefined || !global.deleted) return []
  if (row !== undefined) index.adopt(path, row.sequence, global.version)
  return isOurs(global, mesh) ? [] : [global]
}

/** What was agreed on below these, and is forgotten with them. */
function pathsBelow(paths: readonly Path[], records: PairRecords): readonly Path[] {
  const below = new Set(paths.flatMap(path => records.agreementsBelow(path).map(agreed => agreed.path)))
  for (const path of paths) below.delete(path)
  return [...below]
}

/** Of what was in a directory that is gone: what is gone as it is everywhere. No plan would find it any more. */
function goneWith(paths: readonly Path[], index: FolderIndex, mesh: MeshRecords): Announcement[] {
  return paths.flatMap(path =>
    (index.row(path)?.state.kind ?? 'deleted') === 'deleted' ? given(path, index, mesh) : [],
  )
}

function isOurs(global: Announcement, mesh: MeshRecords): boolean {
  const ours = mesh.announced(global.path)
  return (
    ours !== undefined &&
    ours.deleted === global.deleted &&
    ours.invalid === global.invalid &&
    stampOfVersion(ours.version) === stampOfVersion(global.version)
  )
}
