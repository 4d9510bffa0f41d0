// `syncline folder …`: the folders that the daemon keeps in sync.
import { resolve } from 'node:path'
import type { Folder, FolderChange } from '../api/shapes/folders.ts'
import type { FolderStatus } from '../api/shapes/status.ts'
import { counted, shown } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList, printObject } from './listing.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'

export interface FolderAddOptions extends DaemonOptions {
  readonly id?: string
  readonly label?: string
}

export async function folderAdd(path: string, options: FolderAddOptions, { out }: Streams): Promise<number> {
  const { id, label } = options
  const folder = await daemonClient(options).folders.add({
    path: resolve(path),
    ...(id === undefined ? {} : { id }),
    ...(label === undefined ? {} : { label }),
  })
  if (options.json) printObject(out, 'folder', folder)
  else {
    out.write(`Added '${shown(folder.id)}': ${shown(folder.path)}\n`)
    out.write(`Now tell what to keep it equal with: syncline remote add ${shown(folder.id)} ADDRESS\n`)
  }
  return EXIT.equal
}

export async function folderList(options: DaemonOptions, { out }: Streams): Promise<number> {
  const client = daemonClient(options)
  const [folders, { folders: states }] = await Promise.all([client.folders.list(), client.status()])
  const stateOf = new Map(states.map(status => [status.id, status]))
  printList(out, options.json, {
    items: folders,
    type: 'folder',
    words: ({ id, path, remotes }) => [
      shown(id),
      shown(path),
      counted(remotes.length, 'remote'),
      wordsOf(stateOf.get(id)),
    ],
    none: 'No folders. `syncline folder add PATH` adds one.',
  })
  return EXIT.equal
}

function wordsOf(status: FolderStatus | undefined): string {
  return status === undefined ? '' : shown(status.sentence)
}

export async function folderRemove(text: string, options: DaemonOptions, { out }: Streams): Promise<number> {
  const client = daemonClient(options)
  const { id, path } = await folderNamed(client, text)
  await client.folders.remove(id)
  if (!options.json) out.write(`Removed '${shown(id)}'. Its files stay where they are: ${shown(path)}\n`)
  return EXIT.equal
}

export type FolderAct = 'pause' | 'resume'

export async function folderAct(
  act: FolderAct,
  text: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id } = await folderNamed(client, text)
  await client.folders[act](id)
  if (!options.json) out.write(act === 'pause' ? `'${shown(id)}' is paused.\n` : `'${shown(id)}' goes on.\n`)
  return EXIT.equal
}

export async function folderSet(
  text: string,
  change: Pick<FolderChange, 'type' | 'permissions'>,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id } = await folderNamed(client, text)
  const folder = await client.folders.change(id, change)
  if (options.json) printObject(out, 'folder', folder)
  else out.write(`'${shown(id)}': ${TYPE_WORDS[folder.type]}${folder.permissions === 'ignored' ? IGNORED_WORDS : ''}\n`)
  return EXIT.equal
}

const TYPE_WORDS: Readonly<Record<Folder['type'], string>> = {
  'send-receive': 'changes go both ways between here and the devices that share it.',
  'send-only': 'devices are told of changes made here, and nothing is taken from them.',
  'receive-only': 'what devices change is taken, and changes made here are told to nobody.',
}
const IGNORED_WORDS = ' Permissions stay where they are.'

export interface SettleOptions extends DaemonOptions {
  readonly dryRun?: boolean
}

export async function folderSettle(
  what: 'override' | 'revert',
  text: string,
  options: SettleOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id, type } = await folderNamed(client, text)
  if (options.dryRun) return (await import('./differing.ts')).listDiffering(what, { client, id, type }, options, out)
  const settled = await client.folders[what](id)
  if (options.json) printObject(out, 'settled', settled)
  else out.write(`${SETTLED[what](counted(settled.paths, 'path'), shown(id))}\n`)
  return EXIT.equal
}

const SETTLED = {
  override: (paths: string, id: string) => `All devices go to what '${id}' has here: ${paths}.`,
  revert: (paths: string, id: string) =>
    `'${id}' becomes what the devices have: ${paths}. What was changed here goes to the trash.`,
}

export interface ScanOptions extends DaemonOptions {
  readonly checksum?: boolean
}

export async function folderScan(
  text: string,
  place: string | undefined,
  options: ScanOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id, path } = await folderNamed(client, text)
  const at = place === undefined ? '' : parsePathIn(path, place)
  await client.folders.scan(id, at, options.checksum ? 'checksum' : 'metadata')
  if (!options.json) out.write(`'${shown(id)}' is scanned. \`syncline status\` tells how it goes.\n`)
  return EXIT.equal
}
