// The commands and their options. Each command's code is loaded only when it is run, so that the program starts at once.
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addAccountCommands } from './account-commands.ts'
import { addDaemonCommands } from './daemon-commands.ts'
import { addDeviceCommands } from './device-commands.ts'
import { EXIT, statusOfError } from './exit-status.ts'
import { addFolderCommands } from './folder-commands.ts'
import { AFTER_HELP } from './help-text.ts'
import { addHistoryCommands } from './history-commands.ts'
import { addHostCommands } from './host-commands.ts'
import { addLimitCommands } from './limit-commands.ts'
import type { Streams } from './output.ts'
import { addPathCommands } from './path-commands.ts'
import { addStatusCommands } from './status-commands.ts'
import { addSyncCommands } from './sync-commands.ts'
import { tellError } from './tell-error.ts'

/** Runs the command in `args` (without the program's own name) and returns the exit status. Never throws. */
export async function runProgram(args: readonly string[], streams: Streams): Promise<number> {
  let status: number = EXIT.equal
  const program = describe(streams, result => {
    status = result
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.equal : EXIT.usage
    tellError(error, args.includes('--json') ? 'json' : 'text', streams)
    return statusOfError(error)
  }
}

function describe(streams: Streams, finish: (status: number) => void): Command {
  const program = new Command('syncline')
    .description('Keeps a folder and another place equal, both ways, without losing anything.')
    .version(versionOf(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({
      writeOut: text => streams.out.write(text),
      writeErr: text => streams.err.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'syncline: ')),
    })
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError()
    .addHelpText('after', AFTER_HELP)
  const registration = { program, streams, finish }
  addSyncCommands(registration, args => runProgram(args, streams))
  addPathCommands(registration)
  addDaemonCommands(program, versionOf(), streams, finish)
  addFolderCommands(registration)
  addHistoryCommands(registration)
  addDeviceCommands(registration)
  addHostCommands(registration)
  addLimitCommands(registration)
  addStatusCommands(registration)
  addAccountCommands(registration)
  return program
}

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
