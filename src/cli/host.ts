// `syncline host`: this daemon as a server for apps.
import type { ConfigView } from '../api/shapes/config.ts'
import { shown, shownBytes } from '../words/show.ts'
import { type DaemonOptions, daemonClient } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

export async function hostStatus(options: DaemonOptions, { out }: Streams): Promise<number> {
  tell(await daemonClient(options).config.read(), options, out)
  return EXIT.equal
}

export async function hostMaintenance(to: 'on' | 'off', options: DaemonOptions, { out }: Streams): Promise<number> {
  tell(await daemonClient(options).config.change({ isInMaintenance: to === 'on' }), options, out)
  return EXIT.equal
}

export async function hostRestored(options: DaemonOptions, { out }: Streams): Promise<number> {
  await daemonClient(options).host.restored()
  if (!options.json) out.write('Apps are told with their next request. They keep what is newer with them.\n')
  return EXIT.equal
}

function tell({ listening, settings }: ConfigView, { json }: DaemonOptions, out: Streams['out']): void {
  const { isInMaintenance, quotaBytes } = settings
  if (json) return printObject(out, 'host', { listening, isInMaintenance, quotaBytes })
  const quota = quotaBytes === 'unlimited' ? quotaBytes : shownBytes(quotaBytes)
  out.write(`Listening at ${listening.map(shown).join(', ')}. Quota of new accounts: ${quota}.\n`)
  out.write(isInMaintenance ? 'In maintenance: apps wait.\n' : 'Apps are served.\n')
}
