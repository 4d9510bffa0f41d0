// The folder of a command: found, locked, its index opened. Closed in the opposite order.
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FolderIndex } from '../index/folder-index.ts'
import { lockFolder } from '../index/lock.ts'
import { openIndex } from '../index/sqlite-index.ts'
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { codeOf, isMissing, type Tree } from '../platform/tree.ts'

/** `write`: alone, and made ready if it is new. `look`: nothing in it is changed, on a private copy of the index. */
export type Access = 'write' | 'look'

export interface FolderFiles {
  /** Absolute, links resolved. */
  readonly root: string
  readonly tree: Tree
  readonly index: FolderIndex
  close(): Promise<void>
}

export const INDEX_FILE = `${OWN_DIRECTORY}/index.db`
export const LOCK_FILE = `${OWN_DIRECTORY}/lock`
const REMOTE_MARK = `${OWN_DIRECTORY}/remote-id`
const DEVICE_FILE = `${OWN_DIRECTORY}/device`

/** `device`: who signs changes made here, where that is known from elsewhere. Throws `folder-unusable` when FOLDER is no usable directory, `folder-locked` when another run is at work in it. */
export async function openFolderFiles(folder: string, access: Access, device?: DeviceId): Promise<FolderFiles> {
  const root = realFolder(folder)
  const tree = await openNodeTree(root).catch(error => {
    throw unusable(folder, error)
  })
  try {
    const { index, lock } = access === 'write' ? await openForWriting(tree, device) : await openForLooking(tree)
    return { root, tree, index, close: () => closeAll(tree, index, lock) }
  } catch (error) {
    await tree.close()
    throw codeOf(error) !== undefined && !(error instanceof SyncError) ? unusable(folder, error) : error
  }
}

/** The index of a folder that was synced before, for commands that only tell what is on record. */
export async function openKnownFolder(folder: string, access: Access = 'look'): Promise<FolderFiles> {
  const root = realFolder(folder)
  if (statSync(join(root, INDEX_FILE), { throwIfNoEntry: false }) === undefined)
    throw new SyncError(
      'folder-unusable',
      `'${folder}' was never synced: it has no index (${INDEX_FILE}). Run \`syncline sync\` on it first.`,
    )
  return openFolderFiles(folder, access)
}

/** Where a trash is: a folder that was synced before, or a directory that is the remote of one. */
export async function openTrashPlace(directory: string, access: Access): Promise<Pick<FolderFiles, 'tree' | 'close'>> {
  const root = realFolder(directory)
  const isThere = (file: string) => statSync(join(root, file), { throwIfNoEntry: false }) !== undefined
  if (isThere(INDEX_FILE) || !isThere(REMOTE_MARK)) return openKnownFolder(directory, access)
  const tree = await openNodeTree(root).catch(error => {
    throw unusable(directory, error)
  })
  return { tree, close: () => tree.close() }
}

export function realFolder(folder: string): string {
  try {
    const root = realpathSync(resolve(folder))
    if (statSync(root).isDirectory()) return root
  } catch (error) {
    throw unusable(folder, error)
  }
  throw new SyncError('folder-unusable', `'${folder}' is not a directory.`)
}

async function openForWriting(
  tree: Tree,
  given: DeviceId | undefined,
): Promise<{ index: FolderIndex; lock: Disposable }> {
  await ensureOwnDirectory(tree)
  const lock = lockFolder(join(tree.root, LOCK_FILE))
  try {
    const device = given ?? (await readDevice(tree)) ?? (await makeDevice(tree))
    return { index: openIndex(join(tree.root, INDEX_FILE), { device, now: Date.now }), lock }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

async function openForLooking(tree: Tree): Promise<{ index: FolderIndex; lock: undefined }> {
  const device = (await readDevice(tree)) ?? (1n as DeviceId)
  const isThere = (await statOwn(tree, INDEX_FILE)) !== undefined
  const file = isThere ? join(tree.root, INDEX_FILE) : ':memory:'
  return { index: openIndex(file, { device, now: Date.now, mode: 'copy' }), lock: undefined }
}

async function closeAll(tree: Tree, index: FolderIndex, lock: Disposable | undefined): Promise<void> {
  try {
    index.close()
  } finally {
    lock?.[Symbol.dispose]()
    await tree.close()
  }
}

/** For this user alone: it holds what was deleted, and the index names everything. */
async function ensureOwnDirectory(tree: Tree): Promise<void> {
  const stat = await tree.stat(OWN_DIRECTORY)
  if (stat === undefined) await tree.makeDirectory(OWN_DIRECTORY, 0o700)
  else if (stat.kind !== 'directory')
    throw new SyncError('folder-unusable', `${OWN_DIRECTORY} in '${tree.root}' is not a directory. Move it away.`)
}

async function statOwn(tree: Tree, path: string) {
  try {
    return await tree.stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function readDevice(tree: Tree): Promise<DeviceId | undefined> {
  try {
    const { bytes } = await tree.readSmall(DEVICE_FILE, 100)
    const text = Buffer.from(bytes).toString('latin1').trim()
    return /^[0-9a-f]{16}$/.test(text) ? (BigInt(`0x${text}`) as DeviceId) : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Who signs the versions of changes made here: a random number, as no two devices have the same. */
async function makeDevice(tree: Tree): Promise<DeviceId> {
  const hex = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  const [written] = await tree.writeSmall([{ path: DEVICE_FILE, bytes: Buffer.from(`${hex}\n`), mode: 0o600 }])
  if (written instanceof Error) throw written
  return BigInt(`0x${hex}`) as DeviceId
}

function unusable(folder: string, cause: unknown): SyncError {
  switch (codeOf(cause)) {
    case 'ENOENT':
      return new SyncError('folder-unusable', `The folder '${folder}' does not exist. Create it first.`, { cause })
    case 'ENOTDIR':
      return new SyncError('folder-unusable', `'${folder}' is not a directory.`, { cause })
    case 'EACCES':
    case 'EPERM':
      return new SyncError('folder-unusable', `The folder '${folder}' may not be used by you. Check its permissions.`, {
        cause,
      })
    case 'EROFS':
      return new SyncError('folder-unusable', `The folder '${folder}' is on a disk that can only be read.`, { cause })
    case 'ENOSPC':
    case 'EDQUOT':
      return new SyncError('disk-full', `The disk of '${folder}' is full. Make room and try again.`, { cause })
    case 'EMFILE':
    case 'ENFILE':
      return new SyncError('too-many-files', `The folder '${folder}' cannot be opened: too many files are open.`, {
        ...{ cause, scope: 'folder' },
      })
    default:
      return new SyncError(
        'folder-unusable',
        `The folder '${folder}' cannot be used (${codeOf(cause) ?? String(cause)}).`,
        {
          cause,
        },
      )
  }
}

/** An empty directory that stands for one that does not exist yet, so that a dry run makes nothing. */
export function standIn(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'syncline-dry-run-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
