// The commands about the daemon as a server for apps.
import { Argument } from 'commander'
import type { DaemonOptions } from './ask-daemon.ts'
import { daemonCommand, type Registration } from './registration.ts'

export function addHostCommands({ program, streams, finish }: Registration): void {
  const host = program.command('host').description('this daemon as a server for apps')
  daemonCommand(host, 'status', 'tell where it listens, and whether apps have to wait', { isDefault: true }).action(
    async (options: DaemonOptions) => {
      finish(await (await import('./host.ts')).hostStatus(options, streams))
    },
  )
  daemonCommand(host, 'maintenance', 'have apps wait and change nothing, or go on')
    .addArgument(new Argument('SWITCH').choices(['on', 'off']))
    .action(async (to: 'on' | 'off', options: DaemonOptions) => {
      finish(await (await import('./host.ts')).hostMaintenance(to, options, streams))
    })
  daemonCommand(
    host,
    'restored',
    'say that it was brought back from a backup: apps keep what is newer with them',
  ).action(async (options: DaemonOptions) => {
    finish(await (await import('./host.ts')).hostRestored(options, streams))
  })
}
