// The commands about what the daemon keeps in sync: folders and their remotes.

import { Argument, type Command, Option } from 'commander'
import type { FolderChange } from '../api/shapes/folders.ts'
import { newId } from './argument-values.ts'
import type { DaemonOptions } from './ask-daemon.ts'
import type { FolderAct, FolderAddOptions, ScanOptions, SettleOptions } from './folder.ts'
import { daemonCommand, PASSWORD_WORDS, type Registration, trustCertOption } from './registration.ts'
import type { RemoteAct, RemoteAddOptions } from './remote.ts'

const FOLDER = 'its id, or its directory'
const REMOTE = 'its id or address; may be left out where there is only one'

export function addFolderCommands(registration: Registration): void {
  addFolder(registration)
  addRemote(registration)
}

function addFolder({ program, streams, finish }: Registration): void {
  const folder = program.command('folder').description('the folders that the daemon keeps in sync')
  daemonCommand(folder, 'add', 'keep a directory in sync')
    .argument('PATH', 'made if it is missing')
    .addOption(
      new Option('--id <id>', 'what commands call it; without it, made from the last name of PATH').argParser(newId),
    )
    .option('--label <text>', 'what people read')
    .action(async (path: string, options: FolderAddOptions) => {
      finish(await (await import('./folder.ts')).folderAdd(path, options, streams))
    })
  daemonCommand(folder, 'list', 'list them, and how each is going').action(async (options: DaemonOptions) => {
    finish(await (await import('./folder.ts')).folderList(options, streams))
  })
  daemonCommand(folder, 'remove', 'no longer keep it in sync; its files stay')
    .argument('FOLDER', FOLDER)
    .action(async (text: string, options: DaemonOptions) => {
      finish(await (await import('./folder.ts')).folderRemove(text, options, streams))
    })
  const acts: readonly (readonly [FolderAct, string])[] = [
    ['pause', 'leave it alone until it is resumed'],
    ['resume', 'go on with it'],
  ]
  for (const [act, words] of acts)
    daemonCommand(folder, act, words)
      .argument('FOLDER', FOLDER)
      .action(async (text: string, options: DaemonOptions) => {
        finish(await (await import('./folder.ts')).folderAct(act, text, options, streams))
      })
  addOneWay({ program, streams, finish }, folder)
  daemonCommand(folder, 'scan', 'look at the disk now')
    .argument('FOLDER', FOLDER)
    .argument('[PATH]', 'only at and below this')
    .option('--checksum', 'read every file')
    .action(async (text: string, place: string | undefined, options: ScanOptions) => {
      finish(await (await import('./folder.ts')).folderScan(text, place, options, streams))
    })
}

/** Which way changes go between here and other devices, and who is right where they go one way only. */
function addOneWay({ program, streams, finish }: Registration, folder: Command): void {
  daemonCommand(folder, 'type', 'which way changes go between here and the devices that share it')
    .argument('FOLDER', FOLDER)
    .addArgument(new Argument('TYPE').choices(['send-receive', 'send-only', 'receive-only']))
    .action(async (text: string, type: NonNullable<FolderChange['type']>, options: DaemonOptions) => {
      finish(await (await import('./folder.ts')).folderSet(text, { type }, options, streams))
    })
  daemonCommand(folder, 'permissions', 'whether permissions go between here and the devices that share it')
    .argument('FOLDER', FOLDER)
    .addArgument(new Argument('WHETHER').choices(['synced', 'ignored']))
    .action(async (text: string, permissions: NonNullable<FolderChange['permissions']>, options: DaemonOptions) => {
      finish(await (await import('./folder.ts')).folderSet(text, { permissions }, options, streams))
    })
  const settles = [
    ['override', 'of a send-only folder: all devices go to what is here'],
    ['revert', 'of a receive-only folder: it becomes what the devices have; what was changed here goes to the trash'],
  ] as const
  for (const [what, words] of settles)
    daemonCommand(program, what, words)
      .argument('FOLDER', FOLDER)
      .option('--dry-run', 'only list what differs, and what would become of it')
      .action(async (text: string, options: SettleOptions) => {
        finish(await (await import('./folder.ts')).folderSettle(what, text, options, streams))
      })
}

function addRemote({ program, streams, finish }: Registration): void {
  const remote = program.command('remote').description('what a folder of the daemon is kept equal with')
  daemonCommand(remote, 'add', 'make contact, and keep the folder equal with it from now on')
    .argument('FOLDER', FOLDER)
    .argument('ADDRESS', 'a path, file://, http(s):// or dav(s):// address; the kind of server is found out')
    .addOption(new Option('--id <id>', 'what commands call it').argParser(newId))
    .option('--user <name>', 'who you are at the server')
    .option('--password-file <file>', PASSWORD_WORDS)
    .addOption(trustCertOption())
    .option('--test', 'only make contact, and tell what was found')
    .action(async (folder: string, address: string, options: RemoteAddOptions) => {
      finish(await (await import('./remote.ts')).remoteAdd(folder, address, options, streams))
    })
  daemonCommand(remote, 'list', 'list them, and how each is going')
    .argument('[FOLDER]', FOLDER)
    .action(async (folder: string | undefined, options: DaemonOptions) => {
      finish(await (await import('./remote.ts')).remoteList(folder, options, streams))
    })
  const acts: readonly (readonly [RemoteAct, string])[] = [
    ['remove', 'forget it and what was agreed with it; nothing is deleted on either side'],
    ['pause', 'leave it alone until it is resumed'],
    ['resume', 'go on with it'],
    ['sync', 'look at everything on both sides now'],
  ]
  for (const [act, words] of acts)
    daemonCommand(remote, act, words)
      .argument('FOLDER', FOLDER)
      .argument(act === 'remove' ? 'REMOTE' : '[REMOTE]', REMOTE)
      .action(async (folder: string, name: string | undefined, options: DaemonOptions) => {
        const { remoteAct } = await import('./remote.ts')
        finish(await remoteAct(act, { folder, remote: name }, options, streams))
      })
}
