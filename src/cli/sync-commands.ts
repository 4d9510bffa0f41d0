// The commands that work on a folder without the daemon.
import { Option } from 'commander'
import { approval, collect, rate, seconds } from './argument-values.ts'
import { beginThread } from './begin-early.ts'
import type { DoctorOptions } from './doctor.ts'
import { AFTER_SYNC_HELP } from './help-text.ts'
import { HOME_WORDS, PASSWORD_WORDS, type Registration, trustCertOption } from './registration.ts'
import type { SyncOptions } from './sync.ts'

export function addSyncCommands(registration: Registration, runProgram: (args: readonly string[]) => Promise<number>) {
  addSync(registration)
  addDoctor(registration)
  addDemo(registration, runProgram)
}

function addSync({ program, streams, finish }: Registration): void {
  program
    .command('sync')
    .description('make both sides equal, both ways, and exit')
    .argument('FOLDER', 'the directory to keep in sync')
    .argument('REMOTE', 'a path, file://, http(s):// or dav(s):// address; the kind of server is found out')
    .option('--user <name>', 'who you are at the server')
    .option('--password-file <file>', PASSWORD_WORDS)
    .addOption(trustCertOption())
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
    .addOption(new Option('--limit-up <rate>', "no faster than that, as '500k' for each second").argParser(rate))
    .addOption(new Option('--limit-down <rate>', 'the same for what comes').argParser(rate))
    .option('--home <dir>', HOME_WORDS)
    .option('--no-trash', 'do not keep what is deleted or replaced')
    .option('--checksum', 'trust content only: read every file')
    .addHelpText('after', AFTER_SYNC_HELP)
    .action(async (folder: string, remote: string, options: SyncOptions) => {
      beginThread(folder)
      const { syncCommand } = await import('./sync.ts')
      finish(await syncCommand(folder, remote, options, streams))
    })
}

function addDoctor({ program, streams, finish }: Registration): void {
  program
    .command('doctor')
    .description('check index, marker and disk against each other, and repair what is safe')
    .argument('FOLDER')
    .option('-n, --dry-run', 'only tell')
    .option('--checksum', 'read every file: finds damage too')
    .option('--forget <remote>', 'forget what was agreed with it: the next run merges both sides and deletes nothing')
    .option('--json', 'print one JSON object per finding')
    .option('--home <dir>', HOME_WORDS)
    .action(async (folder: string, options: DoctorOptions) => {
      const { doctorCommand } = await import('./doctor.ts')
      finish(await doctorCommand(folder, options, streams))
    })
}

function addDemo(
  { program, streams, finish }: Registration,
  runProgram: (args: readonly string[]) => Promise<number>,
): void {
  program
    .command('demo')
    .description('show the main job on two directories that it makes')
    .action(async () => {
      const { demoCommand } = await import('./demo.ts')
      finish(await demoCommand(runProgram, streams))
    })
}
