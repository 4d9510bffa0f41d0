// The commands about paths of a folder: why, conflicts, select, deselect, restore, trash. Where a daemon has the folder, they ask it.
import { type Command, Option } from 'commander'
import { days, time } from './argument-values.ts'
import type { DaemonOptions } from './ask-daemon.ts'
import { HOME_WORDS, JSON_WORDS, PASSWORD_WORDS, type Registration, trustCertOption } from './registration.ts'
import type { RestoreOptions } from './restore.ts'
import type { SelectOptions } from './select.ts'
import type { TrashOptions } from './trash.ts'
import type { WhyOptions } from './why.ts'

export function addPathCommands(registration: Registration): void {
  for (const add of [addWhy, addConflicts, addSelect, addDeselect, addRestore, addTrash]) add(registration)
}

function addWhy({ program, streams, finish }: Registration): void {
  program
    .command('why')
    .description('say of one path what each side holds, what was agreed, what would be done, and why')
    .argument('FOLDER', 'its directory, or its name in the daemon')
    .argument('PATH', 'relative to FOLDER')
    .option('--home <dir>', HOME_WORDS)
    .option('--json', JSON_WORDS)
    .option(
      '--remote <remote>',
      'ask this remote; without it, directories are asked, and servers if there is a password',
    )
    .option('--user <name>', 'who you are at the server')
    .option('--password-file <file>', PASSWORD_WORDS)
    .addOption(trustCertOption())
    .action(async (folder: string, path: string, options: WhyOptions) => {
      const { whyCommand } = await import('./why.ts')
      finish(await whyCommand(folder, path, options, streams))
    })
}

function addConflicts({ program, streams, finish }: Registration): void {
  program
    .command('conflicts')
    .description('list conflict copies and where they come from')
    .argument('FOLDER', 'its directory, or its name in the daemon')
    .option('--home <dir>', HOME_WORDS)
    .option('--json', 'print one JSON object per copy')
    .action(async (folder: string, options: DaemonOptions) => {
      const { conflictsCommand } = await import('./conflicts.ts')
      finish(await conflictsCommand(folder, options, streams))
    })
}

function addSelect({ program, streams, finish }: Registration): void {
  program
    .command('select')
    .description('keep directories on this device again that were deselected')
    .argument('FOLDER', 'its directory, or its name in the daemon')
    .argument('[PATH...]', 'relative to FOLDER')
    .option('--without <path...>', 'what in them is not to be kept')
    .option('--list', 'list what is not kept')
    .option('--home <dir>', HOME_WORDS)
    .option('--json', 'print one JSON object per directory that is not kept')
    .action(async (folder: string, select: readonly string[], options: SelectOptions, command: Command) => {
      if ((options.list === true) === select.length > 0) command.error('error: give either --list or what to select')
      const { selectCommand } = await import('./select.ts')
      finish(await selectCommand(folder, { select, deselect: options.without ?? [] }, options, streams))
    })
}

function addDeselect({ program, streams, finish }: Registration): void {
  program
    .command('deselect')
    .description(
      'no longer keep directories on this device; what the remote has of them goes from here and stays there',
    )
    .argument('FOLDER', 'its directory, or its name in the daemon')
    .argument('<PATH...>', 'relative to FOLDER')
    .option('--home <dir>', HOME_WORDS)
    .option('--json', 'print one JSON object per directory that is not kept')
    .action(async (folder: string, deselect: readonly string[], options: DaemonOptions) => {
      const { selectCommand } = await import('./select.ts')
      finish(await selectCommand(folder, { select: [], deselect }, options, streams))
    })
}

function addRestore({ program, streams, finish }: Registration): void {
  program
    .command('restore')
    .description('bring back a file, or the missing files of a directory, that a run deleted or replaced')
    .argument('FOLDER', 'its directory, or its name in the daemon')
    .argument('PATH', 'relative to FOLDER')
    .option('--home <dir>', HOME_WORDS)
    .option('--json', JSON_WORDS)
    .addOption(new Option('--at <time>', "as it was then: '2026-11-20 18:00', or with a time zone").argParser(time))
    .action(async (folder: string, path: string, options: RestoreOptions) => {
      const { restoreCommand } = await import('./restore.ts')
      finish(await restoreCommand(folder, path, options, streams))
    })
}

function addTrash({ program, streams, finish }: Registration): void {
  program
    .command('trash')
    .description('list what runs deleted or replaced, the newest first')
    .argument('FOLDER', 'its directory, or its name in the daemon')
    .option('--sweep', 'remove for good what is older than --older-than')
    .addOption(new Option('--older-than <days>', 'with --sweep').argParser(days))
    .option('--home <dir>', HOME_WORDS)
    .option('--json', 'print one JSON object per version')
    .action(async (folder: string, options: TrashOptions, command: Command) => {
      if ((options.sweep === true) !== (options.olderThan !== undefined))
        command.error('error: --sweep and --older-than DAYS belong together')
      const { trashCommand } = await import('./trash.ts')
      finish(await trashCommand(folder, options, streams))
    })
}
