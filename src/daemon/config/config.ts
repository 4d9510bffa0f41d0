// What `config.yaml` says, as the program sees it, and how the program changes it.
import type { FolderType } from '../../assemble/join-mesh.ts'
import type { BrakeLimits } from '../../plan/context.ts'
import type { LogLevel } from '../../platform/world.ts'
import type { DeviceKey } from '../../wire/bep/device-key.ts'
import type { Compression } from '../../wire/bep/messages.ts'
import type { BytesPerSecond, Schedule } from './schedule.ts'

/** Everything is filled in: what the file leaves out has its default. */
export interface Config {
  readonly listen: ListenAddress
  readonly tls: TlsConfig
  readonly log: LogConfig
  /** Addresses, or networks as `10.0.0.0/8`, whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Host names, besides the address itself, under which the API and the host may be asked for. */
  readonly hostNames: readonly string[]
  /** For folders and remotes that say nothing else. */
  readonly defaults: FolderDefaults
  /** Of all remotes together. */
  readonly limits: TotalLimits
  /** For folders and remotes that have none of their own. */
  readonly schedule: Schedule
  /** In the order of the file. */
  readonly folders: readonly FolderConfig[]
  readonly host: HostConfig
  /** The other devices of the mesh, in the order of the file. */
  readonly devices: readonly DeviceConfig[]
  readonly mesh: MeshConfig
}

export interface ListenAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

/** `own`: a certificate that the program makes and renews. Paths are absolute. */
export type TlsConfig =
  | { readonly kind: 'off' }
  | { readonly kind: 'own' }
  | { readonly kind: 'files'; readonly certificate: string; readonly key: string }

export interface LogConfig {
  readonly level: LogLevel
  /** Absolute; `auto`: a file in the home, or stderr when a service manager keeps the log. */
  readonly file: 'auto' | 'stderr' | { readonly path: string }
  readonly maxBytes: number
  /** How many older files besides the current one. */
  readonly keep: number
}

export interface FolderDefaults {
  readonly rescanMs: number
  readonly watchDelayMs: number
  /** `auto`: by what looking costs there. */
  readonly pollMs: number | 'auto'
  readonly trash: TrashConfig
}

export interface RateLimits {
  readonly uploadBytesPerSecond: BytesPerSecond
  readonly downloadBytesPerSecond: BytesPerSecond
}

export interface TotalLimits extends RateLimits {
  /** Whether they hold for what is in the local network too. */
  readonly localNetwork: 'exempt' | 'limited'
}

export interface FolderConfig {
  /** Letters, digits, '-', '_' and '.'; never changes. */
  readonly id: string
  /** Absolute. */
  readonly path: string
  readonly label: string
  readonly isPaused: boolean
  readonly watch: 'on' | 'off'
  /** A look at everything at least this often, in case the watcher missed something. */
  readonly rescanMs: number
  /** How long a change is left to settle. */
  readonly watchDelayMs: number
  /** Absolute paths of files with ignore rules, besides the folder's own. */
  readonly ignoreFrom: readonly string[]
  readonly trash: TrashConfig
  /** Whether each change becomes a commit in a Git repository beside the folder. */
  readonly gitHistory: 'on' | 'off'
  readonly brake: Partial<BrakeLimits>
  readonly remotes: readonly RemoteConfig[]
  /** Who shares it in the mesh: each is in `Config.devices`. */
  readonly devices: readonly DeviceKey[]
  /** What the devices call the folder; its id, unless it was taken over from one of them. */
  readonly meshId: string
  /** Which way changes go between here and the devices. */
  readonly type: FolderType
  /** Whether permissions go between here and the devices. */
  readonly permissions: 'synced' | 'ignored'
  /** For its remotes that have none of their own; undefined: that of the daemon. */
  readonly schedule: Schedule | undefined
}

export interface TrashConfig {
  readonly keep: 'on' | 'off'
  /** What is younger is never removed. */
  readonly keepMs: number | 'for-ever'
  /** As long as there is no more than this in it, nothing is removed either. */
  readonly spareBytes: number
  /** Of each file: all, fewer the older they are, or so many of the newest. */
  readonly versions: 'all' | 'staggered' | number
}

export interface RemoteConfig {
  /** Unique in its folder; never changes. Its password is in `secrets.json`, under folder and remote. */
  readonly id: string
  readonly label: string
  /** An address without password, or an absolute path. */
  readonly url: string
  readonly user: string | undefined
  /** `sha256:` and 64 hexadecimal digits. */
  readonly trustCert: string | undefined
  readonly isPaused: boolean
  /** `auto`: by what looking costs there. */
  readonly pollMs: number | 'auto'
  readonly limits: RateLimits
  /** Undefined: that of the folder. */
  readonly schedule: Schedule | undefined
}

export interface DeviceConfig {
  readonly id: DeviceKey
  /** For people here. */
  readonly name: string
  /** `tcp://…`, `relay://…`, or `dynamic`: wherever discovery finds it. */
  readonly addresses: readonly string[]
  readonly compression: Compression
  readonly isPaused: boolean
  /** Where folders that it offers come to without asking; undefined: a person is asked. Absolute. */
  readonly acceptInto: string | undefined
  /** Of what it offers: not to be asked about again. */
  readonly ignoredFolders: readonly string[]
  /** Whether this device gets to know those that it knows, and forgets those again that it knows no more. */
  readonly introducer: 'no' | 'adds' | 'adds-and-removes'
  /** Who made it known; undefined where a person did. */
  readonly introducedBy: DeviceKey | undefined
  /** Ids of folders that are shared with it because another device said so, and which. */
  readonly introducedFolders: Readonly<Record<string, DeviceKey>>
  /** Of what goes to it and comes from it. */
  readonly limits: RateLimits
}

export interface MeshConfig {
  /** What this device calls itself to those it knows; the name of the machine unless set. */
  readonly name: string
  /** `default`: `tcp://:22000`, or where that is taken any free port. */
  readonly listen: 'default' | readonly string[]
  /** Whether the local network is told that this device is there, and where. */
  readonly localDiscovery: 'on' | 'off'
  /** Whether the router of this network is asked to let calls through. */
  readonly portMapping: 'on' | 'off'
  /** Discovery servers that are told and asked; none unless set. */
  readonly globalDiscovery: readonly string[]
  /** Relays at which this device waits for others; none unless set. */
  readonly relays: readonly string[]
  /** Those who may call in vain: not to be asked about again. */
  readonly ignoredDevices: readonly DeviceKey[]
}

export interface HostConfig {
  readonly isInMaintenance: boolean
  /** Of new accounts that are given none of their own. */
  readonly quotaBytes: number | 'unlimited'
  /** What clients are told instead of what they called us: `https://files.example.org`. */
  readonly publicUrl: string | undefined
  /** Of sites whose pages may use the host: `https://app.example.org`. */
  readonly allowedOrigins: readonly string[]
}

/** What `putFolder` may set; what is undefined falls back to its default. */
export type FolderChange = {
  readonly [K in Exclude<keyof FolderConfig, 'id' | 'remotes'>]?: FolderConfig[K] | undefined
}
export type RemoteChange = { readonly [K in Exclude<keyof RemoteConfig, 'id'>]?: RemoteConfig[K] | undefined }
export type DeviceChange = { readonly [K in Exclude<keyof DeviceConfig, 'id'>]?: DeviceConfig[K] | undefined }
export type MeshChange = { readonly [K in keyof MeshConfig]?: MeshConfig[K] | undefined }
export type GeneralChange = {
  readonly [K in Exclude<keyof Config, 'folders' | 'devices' | 'mesh'>]?: Config[K] | undefined
}

/** An edit in progress. Only what is named changes; comments, order and blank lines of the file stay. */
export interface ConfigDraft {
  /** What the newest text on disk says, with what this edit did so far. */
  readonly current: Config
  set(change: GeneralChange): void
  /** Adds the folder or changes what is named. A new one needs `path`. */
  putFolder(id: string, change: FolderChange): void
  /** With its remotes. Nothing when there is none. */
  removeFolder(id: string): void
  /** Adds the remote or changes what is named. A new one needs `url`. */
  putRemote(folder: string, id: string, change: RemoteChange): void
  removeRemote(folder: string, id: string): void
  /** Adds the device or changes what is named. */
  putDevice(id: DeviceKey, change: DeviceChange): void
  /** Also from all folders that are shared with it. */
  removeDevice(id: DeviceKey): void
  setMesh(change: MeshChange): void
}

export interface ConfigProblem {
  readonly severity: 'error' | 'warning'
  /** From 1. */
  readonly line: number | undefined
  /** As `folders.photos.rescan`; '' for the file as a whole. */
  readonly key: string
  /** The whole sentence: "config.yaml line 12: folders.photos.rescan: …". */
  readonly message: string
}

/**
 * Contract:
 * - `current` is always valid: a file with errors changes nothing, and is told in `problems`.
 * - The last valid text is kept beside the file as `config.last-good.yaml`.
 * - A change is applied to the newest text on disk, so that an editor's work is never overwritten; it is durable when the
 *   promise resolves. Changes come one after the other.
 */
export interface ConfigFile {
  readonly file: string
  readonly current: Config
  readonly problems: readonly ConfigProblem[]
  /** Throws `usage` when the file on disk, or what would become of it, is not valid; nothing is written then. */
  change(edit: (draft: ConfigDraft) => void): Promise<Config>
  /** Reads the file again, now. Throws nothing that `problems` can tell. */
  reload(): Promise<Config>
  /** Called after `current` changed, whoever changed it; until disposed. */
  onChange(told: (config: Config, before: Config) => void): Disposable
  /** Called when `problems` changed; until disposed. */
  onProblems(told: (problems: readonly ConfigProblem[]) => void): Disposable
  close(): Promise<void>
}
