// Which keys `config.yaml` may have, and what their values mean.
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import * as v from 'valibot'
import { parseAddress } from '../../bep/address.ts'
import { parseDeviceKey } from '../../wire/bep/device-key.ts'
import { parseShare, parseSize, parseTime } from './config-values.ts'
import type { Day } from './schedule.ts'
import { parseDays, parseTimeOfDay } from './schedule-text.ts'

type Scalar = string | number

const ScalarText = v.union([v.string(), v.number()], 'it is one word or number')

const Id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an id is up to 64 letters, digits and . _ -'),
)

/** A schema that turns what `parse` understands into its value; `form` is how it looks, as in "it is `form`". */
function read<T>(parse: (value: Scalar) => T | undefined, form: string) {
  return v.pipe(
    v.union([v.string(), v.number()], `it is ${form}`),
    v.rawTransform<Scalar, T>(({ dataset, addIssue, NEVER }) => {
      const value = parse(dataset.value)
      if (value !== undefined) return value
      addIssue({ message: `it is ${form}` })
      return NEVER
    }),
  )
}

/** Valibot takes a list for an object. */
function isTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function table<const E extends v.ObjectEntries>(entries: E, message: string) {
  return v.pipe(v.custom<v.InferInput<v.ObjectSchema<E, undefined>>>(isTable, message), v.object(entries))
}

function tableOf<S extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(schema: S, message: string) {
  return v.pipe(v.custom<Record<string, v.InferInput<S>>>(isTable, message), v.record(Id, schema))
}

const within =
  (parse: (value: Scalar) => number | undefined, min: number, max: number) =>
  (value: Scalar): number | undefined => {
    const number = parse(value)
    return number !== undefined && number >= min && number <= max ? number : undefined
  }

const or =
  <T, W extends string>(word: W, parse: (value: Scalar) => T | undefined) =>
  (value: Scalar): T | W | undefined =>
    value === word ? word : parse(value)

const DAY_MS = 86_400_000
const yesOrNo = v.boolean('it is true or false')
const line = (maxLength: number) =>
  v.pipe(
    ScalarText,
    v.transform(String),
    v.check(text => text !== '' && text.length <= maxLength && !/\p{C}/u.test(text), 'it is one line of text'),
  )

const Path = read(value => absolute(String(value)), 'an absolute path, or one that begins with ~/')
const Rescan = read(within(parseTime, 60_000, 30 * DAY_MS), 'a time from 1m to 30d, as 30m or 12h')
const WatchDelay = read(within(parseTime, 10, 3_600_000), 'a time from 10ms to 1h, as 500ms or 10s')
const Poll = read(or('auto', within(parseTime, 1000, 30 * DAY_MS)), 'auto, or a time from 1s to 30d, as 30s or 5m')
const KeepFor = read(or('for-ever', within(parseTime, 0, 36_500 * DAY_MS)), 'for-ever, or a time, as 30d')
const Size = read(parseSize, 'a size, as 10 MB or 5 GiB')
const SizeOrUnlimited = read(or('unlimited', parseSize), 'unlimited, or a size, as 10 MB or 5 GiB')
const Rate = read(
  or(
    'unlimited',
    within(value => parseSize(String(value).replace(/\/s$/, '')), 1000, 1e12),
  ),
  'unlimited, or a size for each second from 1 kB/s on, as 2 MB/s',
)
const DAYS_FORM = 'it is days of the week, as mon-fri, or a list of them'
const Share = read(parseShare, 'a share, as 50%')
const Count = v.pipe(
  v.number('it is a whole number'),
  v.integer('it is a whole number'),
  v.minValue(0, 'it is 0 or more'),
)

const Versions = v.union(
  [v.picklist(['all', 'staggered']), v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))],
  'it is all, staggered, or how many of each file are kept',
)

const Trash = table(
  {
    enabled: v.exactOptional(yesOrNo),
    keep: v.exactOptional(KeepFor),
    spare: v.exactOptional(Size),
    versions: v.exactOptional(Versions),
  },
  'it has keys of its own: enabled, keep, spare, versions',
)

const Brake = table(
  {
    entries: v.exactOptional(Count),
    'deleted-share': v.exactOptional(Share),
    overwritten: v.exactOptional(Count),
    'overwritten-share': v.exactOptional(Share),
  },
  'it has keys of its own: entries, deleted-share, overwritten, overwritten-share',
)

const Limits = table(
  { upload: v.exactOptional(Rate), download: v.exactOptional(Rate) },
  'it has the keys upload and download',
)

const Days = v.pipe(
  v.union([v.string(), v.array(v.string())], DAYS_FORM),
  v.rawTransform<string | string[], readonly Day[]>(({ dataset, addIssue, NEVER }) => {
    const days = parseDays(dataset.value)
    if (days !== undefined) return days
    addIssue({ message: DAYS_FORM })
    return NEVER
  }),
)
const TimeOfDay = read(value => parseTimeOfDay(String(value)), 'a time of the day, as 22:00')

const Schedule = v.array(
  v.pipe(
    table(
      {
        days: v.exactOptional(Days),
        from: v.exactOptional(TimeOfDay),
        to: v.exactOptional(TimeOfDay),
        sync: v.exactOptional(yesOrNo),
        upload: v.exactOptional(Rate),
        download: v.exactOptional(Rate),
      },
      'it has keys of its own: days, from, to, sync, upload, download',
    ),
    v.check(({ from = 0, to = 1440 }) => from !== to && from < 1440, 'it begins and ends at the same time'),
  ),
  'it is a list of hours, each with days, from, to, and what holds then',
)

const Remote = table(
  {
    url: read(
      value => remoteUrl(String(value)),
      'the address of a server without user and password, or an absolute path',
    ),
    user: v.exactOptional(line(256)),
    label: v.exactOptional(line(256)),
    'trust-cert': v.exactOptional(read(fingerprint, 'sha256: and 64 hexadecimal digits')),
    paused: v.exactOptional(yesOrNo),
    poll: v.exactOptional(Poll),
    limits: v.exactOptional(Limits),
    schedule: v.exactOptional(Schedule),
  },
  'it has keys of its own: url, user, …',
)

const DEVICE_FORM = 'the id of a device, as `syncline id` tells it: eight groups of seven letters and digits'
const DeviceId = read(value => parseDeviceKey(String(value)), DEVICE_FORM)
const DeviceIds = v.array(DeviceId, 'it is a list of ids of devices')
const ListenAt = read(
  value => meshListen(String(value)),
  'an address to listen at, as tcp://:22000 or tcp://[::1]:22000',
)
const Relay = read(
  value => relayAddress(String(value)),
  'the address of a relay, as relay://relay.example.org:22067/?id=…',
)
const DiscoveryServer = read(value => discoveryServer(String(value)), 'the https address of a discovery server')
/** Names of folders elsewhere are as long and odd as others like. */
const MeshFolderId = line(1024)

const Device = table(
  {
    name: v.exactOptional(line(256)),
    addresses: v.exactOptional(
      v.array(
        read(value => deviceAddress(String(value)), 'dynamic, or an address as tcp://192.0.2.7:22000'),
        'it is a list of addresses',
      ),
    ),
    compression: v.exactOptional(v.picklist(['metadata', 'always', 'never'], 'it is metadata, always or never')),
    paused: v.exactOptional(yesOrNo),
    'ignored-folders': v.exactOptional(v.array(MeshFolderId, 'it is a list of ids of folders')),
    'accept-into': v.exactOptional(Path),
    introducer: v.exactOptional(v.union([yesOrNo, v.literal('adds')], 'it is true, false, or adds')),
    'introduced-by': v.exactOptional(DeviceId),
    'introduced-folders': v.exactOptional(tableOf(DeviceId, 'it is a list of folders by their ids')),
    limits: v.exactOptional(Limits),
  },
  'it has keys of its own: name, addresses, …',
)

const Mesh = table(
  {
    name: v.exactOptional(line(64)),
    listen: v.exactOptional(v.array(ListenAt, 'it is a list of addresses')),
    'local-discovery': v.exactOptional(yesOrNo),
    'global-discovery': v.exactOptional(v.array(DiscoveryServer, 'it is a list of addresses of discovery servers')),
    relays: v.exactOptional(v.array(Relay, 'it is a list of addresses of relays')),
    'ignored-devices': v.exactOptional(DeviceIds),
    'port-mapping': v.exactOptional(yesOrNo),
  },
  'it has keys of its own: listen, local-discovery, …',
)

const FOLDER_TYPES = ['send-receive', 'send-only', 'receive-only'] as const

/** Also as Syncthing spells them. */
const Type = read(
  value => FOLDER_TYPES.find(type => type.replaceAll('-', '') === String(value).replaceAll('-', '')),
  'send-receive, send-only or receive-only',
)

const Folder = table(
  {
    path: Path,
    label: v.exactOptional(line(256)),
    paused: v.exactOptional(yesOrNo),
    watch: v.exactOptional(yesOrNo),
    rescan: v.exactOptional(Rescan),
    'watch-delay': v.exactOptional(WatchDelay),
    'ignore-from': v.exactOptional(v.array(Path, 'it is a list of paths')),
    trash: v.exactOptional(Trash),
    'git-history': v.exactOptional(yesOrNo),
    brake: v.exactOptional(Brake),
    remotes: v.exactOptional(v.nullable(tableOf(Remote, 'it is a list of remotes by their ids'))),
    devices: v.exactOptional(v.nullable(DeviceIds)),
    'mesh-id': v.exactOptional(MeshFolderId),
    type: v.exactOptional(Type),
    'ignore-permissions': v.exactOptional(yesOrNo),
    schedule: v.exactOptional(Schedule),
  },
  'it has keys of its own: path, label, …',
)

const ORIGIN_FORM = 'scheme, host and port of a site, as https://files.example.org'
const Listen = read(address, 'an address and a port, as 127.0.0.1:8440 or [::1]:8440')

const Tls = v.union(
  [v.picklist(['off', 'own']), table({ certificate: Path, key: Path }, '')],
  'it is off, own, or the two keys certificate and key with the paths of PEM files',
)

export const ConfigText = table(
  {
    listen: v.exactOptional(Listen),
    tls: v.exactOptional(Tls),
    'host-names': v.exactOptional(v.array(line(253), 'it is a list of host names')),
    'trusted-proxies': v.exactOptional(
      v.array(read(network, 'an address, or a network as 10.0.0.0/8'), 'it is a list of addresses'),
    ),
    log: v.exactOptional(
      table(
        {
          level: v.exactOptional(v.picklist(['debug', 'info', 'warn', 'error'], 'it is debug, info, warn or error')),
          file: v.exactOptional(read(logFile, 'auto, stderr, or an absolute path')),
          size: v.exactOptional(read(within(parseSize, 10_000, 1e12), 'a size from 10 kB on, as 10 MB')),
          keep: v.exactOptional(v.pipe(Count, v.maxValue(100, 'it is 100 or less'))),
        },
        'it has keys of its own: level, file, size, keep',
      ),
    ),
    defaults: v.exactOptional(
      table(
        {
          rescan: v.exactOptional(Rescan),
          'watch-delay': v.exactOptional(WatchDelay),
          poll: v.exactOptional(Poll),
          trash: v.exactOptional(Trash),
        },
        'it has keys of its own: rescan, watch-delay, poll, trash',
      ),
    ),
    limits: v.exactOptional(
      table(
        { upload: v.exactOptional(Rate), download: v.exactOptional(Rate), 'local-network': v.exactOptional(yesOrNo) },
        'it has the keys upload, download and local-network',
      ),
    ),
    schedule: v.exactOptional(Schedule),
    host: v.exactOptional(
      table(
        {
          maintenance: v.exactOptional(yesOrNo),
          quota: v.exactOptional(SizeOrUnlimited),
          'public-url': v.exactOptional(
            read(value => webOrigin(String(value)), `${ORIGIN_FORM}, and nothing behind it`),
          ),
          'allowed-origins': v.exactOptional(
            v.array(
              read(value => webOrigin(String(value)), ORIGIN_FORM),
              'it is a list of origins',
            ),
          ),
        },
        'it has keys of its own: maintenance, quota, public-url, allowed-origins',
      ),
    ),
    folders: v.exactOptional(v.nullable(tableOf(Folder, 'it is a list of folders by their ids'))),
    devices: v.exactOptional(v.nullable(tableOf(Device, 'it is a list of devices by their ids'))),
    mesh: v.exactOptional(v.nullable(Mesh)),
  },
  'it is a list of keys and values, as `listen: 127.0.0.1:8440`',
)
export type ConfigText = v.InferOutput<typeof ConfigText>
export type FolderText = NonNullable<ConfigText['folders']>[string]
export type RemoteText = NonNullable<FolderText['remotes']>[string]
export type DeviceText = NonNullable<ConfigText['devices']>[string]
export type RatesText = v.InferOutput<typeof Limits>
export type ScheduleText = v.InferOutput<typeof Schedule>
export type TrashText = v.InferOutput<typeof Trash>

function absolute(text: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return undefined
  if (text === '~' || /^~[/\\]/.test(text)) return join(homedir(), text.slice(1))
  return isAbsolute(text) ? normalize(text) : undefined
}

function meshListen(text: string): string | undefined {
  return parseAddress(text)?.kind === 'tcp' ? text : undefined
}

function deviceAddress(text: string): string | undefined {
  if (text === 'dynamic') return text
  const address = parseAddress(text)
  return address === undefined || address.host === '' || address.port === 0 ? undefined : text
}

function relayAddress(text: string): string | undefined {
  return parseAddress(text)?.kind === 'relay' ? text : undefined
}

/** Plain http only with the word for it, as on the own network. */
function discoveryServer(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, searchParams } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && searchParams.has('insecure')) ? text : undefined
}

/** Without a path: what is told to clients, and compared with what browsers send. */
function webOrigin(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const { origin, pathname, search, hash, username } = new URL(text)
  return pathname === '/' && search === '' && hash === '' && username === '' ? origin : undefined
}

function remoteUrl(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return absolute(text)
  if (!/^(https?|davs?|file):/i.test(text) || !URL.canParse(text)) return undefined
  const { username, password } = new URL(text)
  return username === '' && password === '' ? text : undefined
}

function fingerprint(value: Scalar): string | undefined {
  const plain = String(value).replaceAll(':', '').toLowerCase()
  return /^sha256[0-9a-f]{64}$/.test(plain) ? `sha256:${plain.slice(6)}` : undefined
}

function address(value: Scalar): { readonly host: string; readonly port: number } | undefined {
  const [, six, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(String(value)) ?? []
  const host = six ?? name
  const port = Number(digits)
  return host === undefined || port > 65_535 ? undefined : { host, port }
}

function network(value: Scalar): string | undefined {
  const text = String(value)
  const [address = '', bits = '0', ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most ? text : undefined
}

function logFile(value: Scalar): 'auto' | 'stderr' | { readonly path: string } | undefined {
  if (value === 'auto' || value === 'stderr') return value
  const path = absolute(String(value))
  return path === undefined ? undefined : { path }
}
