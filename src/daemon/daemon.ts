// The daemon: everything opened in order, put together, and closed in the opposite order.

import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { openAccounts } from '../accounts/open-accounts.ts'
import { apiServer, isApiUrl } from '../api/server.ts'
import type { Login } from '../assemble/login.ts'
import { parseRemote } from '../assemble/remote-address.ts'
import { SyncError } from '../model/errors.ts'
import { addressOf, originOf } from '../owncloud/visit.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { World } from '../platform/world.ts'
import { openSite, type Site } from '../site/site.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import type { Config, FolderConfig, RemoteConfig } from './config/config.ts'
import { mayListen } from './config/listen-rules.ts'
import { openConfig } from './config/open-config.ts'
import { MESH_REMOTE } from './config/read-config.ts'
import { proxySet } from './config/trusted-proxies.ts'
import { Devices } from './devices/devices.ts'
import { PendingStore } from './devices/pending-store.ts'
import { takeIntroductions } from './devices/take-introductions.ts'
import { addFirstFolder, openIdentity } from './first-start.ts'
import { FolderLoops } from './folders/folder-loops.ts'
import { knownFolders } from './folders/known-folders.ts'
import { Pacing } from './folders/pacing.ts'
import type { Certificate } from './home/certificate.ts'
import { type DaemonLock, type GivenAtStart, lockHome, type RunningDaemon } from './home/daemon-lock.ts'
import { EventHistory } from './home/event-history.ts'
import { type HomeDirectory, makeHome } from './home/home-directory.ts'
import { HomeDisk } from './home/home-disk.ts'
import { OwnerBrowserTable } from './home/owner-browsers.ts'
import { openSecrets, type Secrets } from './home/secrets.ts'
import { openState } from './home/state-database.ts'
import { FolderSpaces } from './host/folder-spaces.ts'
import { type Host, openHost } from './host/host.ts'
import { openListener } from './host/listener.ts'
import { Listening } from './host/listening.ts'
import type { DaemonLog } from './log/log.ts'
import { ownServices } from './services/own-service.ts'
import { daemonService } from './services/service.ts'

export interface DaemonOptions {
  readonly home: HomeDirectory
  /** In place of what the configuration says. */
  readonly given: GivenAtStart
  readonly version: string
  readonly openLog: (config: Config, secrets: Secrets, disk: HomeDisk) => DaemonLog
}

export interface Daemon {
  readonly urls: readonly string[]
  /** What a first start has made; undefined later. */
  readonly firstFolder: string | undefined
  /** An address that signs one browser in, once, within ten minutes. */
  signInLink(): string
  /** What is wrong with the configuration, as sentences. */
  readonly problems: readonly string[]
  /** Finishes or gives up at safe points what is under way, and closes everything. */
  stop(): Promise<void>
}

/** Requests under way are given this long. */
const GRACE_MS = 2000

type Close = () => Promise<void> | void

/** Throws `folder-locked` when another daemon has the home, `usage` when it cannot listen. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const opened: Close[] = []
  const closeAll = async () => {
    const faults: unknown[] = []
    // What cannot be closed, as on a full disk, must not keep open what is below it.
    for (const close of opened.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        faults.push(error)
      }
    }
    if (faults.length > 0) throw faults[0]
  }
  try {
    return await open(options, close => void opened.push(close), closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function open(
  { home, given, version, openLog }: DaemonOptions,
  onClose: (close: Close) => void,
  closeAll: () => Promise<void>,
): Promise<Daemon> {
  makePrivateHome(home)
  const lock = lockHome(home)
  onClose(() => lock[Symbol.dispose]())
  const isFirst = !existsSync(home.files.config)
  const config = await openConfig(home.files.config)
  onClose(() => config.close())
  const secrets = await openSecrets(home.files.secrets)
  const disk = new HomeDisk(home)
  onClose(() => disk.close())
  const log = openLog(config.current, secrets, disk)
  onClose(() => log.close())
  const world = nodeWorld({ log: log.log })
  const identity = await openIdentity(home)
  const stateFile = join(home.state, 'state.db')
  const database = openState(stateFile)
  onClose(() => database.close())
  const history = new EventHistory({
    now: world.clock.now,
    database,
    onWrite: error => disk.note(stateFile, error),
  })
  onClose(() => history.close())
  disk.follow({
    clock: world.clock,
    tell: text => {
      log.log('warn', text)
      history.add({ type: 'notice', text })
    },
    tryAgain: () => {
      log.tryAgain()
      history.tryAgain()
    },
  })
  const accounts = openAccounts({ file: home.files.accounts, clock: world.clock, random: world.random })
  onClose(() => accounts.close())
  const known = knownFolders(database)
  const spaces = new FolderSpaces({
    accounts,
    log: log.log,
    numberOf: async folder => host.spaces.numberFor(`folder-${folder}`),
    onChange: () => host.foldersChanged(),
  })
  onClose(() => spaces[Symbol.dispose]())
  const trustedProxies = proxySet(config.current.trustedProxies)
  const host = await openHost({
    home: join(home.state, 'host'),
    accounts,
    world,
    folder: id => spaces.get(id),
    trustedProxies,
  })
  onClose(() => host.close())
  const pacing = new Pacing(world.clock)
  onClose(() => pacing.close())
  const introductions = { config, history, self: identity.device.device, toldOf: new Set<DeviceKey>() }
  const devices = await Devices.open({
    ...{ identity: identity.device, world, version, config: () => config.current, listen: given.bepListen },
    pending: new PendingStore(database),
    pacing,
    tell: news => void history.add(news),
    onIntroduced: (introducer, folders) => {
      takeIntroductions(introducer, folders, introductions).catch((error: unknown) =>
        log.log('warn', 'devices that were introduced are not known yet', { error: String(error) }),
      )
    },
    onConnections: () => {
      for (const loop of loops.list()) loop.session?.remote(MESH_REMOTE)?.retell()
    },
  })
  onClose(() => devices.close())
  const loops = new FolderLoops(folder => ({
    config: folder,
    world,
    known,
    mesh: devices.forFolders,
    pacing,
    login: (of, remote) => loginOf(of, remote, secrets),
    tell: news => void history.add(news),
    onOpened: session => spaces.add(folder.id, session),
  }))
  onClose(() => loops.stop())
  let state: 'ok' | 'starting' | 'stopping' = 'starting'
  let listening: Listening | undefined
  const startedAt = Math.floor(world.clock.now())
  const facts = { version, startedAt, given }
  const service = daemonService({
    ...{ world, config, secrets, accounts, history, known, devices, spaces, version, startedAt, disk },
    home: home.state,
    loops: () => loops.list(),
    apply: () => applyAll(config.current, { devices, loops, pacing }),
    state: () => state,
    listening: () => listening?.urls.map(url => url.replace(/^https?:\/\//, '')) ?? [],
    log,
    homes: { usedBytes: user => usedBytes(host, user.id), remove: user => host.removeHome(user.id) },
    host: {
      restored: async () => {
        host.restoredFromBackup()
        history.add({
          type: 'notice',
          text: 'The host was brought back from a backup. Apps keep what is newer with them.',
        })
      },
    },
  })
  const browsers = new OwnerBrowserTable(database, world)
  const own = ownServices({
    accounts,
    history,
    spaceOf: user => host.spaceOf(user),
    locks: host.locks,
    isMaintained: () => config.current.host.isInMaintenance,
  })
  const api = await apiServer({
    ...{ service, own },
    version,
    log: log.log,
    auth: {
      token: identity.apiToken,
      accounts,
      browsers,
      addressOf: request => addressOf(request, { trustedProxies }),
      isSecure: request => originOf(request, { trustedProxies })?.startsWith('https:') ?? false,
    },
    hostNames: () => config.current.hostNames,
  })
  onClose(() => api.close())

  const firstFolder = isFirst && config.current.folders.length === 0
  if (firstFolder) await addFirstFolder(config)
  const site = openSite({ hostNames: () => config.current.hostNames })
  listening = await Listening.open(
    {
      open: to =>
        openListener({
          ...to,
          socket: home.files.socket,
          answer: (request, response) => answer(request, response, { api, host, site }),
          upgrade: (request, socket, head) => host.upgrade(request, socket, head),
        }),
      certificateFor: to => certificateFor(to, home, world),
      check: to => checkListen({ ...config.current, ...to }, accounts.users.list()),
      fixed: given.listen,
      clock: world.clock,
      tell: (level, text) => {
        log.log(level, text)
        history.add({ type: 'notice', text })
      },
      onMoved: urls => tellHome(lock, { urls, ...facts }),
    },
    config.current,
  )
  const { urls } = listening
  // First of all when it stops: nothing new comes in, and whoever waits for events is let go.
  onClose(() => closeListener(listening, api))
  applyToHost(config.current, host)
  config.onChange((now, before) => {
    history.add({ type: 'config', what: 'changed' })
    applyToHost(now, host)
    void listening?.follow(now)
    if (JSON.stringify(fixedOf(now)) !== JSON.stringify(fixedOf(before)))
      history.add({
        type: 'notice',
        text: 'To be found by other devices in another way, or to trust other proxies, takes a restart: `syncline restart`.',
      })
    log.configure(now.log)
    applyAll(now, { devices, loops, pacing }).catch(error =>
      log.log('error', 'the configuration was not applied', { error: String(error) }),
    )
  })
  config.onProblems(problems => {
    for (const { severity, message } of problems) {
      log.log(severity === 'error' ? 'error' : 'warn', message)
      if (severity === 'error') history.add({ type: 'config', what: 'refused', message })
    }
  })
  await applyAll(config.current, { devices, loops, pacing })
  tellHome(lock, { urls, ...facts })
  state = 'ok'
  history.add({ type: 'daemon', state: 'started' })
  return {
    urls,
    firstFolder: firstFolder ? config.current.folders[0]?.path : undefined,
    signInLink: () => `${urls[0]}/sign-in#${browsers.makeCode().code}`,
    problems: config.problems.map(({ message }) => message),
    stop: async () => {
      state = 'stopping'
      history.add({ type: 'daemon', state: 'stopping' })
      await closeAll()
    },
  }
}

function applyToHost({ host: { isInMaintenance, publicUrl, allowedOrigins } }: Config, host: Host): void {
  host.setMaintenance(isInMaintenance ? 'on' : 'off')
  host.setPublic({ url: publicUrl === undefined ? undefined : new URL(publicUrl), origins: allowedOrigins })
}

interface Applied {
  readonly devices: Devices
  readonly loops: FolderLoops
  readonly pacing: Pacing
}

/** Folders first: a device that connects is told of those at once. */
async function applyAll(config: Config, { devices, loops, pacing }: Applied): Promise<void> {
  pacing.apply(config)
  await loops.apply(config)
  devices.apply(config)
}

/** Undefined for one who was never there. */
async function usedBytes({ spaces }: Host, user: string): Promise<number | undefined> {
  const id = `home-${user}`
  if (!(await spaces.has(id))) return undefined
  const home = await spaces.open(id)
  return (await home.usage()).usedBytes
}

/** State files are made with modes of their own: what is synced goes by the user's mask, which is one for the whole process. */
function makePrivateHome(home: HomeDirectory): void {
  const mask = process.umask()
  try {
    makeHome(home)
  } finally {
    process.umask(mask)
  }
}

/** What is settled by the start. */
function fixedOf({ mesh, trustedProxies }: Config): readonly unknown[] {
  const { ignoredDevices: _, ...ways } = mesh
  return [ways, trustedProxies]
}

function tellHome(lock: DaemonLock, facts: Omit<RunningDaemon, 'pid'>): void {
  lock.tell({ pid: process.pid, ...facts })
}

async function closeListener(listener: Listening | undefined, api: { close(): Promise<void> }): Promise<void> {
  await Promise.all([listener?.close(GRACE_MS), api.close()])
}

/** Undefined for a directory, and for a server that needs none. */
function loginOf(folder: FolderConfig, remote: RemoteConfig, secrets: Secrets): Login | undefined {
  const address = parseRemote(remote.url)
  const user = remote.user ?? (address.kind === 'server' ? address.user : undefined)
  if (address.kind === 'directory' || user === undefined) return undefined
  const password = secrets.password({ folder: folder.id, remote: remote.id })
  if (password !== undefined) return { user, password }
  throw new SyncError(
    'unauthorized',
    `There is no password for ${user} at ${address.url.host}. Set one for the remote '${remote.id}'.`,
  )
}

function checkListen(
  config: Pick<Config, 'listen' | 'tls'>,
  users: readonly { readonly isAdmin: boolean; readonly isDisabled: boolean; readonly hasPassword: boolean }[],
): void {
  const hasAdmin = users.some(({ isAdmin, isDisabled, hasPassword }) => isAdmin && !isDisabled && hasPassword)
  const decision = mayListen(config, { adminPassword: hasAdmin ? 'set' : 'none' })
  if (decision.as === 'refused') throw new SyncError('usage', decision.reasons.join(' '))
}

/** Its code is large, and most listen on this machine only. */
async function certificateFor(
  { tls, hostNames }: Pick<Config, 'tls' | 'hostNames'>,
  { files }: HomeDirectory,
  { clock }: World,
): Promise<Certificate | undefined> {
  if (tls.kind === 'off') return undefined
  const { givenCertificate, ownCertificate } = await import('./home/certificate.ts')
  if (tls.kind === 'files') return givenCertificate(tls)
  return ownCertificate({
    files: { certificate: files.certificate, key: files.certificateKey },
    clock,
    names: hostNames,
  })
}

interface Answerers {
  readonly api: { readonly listener: (request: IncomingMessage, response: ServerResponse) => void }
  readonly host: {
    isOurs(url: string): boolean
    answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  }
  readonly site: Site | undefined
}

function answer(request: IncomingMessage, response: ServerResponse, { api, host, site }: Answerers): void {
  const url = request.url ?? '/'
  if (isApiUrl(url)) api.listener(request, response)
  else if (host.isOurs(url)) void host.answer(request, response)
  else if (site?.answer(request, response)) return
  else if (url === '/' && (request.method === 'GET' || request.method === 'HEAD')) welcome(response)
  else response.writeHead(404, PLAIN).end('There is nothing here.\n')
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }

/** What a person sees who opens the address where the browser interface was not built. */
function welcome(response: ServerResponse): void {
  response
    .writeHead(200, PLAIN)
    .end(
      'Syncline is running.\n\nOn this machine, `syncline status` tells how it is going, and `syncline help` what there is.\nownCloud and Nextcloud apps, and WebDAV clients, can use this address as their server.\n',
    )
}
