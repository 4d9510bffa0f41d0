// The text of a `config.yaml` as a `Config`, with all that is wrong with it.
import { basename } from 'node:path'
import * as v from 'valibot'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { type DeviceKey, parseDeviceKey } from '../../wire/bep/device-key.ts'
import type {
  Config,
  ConfigProblem,
  DeviceConfig,
  FolderConfig,
  FolderDefaults,
  MeshConfig,
  RateLimits,
  RemoteConfig,
  TrashConfig,
} from './config.ts'
import { DEFAULT_CONFIG, FOLDER_DEFAULTS, NO_LIMITS } from './config-defaults.ts'
import { type ProblemContext, problem, unknownKeys, valueProblem, yamlProblems } from './config-problems.ts'
import {
  ConfigText,
  type DeviceText,
  type FolderText,
  type RatesText,
  type RemoteText,
  type ScheduleText,
  type TrashText,
} from './config-schema.ts'
import { DAYS, type Schedule } from './schedule.ts'

export interface ReadConfig {
  /** Undefined when there are errors. */
  readonly config: Config | undefined
  readonly problems: readonly ConfigProblem[]
  readonly document: Document
}

/** What the devices of a folder are called among its remotes. */
export const MESH_REMOTE = 'mesh'
const MAX_CHARACTERS = 1_000_000
/** Anchors are for saving a line, not for growing a document without bound. */
const MAX_ALIASES = 100

/** `name`: how problems call the file. */
export function readConfig(text: string, name = 'config.yaml'): ReadConfig {
  const lines = new LineCounter()
  const isTooLong = text.length > MAX_CHARACTERS
  const document = parseDocument(isTooLong ? '' : text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const context: ProblemContext = { name, document, lines }
  if (isTooLong) return failed(document, [problem(context, 'error', [], 'it is too long')])
  if (document.errors.length > 0) return failed(document, yamlProblems(context))
  return readDocument(context)
}

function readDocument(context: ProblemContext): ReadConfig {
  const { document } = context
  const value = plainValue(context)
  if (value instanceof Error) return failed(document, [problem(context, 'error', [], value.message)])
  const parsed = v.safeParse(ConfigText, value ?? {})
  const warnings = [...yamlProblems(context), ...unknownKeys(context, value)]
  if (!parsed.success)
    return failed(document, [...parsed.issues.map(issue => valueProblem(context, issue)), ...warnings])
  const config = configOf(parsed.output)
  const clashes = [...clashesIn(context, config), ...meshClashesIn(context, config, parsed.output)]
  return { config: clashes.length > 0 ? undefined : config, problems: [...clashes, ...warnings], document }
}

function failed(document: Document, problems: readonly ConfigProblem[]): ReadConfig {
  return { config: undefined, problems, document }
}

function plainValue({ document }: ProblemContext): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function configOf(text: ConfigText): Config {
  const { log, limits, host } = DEFAULT_CONFIG
  const defaults = defaultsOf(text)
  const { tls = 'off' } = text
  return {
    listen: text.listen ?? DEFAULT_CONFIG.listen,
    tls: typeof tls === 'string' ? { kind: tls } : { kind: 'files', ...tls },
    log: {
      level: text.log?.level ?? log.level,
      file: text.log?.file ?? log.file,
      maxBytes: text.log?.size ?? log.maxBytes,
      keep: text.log?.keep ?? log.keep,
    },
    trustedProxies: text['trusted-proxies'] ?? [],
    hostNames: text['host-names'] ?? [],
    defaults,
    limits: {
      ...ratesOf(text.limits),
      localNetwork: text.limits?.['local-network'] === true ? 'limited' : limits.localNetwork,
    },
    schedule: scheduleOf(text.schedule) ?? [],
    folders: Object.entries(text.folders ?? {}).map(([id, folder]) => folderOf(id, folder, defaults)),
    host: {
      isInMaintenance: text.host?.maintenance ?? host.isInMaintenance,
      quotaBytes: text.host?.quota ?? host.quotaBytes,
      publicUrl: text.host?.['public-url'],
      allowedOrigins: text.host?.['allowed-origins'] ?? [],
    },
    devices: Object.entries(text.devices ?? {}).flatMap(([id, device]) => deviceOf(id, device)),
    mesh: meshOf(text),
  }
}

function meshOf({ mesh: text }: ConfigText): MeshConfig {
  const { mesh } = DEFAULT_CONFIG
  return {
    name: text?.name ?? mesh.name,
    listen: text?.listen ?? mesh.listen,
    localDiscovery: text?.['local-discovery'] === false ? 'off' : mesh.localDiscovery,
    portMapping: text?.['port-mapping'] === false ? 'off' : mesh.portMapping,
    globalDiscovery: text?.['global-discovery'] ?? mesh.globalDiscovery,
    relays: text?.relays ?? mesh.relays,
    ignoredDevices: text?.['ignored-devices'] ?? mesh.ignoredDevices,
  }
}

/** Its id was checked, or else there is a problem. */
function deviceOf(id: string, text: DeviceText): readonly DeviceConfig[] {
  const key = parseDeviceKey(id)
  if (key === undefined) return []
  return [
    {
      id: key,
      name: text.name ?? key.slice(0, 7),
      addresses: text.addresses ?? ['dynamic'],
      compression: text.compression ?? 'metadata',
      isPaused: text.paused ?? false,
      ignoredFolders: text['ignored-folders'] ?? [],
      acceptInto: text['accept-into'],
      introducer: text.introducer === 'adds' ? 'adds' : text.introducer === true ? 'adds-and-removes' : 'no',
      introducedBy: text['introduced-by'],
      introducedFolders: text['introduced-folders'] ?? {},
      limits: ratesOf(text.limits),
    },
  ]
}

function defaultsOf({ defaults }: ConfigText): FolderDefaults {
  return {
    rescanMs: defaults?.rescan ?? FOLDER_DEFAULTS.rescanMs,
    watchDelayMs: defaults?.['watch-delay'] ?? FOLDER_DEFAULTS.watchDelayMs,
    pollMs: defaults?.poll ?? FOLDER_DEFAULTS.pollMs,
    trash: trashOf(defaults?.trash, FOLDER_DEFAULTS.trash),
  }
}

function folderOf(id: string, text: FolderText, defaults: FolderDefaults): FolderConfig {
  return {
    id,
    path: text.path,
    label: text.label ?? (basename(text.path) || id),
    isPaused: text.paused ?? false,
    watch: text.watch === false ? 'off' : 'on',
    rescanMs: text.rescan ?? defaults.rescanMs,
    watchDelayMs: text['watch-delay'] ?? defaults.watchDelayMs,
    ignoreFrom: text['ignore-from'] ?? [],
    trash: trashOf(text.trash, defaults.trash),
    gitHistory: text['git-history'] === true ? 'on' : 'off',
    brake: brakeOf(text),
    remotes: Object.entries(text.remotes ?? {}).map(([remote, each]) => remoteOf(remote, each, defaults)),
    devices: [...new Set<DeviceKey>(text.devices ?? [])],
    meshId: text['mesh-id'] ?? id,
    type: text.type ?? 'send-receive',
    permissions: text['ignore-permissions'] === true ? 'ignored' : 'synced',
    schedule: scheduleOf(text.schedule),
  }
}

function remoteOf(id: string, text: RemoteText, defaults: FolderDefaults): RemoteConfig {
  return {
    id,
    label: text.label ?? id,
    url: text.url,
    user: text.user,
    trustCert: text['trust-cert'],
    isPaused: text.paused ?? false,
    pollMs: text.poll ?? defaults.pollMs,
    limits: ratesOf(text.limits),
    schedule: scheduleOf(text.schedule),
  }
}

function ratesOf(text: RatesText | undefined): RateLimits {
  return {
    uploadBytesPerSecond: text?.upload ?? NO_LIMITS.uploadBytesPerSecond,
    downloadBytesPerSecond: text?.download ?? NO_LIMITS.downloadBytesPerSecond,
  }
}

function scheduleOf(text: ScheduleText | undefined): Schedule | undefined {
  return text?.map(({ days = DAYS, from = 0, to = 1440, sync, upload, download }) => ({
    ...{ days, fromMinute: from, toMinute: to },
    ...(sync === undefined ? {} : { sync: sync ? ('on' as const) : ('off' as const) }),
    ...(upload === undefined ? {} : { uploadBytesPerSecond: upload }),
    ...(download === undefined ? {} : { downloadBytesPerSecond: download }),
  }))
}

function trashOf(text: TrashText | undefined, defaults: TrashConfig): TrashConfig {
  return {
    keep: text?.enabled === undefined ? defaults.keep : text.enabled ? 'on' : 'off',
    keepMs: text?.keep ?? defaults.keepMs,
    spareBytes: text?.spare ?? defaults.spareBytes,
    versions: text?.versions ?? defaults.versions,
  }
}

function brakeOf({ brake = {} }: FolderText): FolderConfig['brake'] {
  const { entries, overwritten } = brake
  const deletedShare = brake['deleted-share']
  const overwrittenShare = brake['overwritten-share']
  return {
    ...(entries === undefined ? {} : { entries }),
    ...(deletedShare === undefined ? {} : { deletedShare }),
    ...(overwritten === undefined ? {} : { overwritten }),
    ...(overwrittenShare === undefined ? {} : { overwrittenShare }),
  }
}

/** Two folders on one path would fight over it. */
function clashesIn(context: ProblemContext, { folders }: Config): readonly ConfigProblem[] {
  const seen = new Map<string, string>()
  return folders.flatMap(({ id, path }) => {
    const other = seen.get(path)
    seen.set(path, other ?? id)
    if (other === undefined) return []
    return [problem(context, 'error', ['folders', id, 'path'], `the folder ${other} has the same path`)]
  })
}

/** Devices that are no devices, or not known, and folders that the mesh could not tell apart. */
function meshClashesIn(
  context: ProblemContext,
  { folders, devices }: Config,
  text: ConfigText,
): readonly ConfigProblem[] {
  const error = (path: readonly (string | number)[], what: string) => problem(context, 'error', path, what)
  const misspelt = Object.keys(text.devices ?? {})
    .filter(id => parseDeviceKey(id) !== id)
    .map(id => error(['devices', id], wordsOnId(parseDeviceKey(id))))
  const known = new Set(devices.map(({ id }) => id))
  const taken = new Map<string, string>()
  const ofFolders = folders.flatMap(folder => {
    const at = ['folders', folder.id]
    const unknown = folder.devices.flatMap((id, n) =>
      known.has(id) ? [] : [error([...at, 'devices', n], `${id} is not one of the devices below 'devices'`)],
    )
    const other = taken.get(folder.meshId)
    taken.set(folder.meshId, other ?? folder.id)
    const twice =
      other === undefined ? [] : [error(at, `the folder ${other} is called '${folder.meshId}' in the mesh too`)]
    const isClash = folder.devices.length > 0 && folder.remotes.some(({ id }) => id === MESH_REMOTE)
    const clash = isClash
      ? [
          error(
            [...at, 'remotes', MESH_REMOTE],
            'a folder that is shared with devices has no other remote of this name',
          ),
        ]
      : []
    return [...unknown, ...twice, ...clash]
  })
  return [...misspelt, ...ofFolders]
}

function wordsOnId(meant: DeviceKey | undefined): string {
  return meant === undefined ? 'it is not the id of a device: a letter may be wrong' : `it is written as ${meant}`
}
