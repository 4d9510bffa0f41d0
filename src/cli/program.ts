// The commands and their options. Each command's code is loaded only when it is run, so that the program starts at once.
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { shown } from '../words/show.ts'
import type { ConflictsOptions } from './conflicts.ts'
import { addDaemonCommands } from './daemon-commands.ts'
import type { DoctorOptions } from './doctor.ts'
import { EXIT, sentenceOf, statusOfError } from './exit-status.ts'
import { AFTER_HELP, AFTER_SYNC_HELP } from './help-text.ts'
import type { Streams } from './output.ts'
import type { RestoreOptions } from './restore.ts'
import type { SyncOptions } from './sync.ts'
import type { TrashOptions } from './trash.ts'
import type { WhyOptions } from './why.ts'

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
    tellError(error, args, streams)
    return statusOfError(error)
  }
}

function tellError(error: unknown, args: readonly string[], { out, err }: Streams): void {
  const text = sentenceOf(error)
  if (args.includes('--json')) {
    const code = (error as { readonly code?: unknown }).code
    out.write(
      `${JSON.stringify({ type: 'error', code: typeof code === 'string' ? code : 'internal', message: text })}\n`,
    )
  }
  err.write(`syncline: ${text.split('\n').map(shown).join('\n')}\n`)
}

function describe(streams: Streams, finish: Finish): Command {
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
  for (const add of [addSync, addWhy, addConflicts, addRestore, addTrash, addDoctor, addDemo])
    add(program, streams, finish)
  addDaemonCommands(program, versionOf(), streams, finish)
  return program
}

type Finish = (status: number) => void

function addWhy(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('why')
    .description('say of one path what each side holds, what was agreed, what would be done, and why')
    .argument('FOLDER')
    .argument('PATH', 'relative to FOLDER')
    .option(
      '--remote <remote>',
      'ask this remote; without it, directories are asked, and servers if there is a password',
    )
    .option('--user <name>', 'who you are at the server')
    .option('--password-file <file>', 'read the password from the first line of FILE (or set SYNCLINE_PASSWORD)')
    .addOption(
      new Option('--trust-cert <sha256:…>', 'trust exactly the certificate with this fingerprint').argParser(pin),
    )
    .action(async (folder: string, path: string, options: WhyOptions) => {
      const { whyCommand } = await import('./why.ts')
      finish(await whyCommand(folder, path, options, streams))
    })
}

function addConflicts(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('conflicts')
    .description('list conflict copies and where they come from')
    .argument('FOLDER')
    .option('--json', 'print one JSON object per copy')
    .action(async (folder: string, options: ConflictsOptions) => {
      const { conflictsCommand } = await import('./conflicts.ts')
      finish(await conflictsCommand(folder, options, streams))
    })
}

function addRestore(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('restore')
    .description('bring back a file, or the missing files of a directory, that a run deleted or replaced')
    .argument('FOLDER')
    .argument('PATH', 'relative to FOLDER')
    .addOption(new Option('--at <time>', "as it was then: '2026-11-20 18:00', or with a time zone").argParser(time))
    .action(async (folder: string, path: string, options: RestoreOptions) => {
      const { restoreCommand } = await import('./restore.ts')
      finish(await restoreCommand(folder, path, options, streams))
    })
}

function addTrash(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('trash')
    .description('list what runs deleted or replaced, the newest first')
    .argument('FOLDER')
    .option('--sweep', 'remove for good what is older than --older-than')
    .addOption(new Option('--older-than <days>', 'with --sweep').argParser(days))
    .option('--json', 'print one JSON object per version')
    .action(async (folder: string, options: TrashOptions, command: Command) => {
      if ((options.sweep === true) !== (options.olderThan !== undefined))
        command.error('error: --sweep and --older-than DAYS belong together')
      const { trashCommand } = await import('./trash.ts')
      finish(await trashCommand(folder, options, streams))
    })
}

function addDoctor(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('doctor')
    .description('check index, marker and disk against each other, and repair what is safe')
    .argument('FOLDER')
    .option('-n, --dry-run', 'only tell')
    .option('--checksum', 'read every file: finds damage too')
    .option('--json', 'print one JSON object per finding')
    .action(async (folder: string, options: DoctorOptions) => {
      const { doctorCommand } = await import('./doctor.ts')
      finish(await doctorCommand(folder, options, streams))
    })
}

function addDemo(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('demo')
    .description('show the main job on two directories that it makes')
    .action(async () => {
      const { demoCommand } = await import('./demo.ts')
      finish(await demoCommand(args => runProgram(args, streams), streams))
    })
}

function addSync(program: Command, streams: Streams, finish: Finish): void {
  program
    .command('sync')
    .description('make both sides equal, both ways, and exit')
    .argument('FOLDER', 'the directory to keep in sync')
    .argument('REMOTE', 'a path, file://, http(s):// or dav(s):// address; the kind of server is found out')
    .option('--user <name>', 'who you are at the server')
    .option('--password-file <file>', 'read the password from the first line of FILE (or set SYNCLINE_PASSWORD)')
    .addOption(
      new Option('--trust-cert <sha256:…>', 'trust exactly the certificate with this fingerprint').argParser(pin),
    )
    .option('-n, --dry-run', 'tell what would be done, and why; change nothing on either side')
    .option('-w, --watch', 'stay, and keep both sides equal until stopped')
    .addOption(
      new Option('--poll <seconds>', 'with --watch: how often to look at a remote that cannot tell').argParser(seconds),
    )
    .option('--json', 'print one JSON object per event')
    .option('-v, --verbose', 'tell of every step')
    .addOption(new Option('--ignore-from <file>', 'more rules for what to ignore').argParser(collect))
    .addOption(
      new Option('--approve <what>', 'let a plan through that a brake stopped: deletes, overwrites or all').argParser(
        approval,
      ),
    )
    .option('--no-trash', 'do not keep what is deleted or replaced')
    .option('--checksum', 'trust content only: read every file')
    .addHelpText('after', AFTER_SYNC_HELP)
    .action(async (folder: string, remote: string, options: SyncOptions) => {
      const { syncCommand } = await import('./sync.ts')
      finish(await syncCommand(folder, remote, options, streams))
    })
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

function approval(value: string, before: readonly string[] | undefined): readonly string[] {
  if (value === 'all') return ['deletes', 'overwrites']
  if (value === 'deletes' || value === 'overwrites') return [...(before ?? []), value]
  throw new InvalidArgumentError('It is deletes, overwrites or all.')
}

function seconds(value: string): number {
  const parsed = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || parsed < 1 || parsed > 86_400)
    throw new InvalidArgumentError('It is a number of seconds from 1 to 86400.')
  return parsed
}

function days(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw new InvalidArgumentError('It is a number of days.')
  return Number(value)
}

/** A time without a zone is one of this machine. */
function time(value: string): number {
  const parsed = Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value)
  // Elsewhere a year, or any word with a number after it, is a date to JavaScript.
  if (Number.isNaN(parsed) || !/^\d{4}-\d\d-\d\d/.test(value))
    throw new InvalidArgumentError("It is a date and time, as '2026-11-20 18:00'.")
  return parsed
}

function pin(value: string): string {
  const plain = value.replaceAll(':', '').toLowerCase()
  if (!/^sha256[0-9a-f]{64}$/.test(plain))
    throw new InvalidArgumentError("It is 'sha256:' and 64 hexadecimal digits, as the error message shows it.")
  return value
}

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
