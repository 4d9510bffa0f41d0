// `syncline sync FOLDER REMOTE`: makes both sides equal, once or for as long as it runs.

import { loginFor, takePassword } from '../assemble/login.ts'
import { openPair, type PairRequest } from '../assemble/open-pair.ts'
import { parseRemote, type RemoteAddress } from '../assemble/remote-address.ts'
import { SyncError } from '../model/errors.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { isAskedAgain } from '../sync/back-off.ts'
import type { Approval } from '../sync/options.ts'
import type { Summary } from '../sync/summary.ts'
import { EXIT, endingRun, statusOfSummary } from './exit-status.ts'
import { jsonOutput } from './json-output.ts'
import type { Output, Streams } from './output.ts'
import { listenForStop } from './stop-signals.ts'
import { textOutput } from './text-output.ts'

export interface SyncOptions {
  readonly user?: string
  readonly passwordFile?: string
  readonly trustCert?: string
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
  readonly watch?: boolean
  /** Seconds. */
  readonly poll?: number
  readonly ignoreFrom?: readonly string[]
  readonly approve?: readonly Approval[]
  readonly trash?: boolean
  readonly checksum?: boolean
  /** Bytes a second, for this run. */
  readonly limitUp?: number | 'unlimited'
  readonly limitDown?: number | 'unlimited'
  /** Of the daemon that may have the folder. */
  readonly home?: string
}

/** Returns the exit status. Throws what ends the program. */
export async function syncCommand(
  folder: string,
  remote: string,
  options: SyncOptions,
  streams: Streams,
): Promise<number> {
  const output = options.json
    ? jsonOutput(streams, now)
    : textOutput(streams, { detail: options.verbose ? 'verbose' : 'brief', now })
  const request = await limited(requestOf(folder, remote, options, output), options)
  using stop = listenForStop()
  try {
    if (options.dryRun) return await dryRun(request, options, streams, stop.signal)
    if (options.watch) return await stay(request, options, output, stop.signal)
    return await onceOrByDaemon(request, options, output, streams, stop.signal)
  } catch (error) {
    if (stop.received === undefined) throw endingRun(error)
    // To be stopped is how a watch ends.
    if (options.watch) return EXIT.equal
    output.notice('Stopped. What was done is on record; the next run goes on from here.')
    return stop.received === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
  }
}

function requestOf(folder: string, remote: string, options: SyncOptions, output: Output): PairRequest {
  const address = parseRemote(remote)
  const login = loginFor(address, options, takePassword(process.env))
  warnOfAddress(address, login !== undefined, output)
  return {
    folder,
    remote: address,
    access: options.dryRun ? 'look' : 'write',
    login,
    trustCert: options.trustCert,
    ignoreFrom: options.ignoreFrom ?? [],
    approved: new Set(options.approve),
    trash: options.trash === false ? 'none' : 'keep',
    trust: options.checksum ? 'content' : 'metadata',
    world: nodeWorld({ log: output.log }),
    report: output.event,
    onScanned: output.scanned,
  }
}

async function limited(request: PairRequest, { limitUp: up, limitDown: down }: SyncOptions): Promise<PairRequest> {
  if (up === undefined && down === undefined) return request
  const { rateMeter } = await import('./rate-meter.ts')
  const rates = { ...(up === undefined ? {} : { up }), ...(down === undefined ? {} : { down }) }
  return { ...request, meter: rateMeter(rates, request.world.clock) }
}

function warnOfAddress(address: RemoteAddress, hasLogin: boolean, output: Output): void {
  if (address.kind !== 'server') return
  if (address.password !== undefined) {
    // The title takes the place of the arguments in the process list.
    process.title = 'syncline'
    output.notice(
      'The password in the address can be seen in the process list and in the history of your shell. Use --password-file.',
    )
  }
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.url.hostname)
  if (hasLogin && address.url.protocol === 'http:' && !isLocal)
    output.notice(`The password goes to ${address.url.host} without encryption. Use https:// if the server can.`)
}

/** A folder that is in use may be the daemon's: then that is asked to do it. */
async function onceOrByDaemon(
  request: PairRequest,
  { json, home }: SyncOptions,
  output: Output,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  try {
    return await once(request, output, signal)
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'folder-locked') throw error
    const { syncByDaemon } = await import('./sync-by-daemon.ts')
    const isLimited = request.meter !== undefined
    const { folder, remote } = request
    const status = await syncByDaemon({ folder, remote, json, home }, streams, signal)
    if (status === undefined) throw error
    if (isLimited)
      output.notice('The limits of the daemon held, not those of this command: `syncline limit` sets them.')
    return status
  }
}

async function once(request: PairRequest, output: Output, signal: AbortSignal): Promise<number> {
  const from = now()
  const opened = await openPair(request, signal)
  try {
    opened.pair.tryAgain()
    const summary = await opened.pair.run(signal)
    output.finish(withoutTimes(summary), now() - from)
    return statusOfSummary(summary)
  } finally {
    await opened.close()
  }
}

/** Nothing is tried again by itself when the program has ended, and the next run asks anew. */
function withoutTimes(summary: Summary): Summary {
  const unsynced = summary.unsynced.map(({ nextTryAt, ...item }) =>
    nextTryAt === undefined || isAskedAgain(item.because) ? item : { ...item, nextTryAt },
  )
  return { ...summary, unsynced }
}

async function dryRun(
  request: PairRequest,
  options: SyncOptions,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const { showPlan } = await import('./dry-run.ts')
  const opened = await openPair(request, signal)
  try {
    opened.pair.tryAgain()
    const preview = await opened.pair.preview(signal)
    return showPlan(preview, options.json ? 'json' : 'text', streams.out, request.approved)
  } finally {
    await opened.close()
  }
}

async function stay(request: PairRequest, options: SyncOptions, output: Output, signal: AbortSignal): Promise<number> {
  const { watchCommand } = await import('./watch.ts')
  await watchCommand(request, { pollSeconds: options.poll }, output, signal)
  return EXIT.equal
}

/** Milliseconds since some moment. The engine's `performance` takes longer to load than a quick run has to spare. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
