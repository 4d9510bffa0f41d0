// What holds where `config.yaml` says nothing, and the file that a first start writes.
import { hostname } from 'node:os'
import type { Config, FolderDefaults, RateLimits } from './config.ts'

export const DEFAULT_PORT = 8440

export const FOLDER_DEFAULTS: FolderDefaults = {
  rescanMs: 3_600_000,
  watchDelayMs: 100,
  pollMs: 'auto',
  trash: { keep: 'on', keepMs: 'for-ever', spareBytes: 0, versions: 'all' },
}

export const NO_LIMITS: RateLimits = { uploadBytesPerSecond: 'unlimited', downloadBytesPerSecond: 'unlimited' }

export const DEFAULT_CONFIG: Config = {
  listen: { host: '127.0.0.1', port: DEFAULT_PORT },
  tls: { kind: 'off' },
  log: { level: 'info', file: 'auto', maxBytes: 10_000_000, keep: 5 },
  trustedProxies: [],
  hostNames: [],
  defaults: FOLDER_DEFAULTS,
  limits: { ...NO_LIMITS, localNetwork: 'exempt' },
  schedule: [],
  folders: [],
  host: { isInMaintenance: false, quotaBytes: 'unlimited', publicUrl: undefined, allowedOrigins: [] },
  devices: [],
  mesh: {
    name: hostname(),
    listen: 'default',
    localDiscovery: 'on',
    portMapping: 'on',
    globalDiscovery: [],
    relays: [],
    ignoredDevices: [],
  },
}

export const FIRST_TEXT = `# Settings of Syncline. The program reads this file again when it changes, and keeps comments when it changes it.
# Passwords are not here, but in secrets.json.

# Where the API and the host listen. Anything but this machine itself needs an account with a password, and tls.
listen: 127.0.0.1:${DEFAULT_PORT}

# off; own: a certificate that the program makes and renews; or the keys certificate and key, with paths of PEM files.
tls: off

log:
  # debug, info, warn or error
  level: info

# Each with an id of your choice:
#   photos:
#     path: ~/Photos
#     remotes:
#       cloud:
#         url: https://cloud.example.org
#         user: anna
folders: {}
`
