// The service as seen from another process: the same calls, over a socket of the daemon.
import { type Address, ask, type Method, openStream, type Question } from './connection.ts'
import type { BrowseQuery } from './file-services.ts'
import type { LimitsOf, Page, Service } from './service.ts'
import type { About } from './shapes/about.ts'
import type { Account, AppPassword, Grant } from './shapes/accounts.ts'
import type { Brake } from './shapes/brakes.ts'
import type { Device, NearbyDevice } from './shapes/devices.ts'
import type { Trouble } from './shapes/diagnosis.ts'
import type { Event } from './shapes/events.ts'
import type { Folder } from './shapes/folders.ts'
import type { LogLine } from './shapes/logs.ts'
import type { Remote } from './shapes/remotes.ts'
import type { SignInLink } from './shapes/sessions.ts'

/** Everything but what only makes sense inside the daemon. */
export interface ServiceClient
  extends Omit<Service, 'about' | 'state' | 'metrics' | 'events' | 'content' | 'conflicts' | 'history'> {
  /** Bytes of files go by HTTP alone. */
  readonly conflicts: Omit<Service['conflicts'], 'merge'>
  readonly history: Omit<Service['history'], 'open'>
  about(): Promise<About>
  /** A code that lets one browser in: it belongs behind `/sign-in#` in the address. */
  signInLink(): Promise<SignInLink>
  /** Events after `since`, or from now on; ends when the signal aborts, or the daemon does. */
  events(since: number | undefined, signal: AbortSignal): AsyncIterable<Event>
}

export function apiClient(address: Address): ServiceClient {
  const get = <T>(path: string, question?: Question) => ask<T>(address, 'GET', path, question)
  const list = async <T>(path: string, field: string, question?: Question) =>
    (await get<Readonly<Record<string, readonly T[]>>>(path, question))[field] ?? []
  const send =
    (method: Method) =>
    <T>(path: string, body?: unknown, signal?: AbortSignal) =>
      ask<T>(address, method, path, { body, signal })
  const post = send('POST')
  const patch = send('PATCH')
  /** For what is only to be done: the answer tells nothing. */
  const act = async (path: string, body?: unknown) => void (await post(path, body))
  const remove = async (path: string, query?: Question['query']) =>
    void (await ask(address, 'DELETE', path, query === undefined ? {} : { query }))
  return {
    about: () => get('/about'),
    signInLink: () => post('/session/links'),
    status: () => get('/status'),
    folders: {
      list: () => list<Folder>('/folders', 'folders'),
      get: folder => get(at`/folders/${folder}`),
      status: folder => get(at`/folders/${folder}/status`),
      add: draft => post('/folders', draft),
      change: (folder, change) => patch(at`/folders/${folder}`, change),
      remove: folder => remove(at`/folders/${folder}`),
      pause: folder => act(at`/folders/${folder}/pause`),
      resume: folder => act(at`/folders/${folder}/resume`),
      scan: (folder, place, trust) => act(at`/folders/${folder}/scan`, { place, trust }),
      override: folder => post(at`/folders/${folder}/override`),
      revert: folder => post(at`/folders/${folder}/revert`),
    },
    remotes: {
      list: folder => list<Remote>(at`/folders/${folder}/remotes`, 'remotes'),
      get: (folder, remote) => get(at`/folders/${folder}/remotes/${remote}`),
      test: (folder, draft, signal) => post(at`/folders/${folder}/remote-test`, draft, signal),
      add: (folder, draft, signal) => post(at`/folders/${folder}/remotes`, draft, signal),
      change: (folder, remote, change) => patch(at`/folders/${folder}/remotes/${remote}`, change),
      remove: (folder, remote) => remove(at`/folders/${folder}/remotes/${remote}`),
      pause: (folder, remote) => act(at`/folders/${folder}/remotes/${remote}/pause`),
      resume: (folder, remote) => act(at`/folders/${folder}/remotes/${remote}/resume`),
      sync: (folder, remote) => act(at`/folders/${folder}/remotes/${remote}/sync`),
      preview: (folder, remote, limit, signal) =>
        get(at`/folders/${folder}/remotes/${remote}/plan`, { query: { limit }, signal }),
    },
    devices: {
      self: () => get('/device'),
      list: () => list<Device>('/devices', 'devices'),
      get: device => get(at`/devices/${device}`),
      add: draft => post('/devices', draft),
      change: (device, change) => patch(at`/devices/${device}`, change),
      remove: device => remove(at`/devices/${device}`),
      pause: device => act(at`/devices/${device}/pause`),
      resume: device => act(at`/devices/${device}/resume`),
      share: (folder, device) => post(at`/folders/${folder}/devices`, { device }),
      unshare: (folder, device) => remove(at`/folders/${folder}/devices/${device}`),
      nearby: () => list<NearbyDevice>('/nearby', 'devices'),
      pending: () => get('/pending'),
      accept: accept => act('/pending/accept', accept),
      ignore: ignore => act('/pending/ignore', ignore),
    },
    browse: {
      list: (folder, place, query, signal) =>
        get(at`/folders/${folder}/browse`, { query: { place, ...browseQuery(query) }, signal }),
      search: (folder, query, signal) => get(at`/folders/${folder}/search`, { query: { ...query }, signal }),
    },
    conflicts: {
      list: (folder, page, signal) => get(at`/folders/${folder}/conflicts`, { query: pageQuery(page), signal }),
      resolve: (folder, resolution, signal) => post(at`/folders/${folder}/conflicts/resolve`, resolution, signal),
      resolveMany: (folder, resolution, signal) =>
        post(at`/folders/${folder}/conflicts/resolve-many`, resolution, signal),
    },
    history: {
      file: (folder, path, page) => get(at`/folders/${folder}/history`, { query: { path, ...pageQuery(page) } }),
      restore: (folder, path, revision, signal) =>
        post(at`/folders/${folder}/history/restore`, { path, revision }, signal),
      preview: (folder, asked, page, signal) =>
        get(at`/folders/${folder}/history/at`, { query: { ...asked, ...pageQuery(page) }, signal }),
      restorePast: (folder, request, signal) => post(at`/folders/${folder}/history/restore-at`, request, signal),
      changes: (folder, place, page) => get(at`/folders/${folder}/changes`, { query: { place, ...pageQuery(page) } }),
      undo: (folder, change, signal) => post(at`/folders/${folder}/changes/undo`, { change }, signal),
    },
    historySettings: {
      read: folder => get(at`/folders/${folder}/history/settings`),
      change: (folder, change) => patch(at`/folders/${folder}/history/settings`, change),
      tidy: folder => post(at`/folders/${folder}/history/tidy`),
    },
    diagnosis: {
      problems: () => list<Trouble>('/problems', 'problems'),
      support: () => get('/support'),
    },
    paths: {
      why: (folder, path, asked, signal) => get(at`/folders/${folder}/why`, { query: { path, ask: asked }, signal }),
      unsynced: (folder, remote, page) =>
        get(at`/folders/${folder}/unsynced`, { query: { remote, ...pageQuery(page) } }),
      differing: (folder, page, signal) => get(at`/folders/${folder}/differing`, { query: pageQuery(page), signal }),
    },
    revisions: {
      list: (folder, place, page) => get(at`/folders/${folder}/trash`, { query: { place, ...pageQuery(page) } }),
      restore: (folder, path, request) => post(at`/folders/${folder}/trash/restore`, { path, ...request }),
      sweep: (folder, olderThanMs) => post(at`/folders/${folder}/trash/sweep`, { olderThanMs }),
    },
    brakes: {
      list: () => list<Brake>('/brakes', 'brakes'),
      approve: brake => act('/brakes/approve', { brake }),
      restore: brake => act('/brakes/restore', { brake }),
    },
    ignore: {
      read: folder => get(at`/folders/${folder}/ignore`),
      write: async (folder, change) =>
        void (await ask(address, 'PUT', at`/folders/${folder}/ignore`, { body: change })),
      preview: (folder, change, _limit, signal) => post(at`/folders/${folder}/ignore/preview`, change, signal),
    },
    selection: {
      read: folder => get(at`/folders/${folder}/selection`),
      change: (folder, change) => post(at`/folders/${folder}/selection`, change),
      list: (folder, place, asked, signal) =>
        get(at`/folders/${folder}/selection/directories`, { query: { place, ask: asked }, signal }),
    },
    limits: {
      read: of => get(limitsAt(of)),
      change: (of, change) => patch(limitsAt(of), change),
    },
    accounts: {
      list: () => list<Account>('/accounts', 'accounts'),
      get: account => get(at`/accounts/${account}`),
      add: draft => post('/accounts', draft),
      change: (account, change) => patch(at`/accounts/${account}`, change),
      remove: (account, home) => remove(at`/accounts/${account}`, { home }),
      appPasswords: account => list<AppPassword>(at`/accounts/${account}/app-passwords`, 'appPasswords'),
      addAppPassword: (account, label) => post(at`/accounts/${account}/app-passwords`, { label }),
      removeAppPassword: (account, id) => remove(at`/accounts/${account}/app-passwords/${id}`),
    },
    grants: {
      list: () => list<Grant>('/grants', 'grants'),
      add: grant => post('/grants', grant),
      remove: (folder, account) => remove(at`/grants/${folder}/${account}`),
    },
    setUp: {
      directories: path => get('/directories', { query: { path } }),
      beginLogin: (draft, signal) => post('/remote-logins', draft, signal),
      login: (id, signal) => get(at`/remote-logins/${id}`, { signal }),
    },
    host: { restored: () => act('/host/restored') },
    config: { read: () => get('/config'), change: change => patch('/config', change) },
    transfers: () => get('/transfers'),
    log: query => list<LogLine>('/log', 'lines', { query }),
    events: (since, signal) => readEvents(address, since, signal),
  }
}

async function* readEvents(address: Address, since: number | undefined, signal: AbortSignal): AsyncGenerator<Event> {
  const answer = await openStream(address, '/events', { query: { since }, signal })
  let rest = ''
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      const blocks = (rest + String(chunk)).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const line = block.split('\n').find(each => each.startsWith('data: '))
        if (signal.aborted) return
        if (line !== undefined) yield JSON.parse(line.slice('data: '.length)) as Event
      }
    }
  } catch (error) {
    // A daemon that stops cuts the stream: to whoever listens that is its end.
    if (!signal.aborted && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
  } finally {
    answer.destroy()
  }
}

/** A path of the API, with what stands in it escaped. */
function at(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return texts.map((text, n) => (n === 0 ? '' : encodeURIComponent(values[n - 1] ?? '')) + text).join('')
}

function limitsAt({ folder, remote }: LimitsOf): string {
  if (folder === undefined) return '/limits'
  return remote === undefined ? at`/folders/${folder}/limits` : at`/folders/${folder}/remotes/${remote}/limits`
}

function browseQuery({ start, ...rest }: BrowseQuery) {
  return { ...start, ...rest }
}

function pageQuery({ after, limit }: Page) {
  return { after, limit }
}
