// The commands about the past of a folder of the daemon, and about what is wrong.
import { Argument, type Command, Option } from 'commander'
import { days, eventId, time } from './argument-values.ts'
import type { DaemonOptions } from './ask-daemon.ts'
import type { SupportOptions } from './diagnosis.ts'
import type { HistoryOptions } from './history.ts'
import type { HistorySetOptions, Strategy } from './history-settings.ts'
import { daemonCommand, type Registration } from './registration.ts'

const FOLDER = 'its id, or its directory'

export function addHistoryCommands(registration: Registration): void {
  addHistory(registration)
  addHistorySettings(registration)
  addDiagnosis(registration)
}

function addHistory({ program, streams, finish }: Registration): void {
  daemonCommand(program, 'history', 'tell what changed lately, the versions of a file, or how a folder was')
    .argument('FOLDER', FOLDER)
    .argument('[PATH]', 'a file, or with --at a directory')
    .addOption(
      new Option('--at <time>', "what is other than then: '2026-11-20 18:00', or with a time zone").argParser(time),
    )
    .option('--restore [version]', 'put this version of PATH in place, or with --at everything as it was then')
    .option('--newer-to-trash', 'with --at and --restore: what came since goes to the trash')
    .addOption(new Option('--undo <change>', 'take back the change with this number').argParser(eventId))
    .action(async (folder: string, path: string | undefined, options: HistoryOptions, command: Command) => {
      if (options.restore !== undefined && (options.restore === true) !== (options.at !== undefined))
        command.error('error: --restore takes a version of PATH, or goes with --at')
      finish(await (await import('./history.ts')).historyCommand(folder, path, options, streams))
    })
}

/** Below `folder`, which other commands have made. */
function addHistorySettings({ program, streams, finish }: Registration): void {
  const folder = program.commands.find(each => each.name() === 'folder') ?? program.command('folder')
  daemonCommand(
    folder,
    'history',
    'how older versions are kept: all, the newest of each file, or fewer the older they are',
  )
    .argument('FOLDER', FOLDER)
    .addArgument(new Argument('[STRATEGY]').choices(['all', 'newest', 'staggered']))
    .addOption(new Option('--versions <count>', 'with newest: how many of each file').argParser(eventId))
    .addOption(new Option('--max-age <days>', 'what is older may go').argParser(days))
    .addOption(new Option('--git <whether>', 'each change a commit in a Git repository').choices(['on', 'off']))
    .option('--tidy', 'remove now, for good, what may go')
    .action(async (text: string, strategy: Strategy | undefined, options: HistorySetOptions) => {
      finish(await (await import('./history-settings.ts')).historySettings(text, strategy, options, streams))
    })
}

function addDiagnosis({ program, streams, finish }: Registration): void {
  daemonCommand(program, 'problems', 'tell what does not go as it should, and what to do').action(
    async (options: DaemonOptions) => {
      finish(await (await import('./diagnosis.ts')).problemsCommand(options, streams))
    },
  )
  daemonCommand(program, 'support', 'print settings, state and log for whoever is to help, without secrets')
    .option('--output <file>', 'write it there')
    .action(async (options: SupportOptions) => {
      finish(await (await import('./diagnosis.ts')).supportCommand(options, streams))
    })
}
