// `syncline schedule`: in which hours of the week remotes are synced.
import type { Limits, Span } from '../api/shapes/limits.ts'
import { formatDays, parseDays, parseTimeOfDay } from '../daemon/config/schedule-text.ts'
import { SyncError } from '../model/errors.ts'
import { shown, shownHour } from '../words/show.ts'
import { parseRate, RATE_FORM } from './argument-values.ts'
import { type DaemonOptions, daemonClient, folderNamed, remoteNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { wordsOfRate } from './limit.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

export interface ScheduleOptions extends DaemonOptions {
  readonly sync?: readonly string[]
  readonly rest?: readonly string[]
  readonly rate?: readonly string[]
  readonly always?: boolean
  readonly inherit?: boolean
}

export async function scheduleCommand(
  folderText: string | undefined,
  remoteText: string | undefined,
  options: ScheduleOptions,
  { out }: Streams,
): Promise<number> {
  const schedule = wantedOf(options)
  const client = daemonClient(options)
  const folder = folderText === undefined ? undefined : await folderNamed(client, folderText)
  const remote = folder === undefined || remoteText === undefined ? undefined : remoteNamed(folder, remoteText)
  const of = {
    ...(folder === undefined ? {} : { folder: folder.id }),
    ...(remote === undefined ? {} : { remote: remote.id }),
  }
  const limits = schedule === undefined ? await client.limits.read(of) : await client.limits.change(of, { schedule })
  if (options.json) printObject(out, 'limits', { ...of, ...limits })
  else for (const line of linesOf(limits, folder !== undefined)) out.write(`${line}\n`)
  return EXIT.equal
}

/** Undefined: it is only to be told. Exceptions go first: the first hours that say something decide. */
function wantedOf({ sync = [], rest = [], rate: rates = [], always, inherit }: ScheduleOptions) {
  const spans = [
    ...rest.map(text => ({ ...hoursOf(text.split(' ')), sync: false })),
    ...sync.map(text => ({ ...hoursOf(text.split(' ')), sync: true })),
    ...rates.map(ratedOf),
  ]
  const ways = [spans.length > 0, always, inherit].filter(way => way === true)
  if (ways.length > 1) throw new SyncError('usage', 'Either hours, or --always, or --inherit.')
  if (inherit === true) return 'inherit'
  return always === true || spans.length > 0 ? spans : undefined
}

function ratedOf(text: string): Span {
  const [days = '', hours = '', up = '', down = 'unlimited', ...more] = text.trim().split(/\s+/)
  const [uploadBytesPerSecond, downloadBytesPerSecond] = [parseRate(up), parseRate(down)]
  if (uploadBytesPerSecond === undefined || downloadBytesPerSecond === undefined)
    throw new SyncError('usage', `'${text}' has no rate. ${RATE_FORM}`)
  return { ...hoursOf([days, hours, ...more]), uploadBytesPerSecond, downloadBytesPerSecond }
}

/** Of `mon-fri 08:00-18:00`, or only of one of both. */
function hoursOf(words: readonly string[]): Pick<Span, 'days' | 'from' | 'to'> {
  const given = words.filter(word => word !== '')
  const times = given.find(word => /^\d/.test(word)) ?? '00:00-24:00'
  const days = parseDays(given.find(word => !/^\d/.test(word)) ?? 'daily')
  const [from = '', to = '', ...more] = times.split('-').map(padded)
  if (days === undefined || given.length > 2 || more.length > 0 || from === to || !isTime(from) || !isTime(to))
    throw new SyncError('usage', `'${words.join(' ')}' are no hours. They are as 'mon-fri 08:00-18:00' or 'sat,sun'.`)
  return { days: [...days], from, to }
}

/** `8:00` and `8` are `08:00`. */
function padded(text: string): string {
  const [, hours = '', minutes = '00'] = /^(\d{1,2})(?::(\d\d))?$/.exec(text) ?? []
  return hours === '' ? text : `${hours.padStart(2, '0')}:${minutes}`
}

function isTime(text: string): boolean {
  return parseTimeOfDay(text) !== undefined
}

function linesOf({ schedule, now }: Limits, canInherit: boolean): readonly string[] {
  const until = now.syncUntil === undefined ? '' : ` until ${shownHour(now.syncUntil)}`
  const state = now.sync ? `Synced now${until}.` : `Resting${until}.`
  if (schedule === undefined) return ['No hours of its own: as set for what it is in.', state]
  if (schedule.length === 0) return [canInherit ? 'At all times.' : 'At all times, where nothing else is set.', state]
  return [...schedule.map(wordsOf), state]
}

function wordsOf({ days, from, to, sync, uploadBytesPerSecond, downloadBytesPerSecond }: Span): string {
  const what = [
    ...(sync === undefined ? [] : [sync ? 'synced' : 'not synced']),
    ...(uploadBytesPerSecond === undefined ? [] : [`up ${wordsOfRate(uploadBytesPerSecond)}`]),
    ...(downloadBytesPerSecond === undefined ? [] : [`down ${wordsOfRate(downloadBytesPerSecond)}`]),
  ]
  return shown(`${formatDays(days)} ${from}-${to}: ${what.join(', ')}`)
}
