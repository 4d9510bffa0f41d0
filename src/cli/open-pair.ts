// Puts a folder and its remote together, as every command needs them that looks at both.
import { readFileSync } from 'node:fs'
import { SyncError } from '../model/errors.ts'
import { codeOf } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { openTrash } from '../revisions/trash.ts'
import type { ExplainedRules, IgnoreFile } from '../scan/ignore.ts'
import { loadIgnore } from '../scan/load-ignore.ts'
import type { Report } from '../sync/events.ts'
import { openFolder } from '../sync/folder.ts'
import type { Approval } from '../sync/options.ts'
import { Pair } from '../sync/pair.ts'
import { folderDisk, ofFolder } from './folder-disk.ts'
import type { Login } from './login.ts'
import { type Access, type FolderFiles, openFolderFiles } from './open-folder.ts'
import { openRemote } from './open-remote.ts'
import type { OpenedRemote } from './opened-remote.ts'
import { rememberRemote } from './remembered-remote.ts'
import type { RemoteAddress } from './remote-address.ts'
import { settingsMemory } from './settings-memory.ts'

export interface PairRequest {
  readonly folder: string
  readonly remote: RemoteAddress
  readonly access: Access
  readonly login: Login | undefined
  readonly trustCert: string | undefined
  readonly ignoreFrom: readonly string[]
  readonly approved: ReadonlySet<Approval>
  readonly trash: 'keep' | 'none'
  readonly trust: 'metadata' | 'content'
  readonly world: World
  readonly report: Report
  readonly onScanned?: (files: number, bytes: number) => void
}

export interface OpenedPair {
  readonly pair: Pair
  readonly ignore: ExplainedRules
  readonly files: FolderFiles
  readonly remote: OpenedRemote
  close(): Promise<void>
}

/** Opens both sides; closing closes them. Throws `SyncError`s of the scope that shows which side cannot be used. */
export async function openPair(request: PairRequest, signal: AbortSignal): Promise<OpenedPair> {
  const extra = request.ignoreFrom.map(readRules)
  const files = await openFolderFiles(request.folder, request.access)
  try {
    const { folder, ignore } = await openHere(request, files, extra)
    const { tree, index } = files
    const remote = await openRemote(request.remote, { ...request, root: tree.root, index }, signal)
    try {
      const { replica } = remote
      if (request.access === 'write') rememberRemote(index, remote)
      const pair = new Pair({
        home: folder.home,
        remote: replica,
        index,
        ignore,
        world: request.world,
        report: request.report,
        revisions: folder.revisions,
        scan: (places, until, namesIn) => folder.scan(places, until, namesIn),
        options: { approved: request.approved },
      })
      return { pair, ignore, files, remote, close: () => closeBoth(remote, files) }
    } catch (error) {
      await remote.close()
      throw error
    }
  } catch (error) {
    await files.close()
    throw error
  }
}

async function closeBoth(remote: OpenedRemote, files: FolderFiles): Promise<void> {
  try {
    await remote.close()
  } finally {
    await files.close()
  }
}

async function openHere(request: PairRequest, files: FolderFiles, extra: readonly IgnoreFile[]) {
  const { tree, index } = files
  const { world, access } = request
  const revisions = openTrash({ tree, clock: world.clock, random: world.random })
  const disk = await connectDirectory({
    tree,
    world,
    memory: settingsMemory(index, 'this folder'),
    mode: access === 'look' ? 'read-only' : 'read-write',
    trash: request.trash === 'none' ? 'none' : revisions,
  }).catch(error => {
    throw ofFolder(error)
  })
  const ignore = await loadIgnore(tree, { caseFold: !disk.can.names.caseSensitive, extra })
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
