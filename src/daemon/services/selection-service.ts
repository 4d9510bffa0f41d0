// What this device keeps of its folders: told, and changed.
import { ApiError } from '../../api/errors.ts'
import type { SelectionService } from '../../api/service.ts'
import type { Selection, SelectionPage } from '../../api/shapes/selection.ts'
import type { FolderIndex } from '../../index/folder-index.ts'
import { comparePaths, isWithin, type Path, type Place, parentOf, pathIn } from '../../model/path.ts'
import type { Replica } from '../../replica/replica.ts'
import { DeviceSelection } from '../../scan/device-selection.ts'
import { type Deselected, keepingOf } from '../../scan/selection.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { folderConfigOf, loopOf, type ServiceParts, sessionOf } from './service-parts.ts'

export function selectionService(parts: ServiceParts): SelectionService {
  return {
    read: async folder => {
      const { selection } = sessionOf(parts, folder).local.ignore
      return shown(selection, refusalOf(parts, folder))
    },
    change: async (folder, change) => {
      const session = sessionOf(parts, folder)
      const refusal = refusalOf(parts, folder)
      if (refusal !== undefined && change.deselect.length > 0) throw new ApiError('wrong-state', refusal)
      checkDirectories(change.deselect, session.local.files.index)
      // Its own one: what is at work in the folder goes on with what was, until it is opened anew.
      const selection = await openSelection(session, parts)
      await selection.change(change)
      loopOf(parts, folder).reopen()
      return shown(selection, refusal)
    },
    list: async (folder, place, ask, signal) => {
      const session = sessionOf(parts, folder)
      const replica =
        ask === 'remote' ? session.remotes.map(remote => remote.replica).find(each => each !== undefined) : undefined
      return list(place, session, replica, signal)
    },
  }
}

function openSelection({ local }: FolderSession, { world }: ServiceParts): Promise<DeviceSelection> {
  const { tree, index } = local.files
  const caseFold = !local.folder.home.can.names.caseSensitive
  return DeviceSelection.open({ tree, index, random: world.random, caseFold })
}

function shown(selection: DeviceSelection, refusal: string | undefined): Selection {
  const deselected = selection.deselected.map(path => ({
    path,
    state: selection.isCleared(path) ? ('gone' as const) : ('going' as const),
  }))
  return { deselected, ...(refusal === undefined ? {} : { refusal }) }
}

/** Where others get what is in the folder from this device only, it has to have it. */
function refusalOf(parts: ServiceParts, id: string): string | undefined {
  const { devices, remotes, type } = folderConfigOf(parts, id)
  if (devices.length > 0 && type === 'send-only')
    return 'This folder only sends, and the other devices go to what is here: all of it is kept here.'
  if (devices.length > 0 && remotes.length > 0)
    return 'This folder is shared with other devices and has a remote, and what one of them has comes to the other through this device: all of it is kept here.'
  if (parts.accounts.grants.list().some(({ folder }) => folder === id))
    return 'This folder is granted to accounts of the host, which see what is here: all of it is kept here.'
  if (remotes.length === 0 && devices.length === 0)
    return 'This folder has no remote that would keep what is not kept here.'
  if (remotes.length > 1)
    return 'This folder has several remotes, and what one of them has comes to the others through this device: all of it is kept here.'
  return undefined
}

function checkDirectories(paths: readonly Path[], index: FolderIndex): void {
  for (const path of paths) {
    const kind = index.row(path)?.state.kind
    if (kind === 'file' || kind === 'symlink')
      throw new ApiError('invalid', `'${path}' is no directory: only directories can be deselected.`)
  }
}

async function list(
  place: Place,
  { local }: FolderSession,
  replica: Replica | undefined,
  signal: AbortSignal,
): Promise<SelectionPage> {
  const { deselected } = local.ignore.selection
  const here = local.files.index.rowsIn(place).filter(({ state }) => state.kind === 'directory')
  const there = replica === undefined ? undefined : await directoriesAt(place, replica, signal)
  const paths = new Set<Path>([...here.map(({ path }) => path), ...between(deselected, place), ...(there ?? [])])
  // What is ignored cannot be kept.
  const shownPaths = [...paths].filter(path => local.ignore.unselected.verdict(path, 'directory') === 'kept')
  return {
    place,
    asked: there !== undefined,
    directories: shownPaths.sort(comparePaths).map(path => ({ path, keeping: keepingOf(path, deselected) })),
  }
}

/** The names in `place` on the way to what is deselected. */
function between(deselected: Deselected, place: Place): readonly Path[] {
  const from = place === '' ? 0 : place.length + 1
  return deselected
    .filter(path => path !== place && isWithin(path, place))
    .map(path => path.slice(0, path.indexOf('/', from) < 0 ? path.length : path.indexOf('/', from)) as Path)
}

/** Undefined where the other side does not tell. */
async function directoriesAt(
  place: Place,
  replica: Replica,
  signal: AbortSignal,
): Promise<readonly Path[] | undefined> {
  const isOnTheWay = (path: Path) => path === place || (place !== '' && isWithin(place, path))
  try {
    for await (const seen of replica.observe(
      { directory: () => undefined, skips: path => !isOnTheWay(path) },
      signal,
    )) {
      if (seen.as !== 'listing' || seen.place !== place) continue
      const found = [...seen.children].filter(([, { kind }]) => kind === 'directory')
      return found.map(([name]) => pathIn(place, name)).filter(path => parentOf(path) === place)
    }
    return []
  } catch {
    // What is known here is shown then.
    signal.throwIfAborted()
    return undefined
  }
}
