// A directory as the other side.
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SyncError } from '../model/errors.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { codeOf } from '../platform/tree.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { openTrash } from '../revisions/trash.ts'
import { standIn } from './open-folder.ts'
import type { OpenedRemote, RemoteParts } from './opened-remote.ts'
import { settingsMemory } from './settings-memory.ts'

/** Opens the directory `path`, which is made when it was never synced with and its parent is there. Throws `usage` when it overlaps the folder. */
export async function openDirectory(path: string, parts: RemoteParts): Promise<OpenedRemote> {
  const place = realPlace(path)
  checkApart(parts.root, place)
  const memory = settingsMemory(parts.index, place)
  const isNew = !isDirectory(place)
  if (isNew && memory.get('place') !== undefined) throw gone(path)
  const substitute = isNew && parts.access === 'look' ? standIn() : undefined
  if (isNew && substitute === undefined) make(place, path)
  const tree = await openNodeTree(substitute?.path ?? place).catch(error => {
    throw refused(path, error)
  })
  const close = async () => {
    await tree.close()
    substitute?.remove()
  }
  try {
    const { world, access } = parts
    const trash = parts.trash === 'none' ? 'none' : openTrash({ tree, clock: world.clock, random: world.random })
    const mode = access === 'look' ? 'read-only' : 'read-write'
    const replica = await connectDirectory({ tree, world, memory, mode, trash })
    return { replica, address: place, user: undefined, memory: place, directory: place, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** `path` with links resolved; of one that does not exist, those of its parent. */
export function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw refused(path, error)
  }
  try {
    return join(realpathSync(dirname(path)), basename(path))
  } catch (error) {
    throw refused(dirname(path), error)
  }
}

function isDirectory(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return false
  if (!stat.isDirectory())
    throw new SyncError('usage', `'${path}' is not a directory, so nothing can be synced with it.`)
  return true
}

function make(place: string, path: string): void {
  try {
    mkdirSync(place)
  } catch (error) {
    throw refused(path, error)
  }
}

/** Two trees of which one holds the other would copy themselves into each other for ever. */
export function checkApart(root: string, place: string): void {
  const isIn = (inner: string, outer: string) => inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)
  if (root === place) throw new SyncError('usage', 'FOLDER and REMOTE are the same directory.')
  if (isIn(place, root)) throw new SyncError('usage', `REMOTE '${place}' lies inside FOLDER '${root}'.`)
  if (isIn(root, place)) throw new SyncError('usage', `FOLDER '${root}' lies inside REMOTE '${place}'.`)
}

function gone(path: string): SyncError {
  return new SyncError(
    'wrong-place',
    `'${path}' is not there any more. If it lies on a disk or share, connect that. Nothing was deleted. To begin anew, remove the remote and add it again (without the daemon: \`syncline doctor FOLDER --forget REMOTE\`).`,
  )
}

function refused(path: string, cause: unknown): SyncError {
  switch (codeOf(cause)) {
    case 'ENOENT':
      return new SyncError('wrong-place', `'${path}' does not exist. Create it first, or connect its disk.`, { cause })
    case 'ENOTDIR':
      return new SyncError('usage', `'${path}' is not a directory, so nothing can be synced with it.`, { cause })
    case 'EACCES':
    case 'EPERM':
      return new SyncError('denied', `'${path}' may not be used by you. Check its permissions.`, {
        cause,
        scope: 'replica',
      })
    case 'EROFS':
      return new SyncError('denied', `'${path}' is on a disk that can only be read.`, { cause, scope: 'replica' })
    default:
      return new SyncError('denied', `'${path}' cannot be used (${codeOf(cause) ?? String(cause)}).`, {
        cause,
        scope: 'replica',
      })
  }
}
