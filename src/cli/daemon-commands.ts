// The commands around the daemon itself: start, stop, restart, and being started by the system.
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ListenAddress } from '../daemon/config/config.ts'
import type { HomeOption, ServiceAction, StartOptions } from './daemon-options.ts'
import type { OpenOptions } from './open.ts'
import type { Streams } from './output.ts'

type Finish = (status: number) => void

const HOME_WORDS = "where the daemon's own files are (or set SYNCLINE_HOME)"

export function addDaemonCommands(program: Command, version: string, streams: Streams, finish: Finish): void {
  program
    .command('start')
    .description('run the daemon: keeps all folders in sync until it is stopped')
    .option('--home <dir>', HOME_WORDS)
    .addOption(new Option('--listen <host:port>', 'in place of what config.yaml says').argParser(listenAddress))
    .addOption(
      new Option(
        '--bep-listen <url>',
        'where other devices reach this one, in place of what config.yaml says; may be given more than once',
      ).argParser(bepAddress),
    )
    .action(async (options: StartOptions) => {
      const { startCommand } = await import('./start.ts')
      finish(await startCommand(options, version, streams))
    })
  program
    .command('stop')
    .description('stop the daemon')
    .option('--home <dir>', HOME_WORDS)
    .action(async (options: HomeOption) => {
      const { stopCommand } = await import('./stop.ts')
      finish(await stopCommand(options, streams))
    })
  program
    .command('restart')
    .description('stop the daemon and start it again, in the background')
    .option('--home <dir>', HOME_WORDS)
    .action(async (options: HomeOption) => {
      const { restartCommand } = await import('./restart.ts')
      finish(await restartCommand(options, streams))
    })
  program
    .command('open')
    .description('show the daemon in a browser, signed in by a link that is good once')
    .option('--home <dir>', HOME_WORDS)
    .option('--print', 'only print the link')
    .action(async (options: OpenOptions) => {
      const { openCommand } = await import('./open.ts')
      finish(await openCommand(options, streams))
    })
  addService(program, streams, finish)
}

function addService(program: Command, streams: Streams, finish: Finish): void {
  const service = program.command('service').description('have the system start the daemon when you log in')
  const actions: readonly (readonly [ServiceAction, string])[] = [
    ['install', 'write the unit (systemd) or agent (launchd) and enable it'],
    ['uninstall', 'disable and remove it'],
    ['status', 'tell whether it is there and runs'],
  ]
  for (const [action, words] of actions)
    service
      .command(action)
      .description(words)
      .option('--home <dir>', HOME_WORDS)
      .option('--print', 'only print what would be written')
      .action(async (options: HomeOption & { readonly print?: boolean }) => {
        const { serviceCommand } = await import('./service.ts')
        finish(await serviceCommand(action, options, streams))
      })
}

/** `tcp://:22000`, `tcp://[::1]:0`. */
function bepAddress(value: string, before: readonly string[] = []): readonly string[] {
  if (!/^tcp[46]?:\/\/(\[[0-9a-f:.]+\]|[^:/?#@[\]]*)(:\d{1,5})?\/?$/i.test(value))
    throw new InvalidArgumentError('It is tcp://HOST:PORT, as tcp://:22000 or tcp://[::1]:22000.')
  return [...before, value]
}

/** `127.0.0.1:8440`, `[::1]:8440`, `8440`. */
function listenAddress(value: string): ListenAddress {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]]+):)?(\d{1,5})$/i.exec(value)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) throw new InvalidArgumentError('It is HOST:PORT, as 127.0.0.1:8440.')
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}
