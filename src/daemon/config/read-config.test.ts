import { homedir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_CONFIG, FIRST_TEXT } from './config-defaults.ts'
import { formatSize, formatTime, parseShare, parseSize, parseTime } from './config-values.ts'
import { readConfig } from './read-config.ts'

const LAPTOP = 'P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2'

const PIN = `sha256:${'ab'.repeat(32)}`
const FULL = `
listen: '[::1]:9000'
tls:
  certificate: /etc/tls/cert.pem
  key: ~/key.pem
host-names: [nas.local]
trusted-proxies:
  - 10.0.0.0/8
log: { level: debug, file: stderr, size: 1 MiB, keep: 2 }
defaults:
  rescan: 12h
  poll: 45
  trash: { keep: 30d }
limits: { upload: 2 MB/s, local-network: true }
schedule:
  - days: mon-fri
    from: 8:00
    to: 18:30
    sync: false
  - { days: [sat, Sunday], download: 500 kB }
host: { maintenance: true, quota: 5 GB, public-url: 'https://files.example.org/', allowed-origins: ['https://app.example.org:8443'] }
devices:
  ${LAPTOP}:
    name: laptop
    addresses: ['tcp://192.0.2.7:22000', dynamic]
    compression: always
    ignored-folders: [old]
    accept-into: /srv/taken
    introducer: true
    introduced-by: ${LAPTOP}
    introduced-folders: { photos: ${LAPTOP} }
    limits: { upload: 1 MB/s }
mesh:
  name: nas
  listen: ['tcp://:22001']
  local-discovery: false
  port-mapping: false
  global-discovery: ['https://discovery.example.org/v2/?noannounce']
folders:
  photos:
    path: ~/Photos
    paused: true
    watch: false
    watch-delay: 10s
    ignore-from: [/etc/ignore]
    trash: { enabled: false, versions: staggered }
    git-history: true
    brake: { deleted-share: 20%, entries: 5 }
    devices: [${LAPTOP.toLowerCase()}]
    mesh-id: abcd-efgh
    type: sendonly
    ignore-permissions: true
    remotes:
      cloud: { url: https://cloud.example.org, user: anna, trust-cert: ${PIN}, poll: auto, limits: { download: 1 MB/s }, schedule: [] }
  2026:
    path: /srv/2026
    label: This year
`
const errors = (text: string) => readConfig(text).problems.map(({ message }) => message)

test('everything that can be said is understood', () => {
  const { config, problems } = readConfig(FULL)
  expect(problems).toEqual([])
  const trash = { keep: 'on', keepMs: 30 * 86_400_000, spareBytes: 0, versions: 'all' }
  expect(config).toEqual({
    listen: { host: '::1', port: 9000 },
    tls: { kind: 'files', certificate: '/etc/tls/cert.pem', key: join(homedir(), 'key.pem') },
    hostNames: ['nas.local'],
    trustedProxies: ['10.0.0.0/8'],
    log: { level: 'debug', file: 'stderr', maxBytes: 1_048_576, keep: 2 },
    defaults: { rescanMs: 43_200_000, watchDelayMs: 100, pollMs: 45_000, trash },
    limits: { uploadBytesPerSecond: 2_000_000, downloadBytesPerSecond: 'unlimited', localNetwork: 'limited' },
    schedule: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 480, toMinute: 1110, sync: 'off' },
      { days: ['sat', 'sun'], fromMinute: 0, toMinute: 1440, downloadBytesPerSecond: 500_000 },
    ],
    host: {
      ...{ isInMaintenance: true, quotaBytes: 5e9, publicUrl: 'https://files.example.org' },
      allowedOrigins: ['https://app.example.org:8443'],
    },
    devices: [
      {
        ...{ id: LAPTOP, name: 'laptop', addresses: ['tcp://192.0.2.7:22000', 'dynamic'] },
        ...{ compression: 'always', isPaused: false, ignoredFolders: ['old'], introducer: 'adds-and-removes' },
        acceptInto: '/srv/taken',
        ...{ introducedBy: LAPTOP, introducedFolders: { photos: LAPTOP } },
        limits: { uploadBytesPerSecond: 1_000_000, downloadBytesPerSecond: 'unlimited' },
      },
    ],
    mesh: {
      ...{
        name: 'nas',
        listen: ['tcp://:22001'],
        localDiscovery: 'off',
        portMapping: 'off',
        relays: [],
        ignoredDevices: [],
      },
      globalDiscovery: ['https://discovery.example.org/v2/?noannounce'],
    },
    folders: expect.anything(),
  })
  // A key that is a number comes first in JavaScript, whatever its place in the file.
  const photos = config?.folders.find(({ id }) => id === 'photos')
  expect(photos).toEqual({
    id: 'photos',
    path: join(homedir(), 'Photos'),
    label: 'Photos',
    isPaused: true,
    watch: 'off',
    rescanMs: 43_200_000,
    watchDelayMs: 10_000,
    ignoreFrom: ['/etc/ignore'],
    trash: { ...trash, keep: 'off', versions: 'staggered' },
    gitHistory: 'on',
    brake: { deletedShare: 0.2, entries: 5 },
    remotes: [
      {
        ...{ id: 'cloud', label: 'cloud', url: 'https://cloud.example.org', user: 'anna' },
        ...{ trustCert: PIN, isPaused: false, pollMs: 'auto', schedule: [] },
        limits: { uploadBytesPerSecond: 'unlimited', downloadBytesPerSecond: 1_000_000 },
      },
    ],
    ...{ devices: [LAPTOP], meshId: 'abcd-efgh', type: 'send-only', permissions: 'ignored', schedule: undefined },
  })
  expect(config?.folders.find(({ id }) => id === '2026')?.label).toBe('This year')
})

test.each(['', '# nothing\n', FIRST_TEXT, 'folders:\n'])('%j leaves the defaults', text => {
  expect(readConfig(text)).toMatchObject({ config: DEFAULT_CONFIG, problems: [] })
})

describe('what is wrong is told with line and key', () => {
  test.each([
    ['listen: 8440', /^config\.yaml line 1: listen: it is an address and a port, .*, not '8440'$/],
    [
      '\nfolders:\n  photos:\n    path: /a\n    rescan: often',
      /^config\.yaml line 5: folders\.photos\.rescan: it is a time from 1m/,
    ],
    ['folders:\n  photos:\n    label: x', /^config\.yaml line 2: folders\.photos: the key 'path' is missing$/],
    ['folders:\n  a b:\n    path: /a', /line 2: folders\.a b: an id is up to 64/],
    ['folders:\n  a: { path: rel }', /line 2: folders\.a\.path: it is an absolute path/],
    [
      'folders:\n  a: { path: /x }\n  b:\n    path: /x/../x',
      /line 4: folders\.b\.path: the folder a has the same path$/,
    ],
    [
      'folders:\n  a:\n    path: /x\n    remotes:\n      r: { url: "ftp://x" }',
      /line 5: folders\.a\.remotes\.r\.url: /,
    ],
    ['folders: [a]', /line 1: folders: it is a list of folders by their ids/],
    [
      'folders:\n  a:\n    path: /x\n    ignore-from:\n      - /ok\n      - rel',
      /line 6: folders\.a\.ignore-from\.1: it is/,
    ],
    ['devices:\n  AAAAAAA-BBBBBBB: {}', /line 2: devices\.AAAAAAA-BBBBBBB: it is not the id of a device/],
    [`devices:\n  ${LAPTOP.toLowerCase()}: {}`, /line 2: devices\.p56.*: it is written as P56IOI7-/],
    [
      `folders:\n  a:\n    path: /x\n    devices:\n      - ${LAPTOP}`,
      /line 5: folders\.a\.devices\.0: P56.* is not one of the devices below 'devices'/,
    ],
    [
      'folders:\n  a: { path: /x, mesh-id: m }\n  b: { path: /y, mesh-id: m }',
      /line 3: folders\.b: the folder a is called 'm' in the mesh too/,
    ],
    [
      `devices:\n  ${LAPTOP}: {}\nfolders:\n  a:\n    path: /x\n    devices: [${LAPTOP}]\n    remotes:\n      mesh: { url: /y }`,
      /line 8: folders\.a\.remotes\.mesh: a folder that is shared with devices/,
    ],
    ["mesh: { listen: ['http://x'] }", /line 1: mesh\.listen\.0: it is an address to listen at/],
    ['tls: maybe', /line 1: tls: it is off, own, or the two keys/],
    ['log: { level: loud }', /line 1: log\.level: it is debug, info, warn or error, not 'loud'/],
    ['trusted-proxies: [10.0.0.0/33]', /line 1: trusted-proxies\.0: it is an address, or a network/],
    ['- a', /^config\.yaml line 1: it is a list of keys and values/],
    ['a: 1\na: 2', /^config\.yaml line 2: Map keys must be unique/],
    ['listen: "unfinished\nfolders: {}', /^config\.yaml line \d: Missing closing/],
    ['\tlisten: x', /^config\.yaml line 1: /],
    ['x'.repeat(1_000_001), /too long/],
    [`a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]`, /alias/i],
  ])('%j', (text, message) => {
    const { config, problems } = readConfig(text)
    expect(config).toBeUndefined()
    expect(problems.filter(({ severity }) => severity === 'error').map(each => each.message)).toContainEqual(
      expect.stringMatching(message),
    )
  })

  test('several faults are told at once', () => {
    expect(errors('listen: 1\ntls: 2\nlog: 3')).toHaveLength(3)
  })

  test('a key that nobody knows is a warning, with the one that may be meant', () => {
    const text = 'listne: 127.0.0.1:1\nfolders:\n  a:\n    path: /x\n    watch_delay: 5s\n    zzz: 1'
    const { config, problems } = readConfig(text)
    expect(config?.folders).toHaveLength(1)
    expect(problems.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      "warning config.yaml line 1: listne: there is no such key; is 'listen' meant?",
      "warning config.yaml line 5: folders.a.watch_delay: there is no such key; is 'watch-delay' meant?",
      'warning config.yaml line 6: folders.a.zzz: there is no such key',
    ])
  })

  test.each([
    'folders:\n  a:\n    path: /x\n    remotes:\n      r: { url: "https://anna:planted-4711@x.org" }',
    'folders:\n  a:\n    path: /x\n    remotes:\n      r: { url: "https://x.org", password: planted-4711 }',
    'folders:\n  a:\n    path: /x\n    remotes:\n      r: { url: "https://x.org", user: { planted-4711: 1 } }',
  ])('a password that was put here is not repeated: %#', text => {
    const told = errors(text).join('\n')
    expect(told).not.toBe('')
    expect(told).not.toMatch(/planted-4711(?!:)/)
  })
})

test('whatever the text is, the answer is a config or an error', () => {
  const pieces = fc.constantFrom(
    ...[
      'folders:',
      'a:',
      ' ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&x',
      '*x',
      '!!',
      '|',
      '>',
      '#',
      '"',
      "'",
      'listen',
      ': ',
    ],
    ...['path: /x', '<<: ', '__proto__: ', '? ', '---', '...', '%YAML 1.1', '\t', 'constructor: 1', '\u0000'],
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), parts => {
      const { config, problems } = readConfig(parts.join(''))
      const hasError = problems.some(({ severity }) => severity === 'error')
      expect(config === undefined).toBe(hasError)
    }),
    { numRuns: 2000 },
  )
})

describe('values', () => {
  test.each([
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    [30, 30_000],
    ['100ms', 100],
    ['30 d', 2_592_000_000],
    ['5 fortnights', undefined],
    ['-1s', undefined],
    ['9e99', undefined],
  ])('the time %j is %j ms', (text, ms) => expect(parseTime(text)).toBe(ms))

  test.each([
    ['10 MB', 10_000_000],
    ['5GiB', 5 * 2 ** 30],
    [2000, 2000],
    ['1.5 kB', 1500],
    ['lots', undefined],
    ['99999999 TB', undefined],
  ])('the size %j is %j bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  test.each([
    ['50%', 0.5],
    [0.25, 0.25],
    ['101%', undefined],
    ['half', undefined],
  ])('the share %j is %j', (text, share) => expect(parseShare(text)).toBe(share))

  test('what is written is read as the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), value => {
        expect(parseTime(formatTime(value))).toBe(value)
        expect(parseSize(formatSize(value))).toBe(value)
      }),
    )
    expect([formatTime(5_400_000), formatTime(86_400_000), formatSize(10e6), formatSize(5 * 2 ** 30)]).toEqual([
      ...['90m', '1d', '10 MB', '5 GiB'],
    ])
  })
})
