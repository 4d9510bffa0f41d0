// The commands about how fast remotes may be, and when.
import { Option } from 'commander'
import { collect, rate } from './argument-values.ts'
import type { LimitOptions } from './limit.ts'
import { daemonCommand, type Registration } from './registration.ts'
import type { ScheduleOptions } from './schedule.ts'

const FOLDER = 'its id, or its directory; without it, of all remotes together'
const REMOTE = 'its id or address'

export function addLimitCommands({ program, streams, finish }: Registration): void {
  daemonCommand(program, 'limit', 'tell, or set, how fast bytes may go to and from remotes')
    .argument('[FOLDER]', FOLDER)
    .argument('[REMOTE]', `${REMOTE}; may be left out where there is only one`)
    .addOption(new Option('--upload <rate>', "for each second, as '500kB', or unlimited").argParser(rate))
    .addOption(new Option('--download <rate>', 'the same for what comes').argParser(rate))
    .addOption(
      new Option('--local-network <word>', 'whether limits of all hold there too').choices(['limited', 'exempt']),
    )
    .action(async (folder: string | undefined, remote: string | undefined, options: LimitOptions) => {
      finish(await (await import('./limit.ts')).limitCommand(folder, remote, options, streams))
    })
  daemonCommand(program, 'schedule', 'tell, or set, in which hours of the week remotes are synced')
    .argument('[FOLDER]', FOLDER)
    .argument('[REMOTE]', `${REMOTE}; without it, of all remotes of the folder`)
    .option('--sync <hours>', "only in these hours, as 'daily 22:00-06:00'; can be repeated", collect)
    .option('--rest <hours>', "not in these, as 'mon-fri 08:00-18:00'; can be repeated", collect)
    .option(
      '--rate <hours>',
      "no faster in these, as 'mon-fri 08:00-18:00 500kB 2MB' (up, down); can be repeated",
      collect,
    )
    .option('--always', 'at all times')
    .option('--inherit', 'as the folder, or all remotes')
    .action(async (folder: string | undefined, remote: string | undefined, options: ScheduleOptions) => {
      finish(await (await import('./schedule.ts')).scheduleCommand(folder, remote, options, streams))
    })
}
