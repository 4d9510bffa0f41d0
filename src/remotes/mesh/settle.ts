// What a person asks for in a folder whose changes travel one way only: that all others go to what is here, or here to what they have.
import type { PairRecords } from '../../index/folder-index.ts'
import type { Announcement } from '../../index/mesh.ts'
import type { Stamp } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import { bumpVersion, mergeVersions, type Version } from '../../model/version.ts'
import { type AnnounceParts, newerVersion, ofOurs } from './announce-change.ts'
import { stampOfVersion } from './announcements.ts'

export interface SettleParts extends AnnounceParts {
  /** Of the pair with the mesh, without what agreeing announces. */
  readonly records: PairRecords
  readonly onAnnounced: () => void
}

const PAGE = 500
/** No row is ever at this sequence: what was agreed on is not what is here. */
const NEVER = '0' as Stamp

/** Announces what is here as newer than whatever others have in its place. Returns how many paths that were. */
export function override(parts: SettleParts): number {
  return inPages(parts, parts.mesh.lackedAfter, global => overriding(global, parts))
}

/** Gives up what was kept back: the next run brings what the others have, and what is here goes to the trash. Returns how many paths that are. */
export function revert(parts: SettleParts): number {
  const { index, mesh } = parts
  return inPages(parts, mesh.keptBackAfter, own => {
    const others = mesh.pickedOfOthers(own.path)
    const row = index.row(own.path)
    if (row !== undefined) index.adopt(own.path, row.sequence, others?.version ?? [])
    return [givenUp(own, others)]
  })
}

/** Changes that were kept back are news, now that the folder no longer only receives. */
export function release(parts: SettleParts): void {
  const { mesh, records } = parts
  inPages(parts, mesh.keptBackAfter, own => {
    const others = mesh.pickedOfOthers(own.path)
    if (others !== undefined && isThere(others)) records.agree([asTheyHaveIt(others)])
    else records.forget([own.path])
    return [givenUp(own, others)]
  })
}

type PageAfter = (path: Path | '', limit: number) => readonly Announcement[]

function inPages(
  { index, mesh, onAnnounced }: SettleParts,
  pageAfter: PageAfter,
  announced: (one: Announcement) => readonly Announcement[],
): number {
  let count = 0
  let at: Path | '' = ''
  for (let page = pageAfter.call(mesh, at, PAGE); page.length > 0; page = pageAfter.call(mesh, at, PAGE)) {
    index.transaction(() => mesh.announce(page.flatMap(one => announced(one))))
    count += page.length
    at = page.at(-1)?.path ?? at
  }
  if (count > 0) onAnnounced()
  return count
}

function overriding(global: Announcement, parts: SettleParts): Announcement[] {
  const { index, device, clock } = parts
  const row = index.row(global.path)
  // What cannot be read, or is not wanted here, is nothing to tell others what is right by.
  if (row?.state.kind === 'blocked') return []
  if (row !== undefined)
    return [ofOurs(row, { isOverFile: false, ...goneKind(row.state.kind, global) }, newerVersion(row, parts), parts)]
  const now = clock.now()
  const version = bumpVersion(mergeVersions(global.version, []), device, BigInt(Math.floor(now / 1000)))
  return [{ ...gone(global, version), modifiedBy: device, modifiedNs: BigInt(now) * 1_000_000n }]
}

function goneKind(kind: string, global: Announcement) {
  return kind === 'deleted' ? { goneKind: global.kind } : {}
}

/** Ours no longer: as long as nothing else is announced, we have nothing there that anybody could want. */
function givenUp(own: Announcement, others: Announcement | undefined): Announcement {
  const { isKeptBack: _, ...rest } = own
  if (others !== undefined && isThere(others)) return { ...rest, invalid: true, version: [] }
  return { ...gone(rest, others?.deleted === true ? others.version : []), invalid: false }
}

function gone(one: Announcement, version: Version): Announcement {
  return { ...one, version, deleted: true, size: 0, blocks: undefined, target: undefined }
}

function isThere({ deleted, invalid }: Announcement): boolean {
  return !deleted && !invalid
}

function asTheyHaveIt({ path, kind, version, blocks, size, modifiedNs, mode, target }: Announcement) {
  return {
    ...{ path, kind, local: NEVER, remote: stampOfVersion(version) },
    ...(kind === 'file' ? { size, localMtimeNs: modifiedNs, remoteMtimeNs: modifiedNs } : {}),
    ...(blocks?.content === undefined ? {} : { content: blocks.content }),
    ...(mode === undefined ? {} : { mode }),
    ...(target === undefined ? {} : { target }),
  }
}
