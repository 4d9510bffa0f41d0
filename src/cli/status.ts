// `syncline status`: how everything is going, once or for as long as it is watched.
import type { ServiceClient } from '../api/client.ts'
import type { DeviceCompletion } from '../api/shapes/devices.ts'
import type { FolderStatus, Progress, RemoteStatus, Status } from '../api/shapes/status.ts'
import type { MovingFile } from '../api/shapes/transfers.ts'
import { counted, shown, shownBytes, shownPath } from '../words/show.ts'
import { type DaemonOptions, daemonClient } from './ask-daemon.ts'
import { wordsOfDevice } from './device.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'
import { listenForStop } from './stop-signals.ts'

export interface StatusOptions extends DaemonOptions {
  readonly watch?: boolean
}

/** Returns 1 when something waits for a person. */
export async function statusCommand(options: StatusOptions, { out }: Streams): Promise<number> {
  const client = daemonClient(options)
  const status = await client.status()
  const print = printer(out, options.json)
  print(status)
  if (options.watch) await follow(client, status.lastEventId, print)
  return status.state === 'attention' && !options.watch ? EXIT.unsynced : EXIT.equal
}

/** Tells again whenever something is other than it was, until stopped or the daemon ends. */
async function follow(client: ServiceClient, since: number, print: (status: Status) => void): Promise<void> {
  using stop = listenForStop()
  let seen = since
  for await (const { id } of client.events(since, stop.signal)) {
    // What happened before the last answer is in it.
    if (id <= seen) continue
    const status = await client.status()
    seen = status.lastEventId
    print(status)
  }
}

function printer(out: Streams['out'], json: boolean | undefined): (status: Status) => void {
  let before = ''
  return status => {
    if (json) return printObject(out, 'status', status)
    const text = `${linesOf(status).join('\n')}\n`
    if (text === before) return
    if (before !== '') out.write(out.isTTY === true ? '\u001b[H\u001b[2J' : '\n')
    out.write(text)
    before = text
  }
}

function linesOf(status: Status): readonly string[] {
  const { sentence, folders, devices, pending, uploadBytesPerSecond, downloadBytesPerSecond } = status
  const up = uploadBytesPerSecond === 0 ? [] : [`up ${shownBytes(uploadBytesPerSecond)}/s`]
  const down = downloadBytesPerSecond === 0 ? [] : [`down ${shownBytes(downloadBytesPerSecond)}/s`]
  const head = [shown(sentence), ...up, ...down].join('  ')
  const waiting = pending === 0 ? [] : ['', `${counted(pending, 'question')} waiting: syncline pending`]
  return [head, ...folders.flatMap(folderLines), ...deviceLines(devices), ...waiting]
}

function deviceLines(devices: Status['devices']): readonly string[] {
  if (devices.length === 0) return []
  return [
    '',
    'Devices:',
    ...devices.map(device => `  ${shown(device.name)}: ${wordsOfDevice(device)}${wordsOfRates(device)}`),
  ]
}

function wordsOfRates({ inBytesPerSecond, outBytesPerSecond }: Status['devices'][number]): string {
  const down = inBytesPerSecond === 0 ? '' : `  down ${shownBytes(inBytesPerSecond)}/s`
  return outBytesPerSecond === 0 ? down : `${down}  up ${shownBytes(outBytesPerSecond)}/s`
}

function folderLines(folder: FolderStatus): readonly string[] {
  const { id, sentence, entries, sizeBytes, conflicts, missingBytes, scan, remotes } = folder
  const size = sizeBytes === undefined ? '' : `, ${shownBytes(sizeBytes)}`
  const parts = [
    `${counted(entries, 'entry', 'entries')}${size}`,
    ...(scan === undefined ? [] : [`${counted(scan.filesSeen, 'file')} seen`]),
    ...(missingBytes === undefined ? [] : [`its disk lacks ${shownBytes(missingBytes)} for what waits`]),
    ...(conflicts === 0 ? [] : [counted(conflicts, 'conflict copy', 'conflict copies')]),
  ]
  return ['', `${shown(id)}: ${shown(sentence)} (${parts.join(', ')})`, ...remotes.flatMap(remoteLines)]
}

function remoteLines({ id, label, sentence, unsynced, progress, brake, devices }: RemoteStatus): readonly string[] {
  const open = unsynced === 0 ? '' : ` ${counted(unsynced, 'path')} not in sync.`
  const called = label === id ? '' : `  [${shown(label)}]`
  const lines = [`  ${shown(id)}: ${shown(sentence)}${open}${called}`]
  if (progress !== undefined) lines.push(`    ${wordsOfProgress(progress)}`)
  for (const file of progress?.files ?? []) lines.push(`      ${wordsOfFile(file)}`)
  for (const device of devices ?? []) lines.push(`    ${wordsOfCompletion(device)}`)
  if (brake !== undefined)
    lines.push(
      `    If this is what you want: syncline approve ${shown(brake.folder)} ${shown(id)}`,
      '    If it is not, --restore brings back what is missing.',
    )
  return lines
}

function wordsOfFile({ path, direction, doneBytes, sizeBytes, bytesPerSecond }: MovingFile): string {
  const share = sizeBytes === 0 ? 100 : Math.floor((doneBytes * 100) / sizeBytes)
  const way = direction === 'upload' ? 'up' : 'down'
  return `${way} ${shownPath(path)}: ${share} % of ${shownBytes(sizeBytes)}, ${shownBytes(bytesPerSecond)}/s`
}

function wordsOfCompletion({ name, lacks, lacksBytes, share, isConnected }: DeviceCompletion): string {
  const open = lacks === 0 ? '' : `, lacks ${counted(lacks, 'item')} (${shownBytes(lacksBytes)})`
  return `${shown(name)}: ${Math.floor(share * 100)} %${open}${isConnected ? '' : ', not connected'}`
}

function wordsOfProgress({ phase, steps, bytes, uploadBytesPerSecond, downloadBytesPerSecond }: Progress): string {
  if (steps.of === 0) return phase
  const rate = uploadBytesPerSecond + downloadBytesPerSecond
  return `${phase}: ${steps.done} of ${steps.of} steps, ${shownBytes(bytes.done)} of ${shownBytes(bytes.of)}, ${shownBytes(rate)}/s`
}
