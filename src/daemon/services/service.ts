// What the daemon can be asked, answered from its parts.
import { ApiError } from '../../api/errors.ts'
import type { BrakeService, HostService, Metric, Service } from '../../api/service.ts'
import type { LogLine } from '../../api/shapes/logs.ts'
import type { FolderStatus, Status } from '../../api/shapes/status.ts'
import { MESH_REMOTE } from '../config/read-config.ts'
import type { Devices } from '../devices/devices.ts'
import type { DaemonLog, LogLine as KeptLine } from '../log/log.ts'
import { accountService, grantService, type Homes } from './account-service.ts'
import { browseService } from './browse-service.ts'
import { configService } from './config-service.ts'
import { conflictService } from './conflict-service.ts'
import { contentService } from './content-service.ts'
import { deviceService } from './device-service.ts'
import { diagnosisService } from './diagnosis-service.ts'
import { folderService } from './folder-service.ts'
import { historyService } from './history-service.ts'
import { historySettingsService } from './history-settings.ts'
import { ignoreService } from './ignore-service.ts'
import { limitService } from './limit-service.ts'
import { pathService } from './path-service.ts'
import { RemoteLogins } from './remote-logins.ts'
import { remoteService } from './remote-service.ts'
import { revisionService } from './revision-service.ts'
import { selectionService } from './selection-service.ts'
import type { ServiceParts } from './service-parts.ts'
import { setUpService } from './set-up-service.ts'
import type { SpaceParts } from './space-parts.ts'
import { transfersOf } from './transfers.ts'

export interface DaemonServiceParts extends SpaceParts {
  readonly version: string
  readonly home: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly state: () => ReturnType<Service['state']>
  readonly listening: () => readonly string[]
  readonly homes?: Homes | undefined
  readonly host: HostService
  readonly log: Pick<DaemonLog, 'recent'>
  readonly devices: Devices
}

export function daemonService(parts: DaemonServiceParts): Service {
  const { version, home, startedAt, history } = parts
  const logins = new RemoteLogins(parts.world)
  const service: Service = {
    about: () => ({
      program: 'syncline',
      version,
      runtime: `node ${process.version} ${process.platform} ${process.arch}`,
      home,
      startedAt,
      pid: process.pid,
    }),
    state: parts.state,
    status: async () => statusOf(parts),
    folders: folderService(parts),
    remotes: remoteService(parts, logins),
    setUp: setUpService(parts, logins),
    devices: deviceService(parts, parts.devices),
    browse: browseService(parts),
    content: contentService(parts),
    conflicts: conflictService(parts),
    history: historyService(parts),
    historySettings: historySettingsService(parts),
    paths: pathService(parts),
    revisions: revisionService(parts),
    brakes: brakeService(parts),
    ignore: ignoreService(parts),
    selection: selectionService(parts),
    limits: limitService(parts),
    accounts: accountService(parts, parts.homes),
    grants: grantService(parts),
    config: configService(parts, parts.listening),
    diagnosis: diagnosisService(parts, () => service),
    host: parts.host,
    transfers: async () => ({ ...transfersOf(parts, parts.devices), ...ratesOf(parts) }),
    log: async ({ level, limit }) => parts.log.recent(level, limit).map(shownLine),
    events: history,
    metrics: async () => metricsOf(parts),
  }
  return service
}

function shownLine({ at, level, message, fields }: KeptLine): LogLine {
  const told = Object.entries(fields).map(([name, value]) => [name, isPlain(value) ? value : JSON.stringify(value)])
  return { at, level, message, ...(told.length === 0 ? {} : { fields: Object.fromEntries(told) }) }
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function brakeService({ loops }: ServiceParts): BrakeService {
  const braked = () => loops().flatMap(loop => (loop.session?.remotes ?? []).filter(({ brake }) => brake !== undefined))
  return {
    list: async () => braked().flatMap(remote => (remote.brake === undefined ? [] : [remote.shownBrake(remote.brake)])),
    approve: async id => {
      const remote = braked().find(({ brake }) => brake?.id === id)
      if (remote === undefined)
        throw new ApiError('stale', 'There is no such brake any more: look again at what would be done.')
      remote.approve()
    },
    restore: async id => {
      const remote = braked().find(({ brake }) => brake?.id === id)
      if (remote === undefined)
        throw new ApiError('stale', 'There is no such brake any more: look again at what would be done.')
      if (remote.id === MESH_REMOTE)
        throw new ApiError(
          'wrong-state',
          'What devices deleted comes back on the device that deleted it, from its trash.',
        )
      remote.mergeAnew()
    },
  }
}

// --- status ------------------------------------------------------------------------------------------------------------------

function statusOf(parts: DaemonServiceParts): Status {
  const { devices, folders: offers } = parts.devices.pending()
  // Before the state is looked at: what happens meanwhile is told again rather than missed.
  const lastEventId = parts.history.lastId
  const folders = parts.loops().map(loop => loop.status())
  const fault = ownFault(parts)
  const state = fault === undefined ? worstOf(folders) : 'attention'
  return {
    ...{ state, sentence: fault?.message ?? SENTENCES[state], ...ratesOf(parts), folders, lastEventId },
    ...(fault === undefined ? {} : { fault }),
    devices: parts.devices.status(),
    pending: devices.length + offers.length,
  }
}

/** What is wrong with the daemon itself. */
function ownFault({ config, disk }: DaemonServiceParts): Status['fault'] {
  const problem = config.problems.find(({ severity }) => severity === 'error')
  if (problem !== undefined) return { code: 'config', message: `${problem.message}. What was valid before it holds.` }
  const message = disk.fault()
  return message === undefined ? undefined : { code: 'home', message }
}

const SENTENCES: Readonly<Record<Status['state'], string>> = {
  idle: 'Everything is up to date.',
  syncing: 'Syncing.',
  paused: 'Paused.',
  attention: 'Something needs your attention.',
}

const NEEDS_A_PERSON = new Set<string>(['unavailable', 'stopped', 'braked', 'unsynced', 'away'])
const WORKS = new Set<string>(['starting', 'scanning', 'syncing'])

function worstOf(folders: readonly FolderStatus[]): Status['state'] {
  const states = folders.flatMap(({ state, remotes }) => [state, ...remotes.map(stateOf)])
  if (folders.some(({ unreadable = 0, watching }) => unreadable > 0 || watching === 'polling')) return 'attention'
  if (states.some(state => NEEDS_A_PERSON.has(state))) return 'attention'
  if (states.some(state => WORKS.has(state))) return 'syncing'
  return states.length > 0 && folders.every(({ state }) => state === 'paused') ? 'paused' : 'idle'
}

/** That no device is switched on is nobody's fault. */
function stateOf({ state, fault }: FolderStatus['remotes'][number]): string {
  return state === 'waiting' && fault !== undefined ? 'away' : state
}

function ratesOf({ loops }: ServiceParts) {
  const remotes = loops().flatMap(loop => loop.session?.remotes ?? [])
  return {
    uploadBytesPerSecond: remotes.reduce((sum, { moving }) => sum + moving.up.bytesPerSecond, 0),
    downloadBytesPerSecond: remotes.reduce((sum, { moving }) => sum + moving.down.bytesPerSecond, 0),
  }
}

// --- metrics -----------------------------------------------------------------------------------------------------------------

function metricsOf(parts: DaemonServiceParts): readonly Metric[] {
  const { folders } = statusOf(parts)
  const remotes = parts
    .loops()
    .flatMap(loop => (loop.session?.remotes ?? []).map(remote => ({ folder: loop.id, remote })))
  const memory = process.memoryUsage()
  const cpu = process.cpuUsage()
  const gauge = (name: string, help: string, samples: Metric['samples']): Metric => ({
    name,
    type: 'gauge',
    help,
    samples,
  })
  const counter = (name: string, help: string, samples: Metric['samples']): Metric => ({
    name,
    type: 'counter',
    help,
    samples,
  })
  const perFolder = (value: (status: FolderStatus) => number) =>
    folders.map(status => ({ labels: { folder: status.id }, value: value(status) }))
  const perRemote = (value: (remote: (typeof remotes)[number]['remote']) => number) =>
    remotes.map(({ folder, remote }) => ({ labels: { folder, remote: remote.id }, value: value(remote) }))
  return [
    gauge('syncline_start_time_seconds', 'When the daemon was started.', [{ value: parts.startedAt / 1000 }]),
    gauge('syncline_resident_memory_bytes', 'Memory in use.', [{ value: memory.rss }]),
    counter('syncline_cpu_seconds_total', 'Processor time used.', [{ value: (cpu.user + cpu.system) / 1e6 }]),
    gauge(
      'syncline_folder_entries',
      'Files, directories and links on record.',
      perFolder(({ entries }) => entries),
    ),
    gauge(
      'syncline_folder_available',
      '1 while the folder can be used.',
      perFolder(({ state }) => Number(!['unavailable', 'stopped'].includes(state))),
    ),
    gauge(
      'syncline_folder_conflicts',
      'Conflict copies made here that are still there.',
      perFolder(({ conflicts }) => conflicts),
    ),
    gauge(
      'syncline_remote_in_sync',
      '1 while both sides are equal.',
      perRemote(({ condition }) => Number(condition.state === 'in-sync')),
    ),
    gauge(
      'syncline_remote_unsynced_paths',
      'Paths that are not equal on both sides.',
      perRemote(({ unsynced }) => unsynced.length),
    ),
    gauge(
      'syncline_remote_braked',
      '1 while a plan waits for a yes.',
      perRemote(({ brake }) => Number(brake !== undefined)),
    ),
    counter(
      'syncline_uploaded_bytes_total',
      'Bytes of files sent.',
      perRemote(({ moving }) => moving.up.total),
    ),
    counter(
      'syncline_downloaded_bytes_total',
      'Bytes of files fetched.',
      perRemote(({ moving }) => moving.down.total),
    ),
    counter(
      'syncline_remote_runs_total',
      'Runs that ended.',
      perRemote(({ runs }) => runs),
    ),
    counter(
      'syncline_remote_failures_total',
      'Runs that failed as a whole.',
      perRemote(({ failures }) => failures),
    ),
    gauge('syncline_last_event_id', 'The newest event.', [{ value: parts.history.lastId }]),
  ]
}
