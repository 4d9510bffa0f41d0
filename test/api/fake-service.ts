// A service with state but without folders, disks and remotes behind it: what the routes and the command line are tested over.

import { ApiError } from '../../src/api/errors.ts'
import type { Page, Service } from '../../src/api/service.ts'
import type { Account, AppPassword, Grant } from '../../src/api/shapes/accounts.ts'
import type { Brake } from '../../src/api/shapes/brakes.ts'
import type { BrowseEntry } from '../../src/api/shapes/browse.ts'
import type { Settings } from '../../src/api/shapes/config.ts'
import type { Conflict } from '../../src/api/shapes/conflicts.ts'
import type { Folder } from '../../src/api/shapes/folders.ts'
import type { LogLine } from '../../src/api/shapes/logs.ts'
import type { Remote, RemoteDraft, RemoteFound } from '../../src/api/shapes/remotes.ts'
import type { Revision } from '../../src/api/shapes/revisions.ts'
import type { Selection } from '../../src/api/shapes/selection.ts'
import type { Shape } from '../../src/api/shapes/shape.ts'
import type { Counts, FolderStatus, RemoteStatus } from '../../src/api/shapes/status.ts'
import { SyncError } from '../../src/model/errors.ts'
import { type Path, type Place, parentOf } from '../../src/model/path.ts'
import { changeSelection, type Deselected, keepingOf } from '../../src/scan/selection.ts'
import { EventLog } from './event-log.ts'
import { type FakeDevices, fakeDevices } from './fake-devices.ts'
import { fakeFiles } from './fake-files.ts'
import { fakeHistory, fakeHistorySettings } from './fake-history.ts'
import { fakeLimits } from './fake-limits.ts'
import { fakeSetUp } from './fake-set-up.ts'

/** What a test may put into a folder of the fake. */
export interface Contents {
  readonly entries: readonly BrowseEntry[]
  readonly conflicts: readonly Conflict[]
  readonly revisions: readonly Revision[]
  readonly unsynced: readonly { readonly path: string; readonly because: string; readonly reason: string }[]
}

export interface FakeService extends Service {
  readonly events: EventLog
  readonly devices: FakeDevices
  /** What the daemon would have found out by itself. */
  put(folder: string, contents: Partial<Contents>): void
  brake(brake: Brake): void
  logged(line: LogLine): void
  become(state: ReturnType<Service['state']>): void
}

interface Held {
  folder: Folder
  contents: Contents
  rules: { shared: string; device: string }
  deselected: Deselected
}

function deselectedIn({ deselected }: Held): Selection['deselected'] {
  return deselected.map(path => ({ path, state: 'going' }))
}

const EMPTY: Contents = { entries: [], conflicts: [], revisions: [], unsynced: [] }
const NO_COUNTS: Shape<typeof Counts> = {
  uploaded: 0,
  downloaded: 0,
  uploadedBytes: 0,
  downloadedBytes: 0,
  moved: 0,
  deletedHere: 0,
  deletedThere: 0,
  conflicts: 0,
  other: 0,
}

/** `now`: milliseconds since 1970. */
export function fakeService({ now }: { readonly now: () => number }): FakeService {
  const events = new EventLog({ now })
  const folders = new Map<string, Held>()
  const accounts = new Map<string, { account: Account; appPasswords: AppPassword[] }>()
  const grants = new Map<string, Grant>()
  const brakes = new Map<string, Brake>()
  const lines: LogLine[] = []
  let settings: Settings = { logLevel: 'info', isInMaintenance: false, quotaBytes: 'unlimited' }
  let state: ReturnType<Service['state']> = 'ok'
  let made = 0

  const held = (id: string): Held => {
    const found = folders.get(id)
    if (found === undefined) throw new ApiError('not-found', `There is no folder '${id}'.`)
    return found
  }
  const remoteOf = (id: string, remote: string): Remote => {
    const found = held(id).folder.remotes.find(each => each.id === remote)
    if (found === undefined) throw new ApiError('not-found', `The folder '${id}' has no remote '${remote}'.`)
    return found
  }
  const changeFolder = (id: string, change: Partial<Folder>): Folder => {
    const one = held(id)
    one.folder = { ...one.folder, ...change }
    events.add({ type: 'folder', folder: id, what: 'changed' })
    return one.folder
  }
  const changeRemote = (id: string, remote: string, change: Partial<Remote>): Remote => {
    const changed = { ...remoteOf(id, remote), ...change }
    const { folder } = held(id)
    changeFolder(id, { remotes: folder.remotes.map(each => (each.id === remote ? changed : each)) })
    events.add({ type: 'remote', folder: id, remote, what: 'changed' })
    return changed
  }
  const accountOf = (name: string) => {
    const found = accounts.get(name.toLowerCase())
    if (found === undefined) throw new ApiError('not-found', `There is no account '${name}'.`)
    return found
  }

  const service: FakeService = {
    events,
    put: (id, contents) => {
      held(id).contents = { ...held(id).contents, ...contents }
    },
    brake: brake => void brakes.set(brake.id, brake),
    logged: line => void lines.push(line),
    become: next => {
      state = next
    },
    state: () => state,
    about: () => ({ program: 'syncline', version: '0.0.0', runtime: 'test', home: '/home', startedAt: now(), pid: 1 }),
    status: async () => {
      const statuses = [...folders.values()].map(one => folderStatus(one, brakes))
      const isWorrying = brakes.size > 0 || statuses.some(({ remotes }) => remotes.some(each => each.unsynced > 0))
      return {
        state: isWorrying ? 'attention' : 'idle',
        sentence: isWorrying ? 'Something waits for you.' : 'Everything is up to date.',
        uploadBytesPerSecond: 0,
        downloadBytesPerSecond: 0,
        folders: statuses,
        devices: [],
        pending: 0,
        lastEventId: events.lastId,
      }
    },
    folders: {
      list: async () => [...folders.values()].map(one => one.folder),
      get: async id => held(id).folder,
      status: async id => folderStatus(held(id), brakes),
      add: async ({ path, id = nameOf(path), label = nameOf(path) }) => {
        if (folders.has(id)) throw new ApiError('exists', `There is a folder '${id}' already.`)
        if ([...folders.values()].some(({ folder }) => isNested(folder.path, path)))
          throw new ApiError('exists', `'${path}' is in a folder that is kept in sync already, or holds one.`)
        const folder: Folder = {
          ...{ id, label, path, isPaused: false, watch: 'on', rescanSeconds: 3600, trashDays: 30 },
          remotes: [],
          devices: [],
          meshId: id,
          ...{ type: 'send-receive', permissions: 'synced' },
        }
        folders.set(id, { folder, contents: EMPTY, rules: { shared: '', device: '' }, deselected: [] })
        events.add({ type: 'folder', folder: id, what: 'added' })
        return folder
      },
      change: async (id, change) => changeFolder(id, change),
      remove: async id => {
        held(id)
        folders.delete(id)
        events.add({ type: 'folder', folder: id, what: 'removed' })
      },
      pause: async id => void changeFolder(id, { isPaused: true }),
      resume: async id => void changeFolder(id, { isPaused: false }),
      override: async id => settled(held(id).folder, 'send-only'),
      revert: async id => settled(held(id).folder, 'receive-only'),
      scan: async id => {
        held(id)
        events.add({ type: 'folder-state', folder: id, state: 'scanning', sentence: 'It is scanned.' })
      },
    },
    devices: fakeDevices({
      tell: news => void events.add(news),
      folder: id => held(id).folder,
      changeFolder: (id, change) => changeFolder(id, change),
      addFolder: (path, id) => service.folders.add({ path, id }),
    }),
    remotes: {
      list: async id => held(id).folder.remotes,
      get: async (id, remote) => remoteOf(id, remote),
      test: async (id, draft) => {
        held(id)
        return contact(draft, now())
      },
      add: async (id, draft) => {
        const { folder } = held(id)
        const found = contact(draft, now())
        made += 1
        const { address, id: remoteId = `remote-${made}`, user } = draft
        if (folder.remotes.some(each => each.id === remoteId))
          throw new ApiError('exists', `There is a remote '${remoteId}' already.`)
        const remote: Remote = {
          ...{ id: remoteId, address, kind: found.kind, label: found.label, isPaused: false, pollSeconds: 300 },
          ...(user === undefined ? {} : { user }),
        }
        changeFolder(id, { remotes: [...folder.remotes, remote] })
        events.add({ type: 'remote', folder: id, remote: remoteId, what: 'added' })
        return { remote, found }
      },
      change: async (id, remote, { password: _, ...change }) => changeRemote(id, remote, change),
      remove: async (id, remote) => {
        remoteOf(id, remote)
        changeFolder(id, { remotes: held(id).folder.remotes.filter(each => each.id !== remote) })
        events.add({ type: 'remote', folder: id, remote, what: 'removed' })
      },
      pause: async (id, remote) => void changeRemote(id, remote, { isPaused: true }),
      resume: async (id, remote) => void changeRemote(id, remote, { isPaused: false }),
      sync: async (id, remote) => {
        remoteOf(id, remote)
        const counts = NO_COUNTS
        events.add({ type: 'run', folder: id, remote, isEqual: true, counts, unsynced: 0, tookMs: 1 })
      },
      preview: async (id, remote) => {
        remoteOf(id, remote)
        const { unsynced } = held(id).contents
        const nothing = { stepCount: 0, steps: [], heldCount: 0, held: [] }
        return { folder: id, remote, ...nothing, unsynced, sentence: 'There is nothing to do.' }
      },
    },
    ...fakeFiles({ contentsOf: id => held(id).contents, put: (id, contents) => service.put(id, contents) }),
    history: fakeHistory(id => held(id).contents.revisions),
    historySettings: fakeHistorySettings(id => held(id).contents.revisions),
    paths: {
      why: async (id, path) => {
        const entry = held(id).contents.entries.find(each => each.path === path)
        return { folder: id, path, facts: [{ name: 'here', words: entry === undefined ? 'nothing' : entry.kind }] }
      },
      differing: async id => {
        if (held(id).folder.type === 'send-receive')
          throw new ApiError('wrong-state', `Changes in '${id}' go both ways.`)
        return { items: [] }
      },
      unsynced: async (id, remote, page) => {
        const { folder, contents } = held(id)
        const remotes = folder.remotes.filter(each => remote === undefined || each.id === remote)
        const all = contents.unsynced.flatMap(item => remotes.map(each => ({ remote: each.id, ...item })))
        return paged(all, page)
      },
    },
    revisions: {
      list: async (id, place, page) => {
        const all = held(id).contents.revisions.filter(({ path }) => isBelow(path, place))
        return { folder: id, ...paged(all, page) }
      },
      restore: async (id, path) => {
        const found = held(id).contents.revisions.filter(each => isBelow(each.path, path))
        return { restored: found.map(each => ({ path: each.path, keptAt: each.keptAt })), failed: [] }
      },
      sweep: async (id, olderThanMs) => {
        const { revisions } = held(id).contents
        const old = revisions.filter(each => each.keptAt < now() - olderThanMs)
        held(id).contents = { ...held(id).contents, revisions: revisions.filter(each => !old.includes(each)) }
        return { removed: old.length, removedBytes: old.reduce((sum, each) => sum + each.sizeBytes, 0) }
      },
    },
    brakes: {
      list: async () => [...brakes.values()],
      approve: async id => {
        if (!brakes.delete(id)) throw new ApiError('stale', 'That plan is no longer what would be done. Look again.')
      },
      restore: async id => {
        if (!brakes.delete(id)) throw new ApiError('stale', 'That plan is no longer what would be done. Look again.')
      },
    },
    ignore: {
      read: async id => held(id).rules,
      write: async (id, { file, text }) => {
        if (text.includes('[')) throw new SyncError('usage', `Line 1 of the rules cannot be understood.`)
        held(id).rules = { ...held(id).rules, [file]: text }
      },
      preview: async (id, { text }) => {
        const hidden = held(id).contents.entries.filter(({ name }) => text.split('\n').includes(name))
        return {
          hiddenCount: hidden.length,
          hidden: hidden.map(({ path }) => ({ path, rule: path })),
          shownCount: 0,
          shown: [],
        }
      },
    },
    selection: {
      read: async id => ({ deselected: deselectedIn(held(id)) }),
      change: async (id, change) => {
        const folder = held(id)
        folder.deselected = changeSelection(folder.deselected, change)
        return { deselected: deselectedIn(folder) }
      },
      list: async (id, place, asked) => {
        const { contents, deselected } = held(id)
        const here = contents.entries.filter(
          ({ path, kind }) => kind === 'directory' && parentOf(path as Path) === place,
        )
        const directories = here.map(({ path }) => ({ path, keeping: keepingOf(path as Path, deselected) }))
        return { place, asked: asked === 'remote', directories }
      },
    },
    limits: fakeLimits(({ folder, remote }) => {
      if (folder !== undefined && remote !== undefined) remoteOf(folder, remote)
      else if (folder !== undefined) held(folder)
    }),
    accounts: {
      list: async () => [...accounts.values()].map(each => each.account),
      get: async name => accountOf(name).account,
      add: async ({ name, displayName = name, role = 'user', quotaBytes = 'unlimited', password }) => {
        if (accounts.has(name.toLowerCase())) throw new ApiError('exists', `There is an account '${name}' already.`)
        made += 1
        const account: Account = {
          ...{ id: `u${made}`, name, displayName, role, quotaBytes, isDisabled: false, createdAt: now() },
          hasPassword: password !== undefined,
        }
        accounts.set(name.toLowerCase(), { account, appPasswords: [] })
        events.add({ type: 'account', account: name, what: 'added' })
        return account
      },
      change: async (name, { password, ...change }) => {
        const one = accountOf(name)
        one.account = { ...one.account, ...change, hasPassword: one.account.hasPassword || password !== undefined }
        return one.account
      },
      remove: async name => {
        const { account } = accountOf(name)
        accounts.delete(name.toLowerCase())
        for (const [key, grant] of grants) if (grant.account === account.name) grants.delete(key)
      },
      appPasswords: async name => accountOf(name).appPasswords,
      addAppPassword: async (name, label) => {
        made += 1
        const appPassword: AppPassword = { id: `a${made}`, label, createdAt: now() }
        accountOf(name).appPasswords.push(appPassword)
        return { appPassword, password: 'once-and-never-again' }
      },
      removeAppPassword: async (name, id) => {
        const one = accountOf(name)
        if (!one.appPasswords.some(each => each.id === id))
          throw new ApiError('not-found', 'There is no such password.')
        one.appPasswords = one.appPasswords.filter(each => each.id !== id)
      },
    },
    grants: {
      list: async () => [...grants.values()],
      add: async ({ folder, account, rights, mount }) => {
        const grant = {
          folder,
          account: accountOf(account).account.name,
          rights,
          mount: mount ?? held(folder).folder.label,
        }
        grants.set(`${folder} ${grant.account}`, grant)
        return grant
      },
      remove: async (folder, account) => {
        if (!grants.delete(`${folder} ${accountOf(account).account.name}`))
          throw new ApiError('not-found', 'There is no such grant.')
      },
    },
    setUp: fakeSetUp(),
    config: {
      read: async () => ({ file: '/home/config.yaml', settings, listening: ['127.0.0.1:8440'], problems: [] }),
      change: async change => {
        settings = { ...settings, ...change }
        events.add({ type: 'config', what: 'changed' })
        return { file: '/home/config.yaml', settings, listening: ['127.0.0.1:8440'], problems: [] }
      },
    },
    host: { restored: async () => void events.add({ type: 'notice', text: 'The host was brought back.' }) },
    diagnosis: {
      problems: async () =>
        [...folders.values()].flatMap(({ folder, contents }) =>
          contents.unsynced.map(({ path, because, reason }) => ({
            ...{ id: path, severity: 'some' as const, cause: because, folder: folder.id, sentence: reason },
            ...{ advice: 'Wait.', count: 1, paths: [{ path, reason }] },
          })),
        ),
      support: async () => ({
        ...{ at: now(), about: {}, system: {}, config: '', configProblems: [], status: {} },
        ...{ problems: await service.diagnosis.problems(), log: lines, metrics: '' },
      }),
    },
    transfers: async () => ({
      ...{ items: [], remotes: [], devices: [], uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 },
    }),
    log: async ({ level, limit }) => {
      const levels = ['debug', 'info', 'warn', 'error']
      return lines.filter(line => levels.indexOf(line.level) >= levels.indexOf(level)).slice(-limit)
    },
    metrics: async () => [
      { name: 'syncline_folders', type: 'gauge', help: 'Folders that are set up', samples: [{ value: folders.size }] },
      {
        name: 'syncline_folder_unsynced',
        type: 'gauge',
        help: 'Paths that are not in sync',
        samples: [...folders.values()].map(({ folder, contents }) => ({
          labels: { folder: folder.label },
          value: contents.unsynced.length,
        })),
      },
    ],
  }
  return service
}

function folderStatus({ folder, contents }: Held, brakes: ReadonlyMap<string, Brake>): FolderStatus {
  const remotes = folder.remotes.map((remote): RemoteStatus => {
    const brake = [...brakes.values()].find(each => each.folder === folder.id && each.remote === remote.id)
    return {
      id: remote.id,
      label: remote.label,
      state:
        brake !== undefined
          ? 'braked'
          : contents.unsynced.length > 0
            ? 'unsynced'
            : remote.isPaused
              ? 'paused'
              : 'in-sync',
      sentence: brake?.sentence ?? 'Up to date',
      unsynced: contents.unsynced.length,
      ...(brake === undefined ? {} : { brake }),
    }
  })
  return {
    id: folder.id,
    label: folder.label,
    state: folder.isPaused ? 'paused' : 'idle',
    sentence: folder.isPaused ? 'Paused' : 'Up to date',
    entries: contents.entries.length,
    watching: 'events',
    conflicts: contents.conflicts.length,
    remotes,
  }
}

function contact({ address }: RemoteDraft, now: number): RemoteFound {
  if (address.includes('offline')) throw new SyncError('offline', `${address} does not answer.`)
  return { kind: address.startsWith('http') ? 'webdav' : 'directory', label: address, remarks: [], foundAt: now }
}

function paged<T>(all: readonly T[], { after, limit }: Page): { items: readonly T[]; next?: string } {
  const from = after === undefined ? 0 : Number(after)
  const items = all.slice(from, from + limit)
  return from + limit < all.length ? { items, next: String(from + limit) } : { items }
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path
}

function isBelow(path: string, place: Place): boolean {
  return place === '' || path === place || path.startsWith(`${place}/`)
}

function isNested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

function settled({ id, type }: Folder, wanted: Folder['type']): { paths: number } {
  if (type !== wanted) throw new ApiError('wrong-state', `The folder '${id}' is not ${wanted}.`)
  return { paths: 0 }
}
