// `syncline events`: what happened in the daemon, and what happens.
import type { Event } from '../api/shapes/events.ts'
import { shown, shownPath, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonClient } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { listenForStop } from './stop-signals.ts'

export interface EventsOptions extends DaemonOptions {
  /** The id of the last event that is known. */
  readonly since?: number
  readonly follow?: boolean
}

/** Without `--follow`, up to what has happened by now. With it, from now on where no `--since` is given. */
export async function eventsCommand(options: EventsOptions, { out, err }: Streams): Promise<number> {
  const { follow, json } = options
  const client = daemonClient(options)
  const { lastEventId } = await client.status()
  const since = options.since ?? (follow ? lastEventId : 0)
  if (!follow && since === lastEventId) return EXIT.equal
  using stop = listenForStop()
  for await (const event of client.events(since, stop.signal)) {
    // Whoever asks for all that is known misses nothing of it.
    const isBegun = event.type === 'gap' && options.since === undefined && !follow
    if (!isBegun) out.write(json ? `${JSON.stringify(event)}\n` : `${shownTime(event.at)}  ${wordsOf(event)}\n`)
    if (!follow && event.id >= lastEventId) return EXIT.equal
  }
  if (stop.received !== undefined) return EXIT.equal
  err.write('syncline: The daemon has ended.\n')
  return EXIT.daemon
}

function wordsOf(event: Event): string {
  const who = [
    'folder' in event && event.folder !== undefined ? shown(event.folder) : '',
    'remote' in event && event.remote !== undefined ? shown(event.remote) : '',
  ]
  return [who.filter(part => part !== '').join(' '), whatOf(event)].filter(part => part !== '').join(': ')
}

function whatOf(event: Event): string {
  switch (event.type) {
    case 'folder-state':
    case 'remote-state':
      return `${event.state}. ${shown(event.sentence)}`
    case 'folder':
      return `the folder was ${event.what}`
    case 'remote':
      return `the remote was ${event.what}`
    case 'outcome':
      return `${event.as}: ${shown(event.words)}${event.message === undefined ? '' : ` (${shown(event.message)})`}`
    case 'run':
      return event.isEqual ? 'both sides are equal' : `${event.unsynced} paths not in sync`
    case 'progress':
      return `${event.progress.phase}, ${event.progress.steps.done} of ${event.progress.steps.of} steps`
    case 'changed':
      return `changed in ${event.places.map(shownPath).join(', ')}`
    case 'conflict':
      return `conflict copy ${shown(event.path)}`
    case 'notice':
      return `${event.path === undefined ? '' : `${shown(event.path)}: `}${shown(event.text)}`
    case 'daemon':
      return `the daemon has ${event.state === 'started' ? 'started' : 'begun to stop'}`
    case 'config':
      return `the configuration was ${event.what}${event.message === undefined ? '' : `: ${shown(event.message)}`}`
    case 'account':
      return `the account ${shown(event.account)}: ${event.what}`
    case 'device':
      return `the device ${event.device} was ${event.what}`
    case 'device-connected':
      return `${shown(event.name)} is connected (${shown(event.address)})`
    case 'device-disconnected':
      return `${shown(event.name)} is not connected any more${event.message === undefined ? '' : `: ${shown(event.message)}`}`
    case 'pending':
      return event.what === 'device'
        ? `the device ${event.device} called (${shown(event.name)})`
        : `${shown(event.name)} offers the folder ${shown(event.folder ?? '')} (${shown(event.label ?? '')})`
    case 'gap':
      return 'events are missing before this one'
  }
}
