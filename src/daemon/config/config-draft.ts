// An edit of `config.yaml`: only what is named changes in the document, everything else stays as its author wrote it.
import { type Document, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import { SyncError } from '../../model/errors.ts'
import type { DeviceKey } from '../../wire/bep/device-key.ts'
import type {
  Config,
  ConfigDraft,
  DeviceChange,
  FolderChange,
  GeneralChange,
  MeshChange,
  RateLimits,
  RemoteChange,
  TrashConfig,
} from './config.ts'
import { pairIn } from './config-problems.ts'
import { formatSize, formatTime } from './config-values.ts'
import { readConfig } from './read-config.ts'
import type { BytesPerSecond, Schedule } from './schedule.ts'
import { formatDays, formatTimeOfDay } from './schedule-text.ts'

/** Throws `usage` when the document is not valid, or would not be. */
export function draftOf(document: Document, name: string): ConfigDraft {
  return new DocumentDraft(document, name)
}

/** As it is written, in the manner of `like`: its indentation and its ends of lines. Lines are not broken, so that they can be found again. */
export function textOf(document: Document, like = ''): string {
  const indents = [...like.matchAll(/^( {1,8})[^\s#]/gm)].map(([, spaces = '']) => spaces.length)
  const indent = indents.length === 0 ? 2 : Math.min(...indents)
  // Lists that stand right below their key.
  const indentSeq = !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(like)
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: /[{[] \S/.test(like), indent, indentSeq })
  return like.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text
}

/** Throws `usage` with what is wrong. */
export function validConfig(text: string, name: string): Config {
  const { config, problems } = readConfig(text, name)
  if (config !== undefined) return config
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  throw new SyncError('usage', errors.join('\n'))
}

type Table = { readonly [key: string]: Plain | undefined }
type Plain = string | number | boolean | readonly (string | Table)[] | Table
type At = readonly string[]

class DocumentDraft implements ConfigDraft {
  readonly #document: Document
  readonly #name: string

  constructor(document: Document, name: string) {
    this.#document = document
    this.#name = name
  }

  get current(): Config {
    return validConfig(textOf(this.#document), this.#name)
  }

  set(change: GeneralChange): void {
    this.#putAll([], generalText(change))
  }

  putFolder(id: string, change: FolderChange): void {
    this.#putAll(['folders', id], folderText(change))
  }

  removeFolder(id: string): void {
    this.#remove(['folders', id])
  }

  putRemote(folder: string, id: string, change: RemoteChange): void {
    if (this.#node(['folders', folder]) === undefined)
      throw new SyncError('usage', `There is no folder ${folder} in ${this.#name}.`)
    this.#putAll(['folders', folder, 'remotes', id], remoteText(change))
  }

  removeRemote(folder: string, id: string): void {
    this.#remove(['folders', folder, 'remotes', id])
  }

  putDevice(id: DeviceKey, change: DeviceChange): void {
    const values = deviceText(change)
    // Those that are no more in it go.
    if (change.introducedFolders !== undefined) this.#remove(['devices', id, 'introduced-folders'])
    // One that has nothing of its own is there all the same.
    if (Object.values(values).every(value => value === undefined)) this.#mapAt(['devices', id])
    this.#putAll(['devices', id], values)
  }

  removeDevice(id: DeviceKey): void {
    for (const folder of this.current.folders.filter(({ devices }) => devices.includes(id)))
      this.putFolder(folder.id, { devices: folder.devices.filter(each => each !== id) })
    this.#remove(['devices', id])
  }

  setMesh(change: MeshChange): void {
    this.#putAll(['mesh'], meshText(change))
  }

  #putAll(at: At, values: Readonly<Record<string, Plain | undefined>>): void {
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) this.#remove([...at, key])
      else if (isTable(value)) this.#putAll([...at, key], value)
      else this.#put([...at, key], value)
    }
  }

  #put(at: At, value: Plain): void {
    const map = this.#mapAt(at.slice(0, -1))
    const key = at.at(-1) ?? ''
    const pair = pairIn(map, key)
    if (pair === undefined) return map.set(this.#document.createNode(key), this.#document.createNode(value))
    const old = pair.value
    // Anything but a list: the value is exchanged, its comment and its quotes stay.
    if (isScalar(old) && !Array.isArray(value)) {
      if (old.value !== value) old.value = value
      return
    }
    if (JSON.stringify(old) === JSON.stringify(value)) return
    const made = withComments(this.#document.createNode(value) as Node, old)
    if (isSeq(made) && isSeq(old)) made.items = made.items.map(item => sameIn(old.items, item) ?? item)
    pair.value = made
  }

  #remove(at: At): void {
    const map = this.#node(at.slice(0, -1))
    const pair = pairIn(map, at.at(-1) ?? '')
    if (isMap(map) && pair !== undefined) map.items.splice(map.items.indexOf(pair), 1)
  }

  /** The map there, made where there is none. */
  #mapAt(at: At): YAMLMap {
    if (at.length === 0) return this.#root()
    const parent = this.#mapAt(at.slice(0, -1))
    const key = at.at(-1) ?? ''
    const pair = pairIn(parent, key)
    if (isMap(pair?.value)) return opened(pair.value)
    const made = this.#document.createNode({}) as YAMLMap
    made.flow = false
    if (pair === undefined) parent.set(this.#document.createNode(key), made)
    else pair.value = withComments(made, pair.value)
    return made
  }

  #root(): YAMLMap {
    const { contents } = this.#document
    if (isMap(contents)) return contents
    const made = this.#document.createNode({}) as YAMLMap
    made.flow = false
    this.#document.contents = withComments(made, contents)
    return made
  }

  #node(at: At): unknown {
    let node: unknown = this.#document.contents
    for (const key of at) node = pairIn(node, key)?.value ?? undefined
    return node
  }
}

/** `{}` is how an empty map is written; what comes into it stands on lines of its own. */
function opened(map: YAMLMap): YAMLMap {
  if (map.items.length === 0) map.flow = false
  return map
}

/** The items of a list that stay are those that their author wrote. */
function sameIn(items: readonly unknown[], wanted: unknown): unknown {
  return items.find(item => JSON.stringify(item) === JSON.stringify(wanted))
}

function withComments<T extends Node>(node: T, from: Node | null | undefined): T {
  if (from?.comment != null) node.comment = from.comment
  if (from?.commentBefore != null) node.commentBefore = from.commentBefore
  return node
}

const isTable = (value: Plain): value is Table => typeof value === 'object' && !Array.isArray(value)

/** As the keys of the file. What was not named is not there; what is to fall back to its default is undefined. */
function generalText(change: GeneralChange): Readonly<Record<string, Plain | undefined>> {
  return named(change, {
    listen: ['listen', ({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)],
    tls: ['tls', tls => (tls.kind === 'files' ? { certificate: tls.certificate, key: tls.key } : tls.kind)],
    log: [
      'log',
      ({ level, file, maxBytes, keep }) => ({
        ...{ level, size: formatSize(maxBytes), keep },
        file: typeof file === 'string' ? file : file.path,
      }),
    ],
    trustedProxies: ['trusted-proxies', same],
    hostNames: ['host-names', same],
    defaults: [
      'defaults',
      ({ rescanMs, watchDelayMs, pollMs, trash }) => ({
        rescan: formatTime(rescanMs),
        'watch-delay': formatTime(watchDelayMs),
        poll: timeOr(pollMs),
        trash: trashText(trash),
      }),
    ],
    limits: [
      'limits',
      ({ localNetwork, ...rates }) => ({
        ...ratesText(rates),
        'local-network': localNetwork === 'limited' ? true : undefined,
      }),
    ],
    schedule: ['schedule', scheduleText],
    host: [
      'host',
      ({ isInMaintenance, quotaBytes, publicUrl, allowedOrigins }) => ({
        ...{ maintenance: isInMaintenance, quota: sizeOr(quotaBytes), 'public-url': publicUrl },
        'allowed-origins': allowedOrigins.length === 0 ? undefined : allowedOrigins,
      }),
    ],
  })
}

function folderText(change: FolderChange): Readonly<Record<string, Plain | undefined>> {
  return named(change, {
    path: ['path', same],
    label: ['label', same],
    isPaused: ['paused', same],
    watch: ['watch', watch => watch === 'on'],
    rescanMs: ['rescan', formatTime],
    watchDelayMs: ['watch-delay', formatTime],
    ignoreFrom: ['ignore-from', same],
    trash: ['trash', trashText],
    gitHistory: ['git-history', word => (word === 'on' ? true : undefined)],
    devices: ['devices', devices => (devices.length === 0 ? undefined : devices)],
    meshId: ['mesh-id', same],
    type: ['type', same],
    permissions: ['ignore-permissions', permissions => permissions === 'ignored'],
    schedule: ['schedule', scheduleText],
    brake: [
      'brake',
      ({ entries, deletedShare, overwritten, overwrittenShare }) => ({
        ...{ entries, overwritten, 'deleted-share': percent(deletedShare) },
        'overwritten-share': percent(overwrittenShare),
      }),
    ],
  })
}

function deviceText(change: DeviceChange): Readonly<Record<string, Plain | undefined>> {
  return named(change, {
    name: ['name', same],
    addresses: ['addresses', same],
    compression: ['compression', same],
    isPaused: ['paused', same],
    ignoredFolders: ['ignored-folders', same],
    acceptInto: ['accept-into', same],
    introducer: ['introducer', introducer => (introducer === 'adds' ? introducer : introducer === 'adds-and-removes')],
    introducedBy: ['introduced-by', same],
    introducedFolders: ['introduced-folders', folders => (Object.keys(folders).length === 0 ? undefined : folders)],
    limits: ['limits', ratesText],
  })
}

function meshText(change: MeshChange): Readonly<Record<string, Plain | undefined>> {
  return named(change, {
    name: ['name', same],
    listen: ['listen', listen => (listen === 'default' ? undefined : listen)],
    localDiscovery: ['local-discovery', word => word === 'on'],
    portMapping: ['port-mapping', word => word === 'on'],
    globalDiscovery: ['global-discovery', same],
    relays: ['relays', same],
    ignoredDevices: ['ignored-devices', same],
  })
}

function remoteText(change: RemoteChange): Readonly<Record<string, Plain | undefined>> {
  return named(change, {
    url: ['url', same],
    user: ['user', same],
    label: ['label', same],
    trustCert: ['trust-cert', same],
    isPaused: ['paused', same],
    pollMs: ['poll', timeOr],
    limits: ['limits', ratesText],
    schedule: ['schedule', scheduleText],
  })
}

function ratesText({ uploadBytesPerSecond, downloadBytesPerSecond }: RateLimits): Table {
  return { upload: rateOr(uploadBytesPerSecond), download: rateOr(downloadBytesPerSecond) }
}

function scheduleText(schedule: Schedule): readonly Table[] {
  return schedule.map(({ days, fromMinute, toMinute, sync, uploadBytesPerSecond, downloadBytesPerSecond }) => ({
    ...{ days: formatDays(days), from: formatTimeOfDay(fromMinute), to: formatTimeOfDay(toMinute) },
    ...(sync === undefined ? {} : { sync: sync === 'on' }),
    ...(uploadBytesPerSecond === undefined ? {} : { upload: rateOr(uploadBytesPerSecond) }),
    ...(downloadBytesPerSecond === undefined ? {} : { download: rateOr(downloadBytesPerSecond) }),
  }))
}

type Texts<C> = {
  readonly [K in keyof C]-?: readonly [key: string, text: (value: Exclude<C[K], undefined>) => Plain | undefined]
}

function named<C extends object>(change: C, texts: Texts<C>): Readonly<Record<string, Plain | undefined>> {
  const keys = (Object.keys(texts) as (keyof C & string)[]).filter(key => Object.hasOwn(change, key))
  return Object.fromEntries(
    keys.map(key => {
      const [name, text] = texts[key]
      const value = change[key]
      return [name, value === undefined ? undefined : text(value as Exclude<C[typeof key], undefined>)]
    }),
  )
}

const same = <T extends Plain>(value: T): T => value
const timeOr = (ms: number | 'auto') => (ms === 'auto' ? ms : formatTime(ms))
const sizeOr = (bytes: number | 'unlimited') => (bytes === 'unlimited' ? bytes : formatSize(bytes))
const rateOr = (rate: BytesPerSecond) => (rate === 'unlimited' ? rate : `${formatSize(rate)}/s`)
const percent = (share: number | undefined) => (share === undefined ? undefined : `${Math.round(share * 1e6) / 1e4}%`)

function trashText({ keep, keepMs, spareBytes, versions }: TrashConfig): Plain {
  return {
    enabled: keep === 'on',
    keep: keepMs === 'for-ever' ? keepMs : formatTime(keepMs),
    spare: formatSize(spareBytes),
    versions,
  }
}
