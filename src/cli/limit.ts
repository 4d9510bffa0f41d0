// `syncline limit`: how fast bytes may go to and from remotes.
import type { BytesPerSecond, Limits } from '../api/shapes/limits.ts'
import { shown, shownBytes } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed, remoteNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

export interface LimitOptions extends DaemonOptions {
  readonly upload?: BytesPerSecond
  readonly download?: BytesPerSecond
  readonly localNetwork?: 'limited' | 'exempt'
}

export async function limitCommand(
  folderText: string | undefined,
  remoteText: string | undefined,
  options: LimitOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const folder = folderText === undefined ? undefined : await folderNamed(client, folderText)
  const remote = folder === undefined ? undefined : remoteNamed(folder, remoteText)
  const of = folder === undefined || remote === undefined ? {} : { folder: folder.id, remote: remote.id }
  const { upload, download, localNetwork } = options
  const change = {
    ...(upload === undefined ? {} : { uploadBytesPerSecond: upload }),
    ...(download === undefined ? {} : { downloadBytesPerSecond: download }),
    ...(localNetwork === undefined ? {} : { localNetwork }),
  }
  const isChange = Object.keys(change).length > 0
  const limits = isChange ? await client.limits.change(of, change) : await client.limits.read(of)
  if (options.json) printObject(out, 'limits', { ...of, ...limits })
  else for (const line of linesOf(remote?.id, limits)) out.write(`${line}\n`)
  return EXIT.equal
}

function linesOf(remote: string | undefined, limits: Limits): readonly string[] {
  const { uploadBytesPerSecond: up, downloadBytesPerSecond: down, localNetwork, now } = limits
  const isOther = now.uploadBytesPerSecond !== up || now.downloadBytesPerSecond !== down
  return [
    `${remote === undefined ? 'All remotes together' : shown(remote)}: ${wordsOfRates(up, down)}`,
    ...(localNetwork === 'limited' ? ['The local network is limited too.'] : []),
    ...(isOther ? [`In these hours: ${wordsOfRates(now.uploadBytesPerSecond, now.downloadBytesPerSecond)}`] : []),
  ]
}

export function wordsOfRates(up: BytesPerSecond, down: BytesPerSecond): string {
  return `up ${wordsOfRate(up)}, down ${wordsOfRate(down)}`
}

export function wordsOfRate(rate: BytesPerSecond): string {
  return rate === 'unlimited' ? rate : `${shownBytes(rate)}/s`
}
