// The server side of ownCloud's and Nextcloud's protocol: every address their clients know, over the users' trees.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Accounts, User } from '../accounts/accounts.ts'
import { DAV_LIMITS, type DavLimits } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import type { Locks } from '../dav/locks.ts'
import type { Tree } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import type { Space } from '../store/space.ts'
import { parseResourcePath } from '../wire/dav/resource-path.ts'
import { answer, answerJson } from './answer.ts'
import { statusOf } from './capabilities.ts'
import { crossOrigin } from './cross-origin.ts'
import { loginRoutes } from './login-flow.ts'
import { answerOcs } from './ocs.ts'
import { openPush } from './push.ts'
import { guarded, remoteHandler } from './remote.ts'
import { type Asked, challengeFor, signIn } from './sign-in.ts'
import { openUploadStore } from './upload-store.ts'
import { openUploads } from './uploads.ts'
import { addressOf, type Reachable, targetOf, type Visit, visitOf } from './visit.ts'

export interface OwncloudOptions {
  readonly accounts: Accounts
  readonly world: World
  readonly locks: Locks
  readonly limits?: DavLimits
  /** Where unfinished uploads are kept; nobody else uses it. Not closed here. */
  readonly uploads: Tree
  /** Ends the ids that clients keep: a letter and some letters and digits, for ever the same. */
  readonly instance: string
  /** See `PropertiesHost`. */
  fingerprint(): string
  isMaintained(): boolean
  /** The tree of a user, as it is now. */
  spaceOf(user: User): Promise<Space>
  readonly reachable?: Reachable
  /** Of sites whose pages may use this server: `https://files.example`. */
  readonly allowedOrigins?: ReadonlySet<string>
}

export interface Owncloud {
  /** Whether the address of a request (`request.url`) is one of ours. */
  isOurs(url: string): boolean
  /** Answers one request. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Takes over a connection that wants to hear of changes; `false` when it wants something else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Gives up uploads that nobody has gone on with for a day, and those of users who are gone. Returns how many. */
  sweep(): Promise<number>
  /** To be told when users' trees are put together in another way: who listens for changes listens to the new ones. */
  treesChanged(): void
  close(): Promise<void>
}

const TOPS = new Set(['status.php', 'ocs', 'remote.php', 'index.php', 'login', '204', 'avatar', 'push'])
const WELL_KNOWN = new Set(['webdav', 'caldav', 'carddav'])
const UPLOAD_IDLE_MS = 24 * 60 * 60 * 1000
const NO_ORIGINS: ReadonlySet<string> = new Set()

export function openOwncloud(options: OwncloudOptions): Owncloud {
  const { accounts, world, locks, limits = DAV_LIMITS, reachable = {}, allowedOrigins = NO_ORIGINS } = options
  const dav = { locks, clock: world.clock, random: world.random, log: world.log, limits }
  const store = openUploadStore(options.uploads, world)
  const { instance, fingerprint, spaceOf, isMaintained } = options
  const remote = remoteHandler({ accounts, dav, uploads: openUploads(store), instance, fingerprint, spaceOf })
  const login = loginRoutes({ accounts, random: world.random, clock: world.clock })
  const push = openPush({ accounts, world, spaceOf: ({ user }) => spaceOf(user) })

  async function route(visit: Visit): Promise<void> {
    const path = parseResourcePath(visit.path)
    if (path.as === 'fault') throw new DavFault(400, 'The path is malformed.')
    const names = path.names
    const [first, second = ''] = names
    if (first === 'status.php') return showStatus(visit)
    if (first === '.well-known') return answer(visit.response, 301, { Location: `${visit.origin}/remote.php/dav/` })
    if (first === 'ocs') return ocs(visit, second, names.slice(2).join('/'))
    if (isMaintained()) throw maintenance()
    if (first === 'remote.php') return remoteFor(visit)
    if (first === 'push') return pushRoute(visit, names)
    await page(visit, first === 'index.php' ? names.slice(1) : names)
  }

  function showStatus({ response }: Visit): void {
    answerJson(response, 200, statusOf({ maintenance: isMaintained() }), { 'Access-Control-Allow-Origin': '*' })
  }

  async function ocs(visit: Visit, version: string, name: string): Promise<void> {
    // While it is being maintained, nobody's password is looked at.
    const asked: Asked = isMaintained() ? { as: 'anonymous' } : await signIn(accounts, visit)
    const host = { accounts, isMaintained, spaceOf }
    await answerOcs(host, visit, asked, version === 'v2.php' ? 'v2' : 'v1', name)
  }

  async function remoteFor(visit: Visit): Promise<void> {
    const user = await visitor(visit)
    await remote(visit, user.user)
  }

  /** Who asks. Throws 401 or 429. */
  async function visitor(visit: Visit) {
    const asked = await signIn(accounts, visit)
    if (asked.as === 'visitor') return asked.visitor
    if (asked.as === 'too-many')
      throw new DavFault(429, 'Too many wrong attempts. Try again later.', {
        headers: { 'Retry-After': String(Math.ceil(asked.retryAfterMs / 1000)) },
      })
    const sentence = asked.as === 'refused' ? 'The name or the password is wrong.' : 'Sign in first.'
    throw new DavFault(401, sentence, { headers: challengeFor(visit) })
  }

  async function pushRoute(visit: Visit, names: readonly string[]): Promise<void> {
    if (names.length !== 2 || names[1] !== 'pre_auth' || visit.method !== 'POST')
      throw new DavFault(404, 'There is nothing of this name.')
    const ticket = push.ticketFor(await visitor(visit))
    answer(visit.response, 200, { 'Content-Type': 'text/plain; charset=utf-8' }, ticket)
  }

  /** What is asked for beside the files: by an app's window, or in a browser. */
  async function page(visit: Visit, names: readonly string[]): Promise<void> {
    if (names[0] === '204' && names.length === 1) return answer(visit.response, 204)
    if (names[0] === 'login') return login.answer(visit, names.slice(1))
    // Pictures of users and files, and whether a lost device is to forget its files: there are none, and it is not.
    answerJson(visit.response, 404, [])
  }

  return {
    isOurs(url) {
      const [first = '', second = ''] = (targetOf(url)?.path ?? '').slice(1).split('/', 2)
      return TOPS.has(first) || (first === '.well-known' && WELL_KNOWN.has(second))
    },
    async answer(request, response) {
      const visit = visitOf(request, response, reachable)
      if (visit === undefined) return answer(response, 400, { Connection: 'close' }, 'The request makes no sense.\n')
      if (crossOrigin(visit, allowedOrigins) === 'answered') return
      await guarded(visit, dav, () => route(visit))
    },
    upgrade(request, socket, head) {
      if (targetOf(request.url ?? '')?.path !== '/push/ws') return false
      if (isMaintained())
        socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      else push.accept(request, socket, head, addressOf(request, reachable))
      return true
    },
    async sweep() {
      const users = new Set<string>(accounts.users.list().map(({ id }) => id))
      return store.sweep(UPLOAD_IDLE_MS, user => users.has(user))
    },
    treesChanged: () => push.refresh(),
    close: () => push.close(),
  }
}

/** By the name of this exception clients know that the whole server is closed, and not only a place in it: they stop their run. */
function maintenance(): DavFault {
  return new DavFault(503, 'System in maintenance mode.', {
    exception: 'Sabre\\DAV\\Exception\\ServiceUnavailable',
    headers: { 'X-Nextcloud-Maintenance-Mode': '1', 'Retry-After': '120' },
  })
}
