// A folder with all that belongs to it: its files claimed, its index, its own disk, its trash, its rules. Any number of remotes can meet in it.
import { readFileSync } from 'node:fs'
import { SyncError } from '../model/errors.ts'
import type { DeviceId } from '../model/version.ts'
import { codeOf } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import type { Revisions } from '../revisions/revisions.ts'
import { openTrash } from '../revisions/trash.ts'
import { DeviceSelection, type SelectedRules, withSelection } from '../scan/device-selection.ts'
import type { IgnoreFile } from '../scan/ignore.ts'
import { loadIgnore } from '../scan/load-ignore.ts'
import { type Folder, openFolder } from '../sync/folder.ts'
import { folderDisk, ofFolder } from './folder-disk.ts'
import { type Access, type FolderFiles, openFolderFiles } from './open-folder.ts'
import { settingsMemory } from './settings-memory.ts'

export interface LocalRequest {
  readonly folder: string
  readonly access: Access
  readonly ignoreFrom: readonly string[]
  readonly trash: 'keep' | 'none'
  readonly trust: 'metadata' | 'content'
  readonly world: World
  /** Who signs changes made here, where that is known from elsewhere. */
  readonly device?: DeviceId
  readonly onScanned?: (files: number, bytes: number) => void
  /** What is kept and removed goes through what this returns. */
  readonly keeping?: (trash: Revisions, files: FolderFiles) => Revisions
}

export interface OpenedLocal {
  readonly files: FolderFiles
  readonly folder: Folder
  readonly ignore: SelectedRules
  close(): Promise<void>
}

/** Throws `SyncError`s of the scope `folder`, and `usage` for rules that cannot be read. */
export async function openLocal(request: LocalRequest): Promise<OpenedLocal> {
  const extra = request.ignoreFrom.map(readRules)
  const files = await openFolderFiles(request.folder, request.access, request.device)
  try {
    const { folder, ignore } = await openIn(files, extra, request)
    return { files, folder, ignore, close: () => files.close() }
  } catch (error) {
    await files.close()
    throw error
  }
}

async function openIn(files: FolderFiles, extra: readonly IgnoreFile[], request: LocalRequest) {
  const { tree, index } = files
  const { world, access } = request
  const trash = openTrash({ tree, clock: world.clock, random: world.random })
  const revisions = request.keeping?.(trash, files) ?? trash
  const disk = await connectDirectory({
    tree,
    world,
    memory: settingsMemory(index, 'this folder'),
    mode: access === 'look' ? 'read-only' : 'read-write',
    trash: request.trash === 'none' ? 'none' : revisions,
  }).catch(error => {
    throw ofFolder(error)
  })
  const caseFold = !disk.can.names.caseSensitive
  const selection = await DeviceSelection.open({ tree, index, random: world.random, caseFold })
  const ignore = withSelection(await loadIgnore(tree, { caseFold, extra }), selection)
  const { trust, onScanned } = request
  const mode = access === 'look' ? 'look' : 'sync'
  const folder = await openFolder({
    tree,
    index,
    disk: folderDisk(disk),
    ignore,
    revisions,
    world,
    trust,
    mode,
    ...(onScanned === undefined ? {} : { onScanned }),
  })
  return { folder, ignore }
}

function readRules(file: string): IgnoreFile {
  try {
    return { name: file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    throw new SyncError('usage', `The file of --ignore-from, '${file}', cannot be read (${codeOf(error) ?? error}).`, {
      cause: error,
    })
  }
}
