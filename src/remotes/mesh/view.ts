// What the mesh shows to the folder here: what all devices go to, or what this one stands by, as the folder's type is.
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import type { Entry, Stamp } from '../../model/entry.ts'
import type { Path, Place } from '../../model/path.ts'
import { entryOf, IMPLIED, stampOfVersion } from './announcements.ts'
import { isOverrun } from './homeless.ts'
import type { Role } from './role.ts'

export interface MeshView {
  look(path: Path): Entry | undefined
  /** What is directly in a place. */
  list(place: Place): ReadonlyMap<Path, Entry>
}

export function viewOf({ type, permissions }: Role, mesh: MeshRecords): MeshView {
  const entry = permissions === 'ignored' ? (one: Announcement) => withoutMode(entryOf(one)) : entryOf
  if (type === 'send-only') return ownView(mesh, entry)
  const view = sharedView(mesh, entry)
  return type === 'receive-only' ? withKeptBack(view, mesh, entry) : view
}

type ToEntry = (announcement: Announcement) => Entry | undefined

const IMPLIED_DIRECTORY: Entry = { kind: 'directory', stamp: IMPLIED }

/** What all go to. */
function sharedView(mesh: MeshRecords, entry: ToEntry): MeshView {
  return {
    look: path => {
      const global = mesh.picked(path)
      // As in a listing: what nobody offers is not there, and whoever has it may announce it.
      const found = global === undefined || global.invalid ? undefined : entry(global)
      const isImplied = found === undefined ? mesh.pickedBelow(path, 1).length > 0 : isOverrun(path, mesh)
      return isImplied ? IMPLIED_DIRECTORY : found
    },
    list: place => {
      const found = entriesOf(mesh.globalsIn(place), entry)
      for (const path of mesh.impliedIn(place))
        if (!found.has(path) || isOverrun(path, mesh)) found.set(path, IMPLIED_DIRECTORY)
      return found
    },
  }
}

/** What we announced ourselves: whatever others have, there is nothing to be taken from them. */
function ownView(mesh: MeshRecords, entry: ToEntry): MeshView {
  return {
    look: path => {
      const own = mesh.announced(path)
      return own === undefined || own.invalid ? undefined : entry(own)
    },
    list: place => entriesOf(mesh.announcedIn(place), entry),
  }
}

/** What all go to, but for what was changed here since: as long as nobody goes on from what that was made of, nothing is to be done about it. */
function withKeptBack(view: MeshView, mesh: MeshRecords, entry: ToEntry): MeshView {
  return {
    look: path => {
      const own = mesh.announced(path)
      return own !== undefined && isStillKeptBack(own, mesh) ? keptBackEntry(own, entry) : view.look(path)
    },
    list: place => {
      const found = new Map(view.list(place))
      for (const own of mesh.keptBackIn(place)) {
        if (!isStillKeptBack(own, mesh)) continue
        const kept = keptBackEntry(own, entry)
        if (kept === undefined) found.delete(own.path)
        else found.set(own.path, kept)
      }
      return found
    },
  }
}

function isStillKeptBack(own: Announcement, mesh: MeshRecords): boolean {
  if (own.isKeptBack !== true) return false
  const global = mesh.picked(own.path)
  return (
    global === undefined || global.isKeptBack === true || stampOfVersion(global.version) === stampOfVersion(own.version)
  )
}

/** Under a stamp of its own: it is no version that anybody else knows. */
function keptBackEntry(own: Announcement, entry: ToEntry): Entry | undefined {
  const found = entry({ ...own, invalid: false })
  if (found === undefined || found.kind === 'blocked') return found
  return { ...found, stamp: `kept back ${own.sequence}` as Stamp }
}

function entriesOf(announcements: readonly Announcement[], entry: ToEntry): Map<Path, Entry> {
  const found = new Map<Path, Entry>()
  for (const announcement of announcements) {
    const shown = entry(announcement)
    if (shown !== undefined) found.set(announcement.path, shown)
  }
  return found
}

export function withoutMode(entry: Entry | undefined): Entry | undefined {
  if (entry === undefined || !('mode' in entry)) return entry
  const { mode: _, ...rest } = entry
  return rest
}
