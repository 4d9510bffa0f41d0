// A small ownCloud or Nextcloud on 127.0.0.1, with state in memory, for tests: real semantics, and faults on demand.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Account } from './account.ts'
import { answerDav, filesPathOf } from './dav.ts'
import { type Active, FaultTable } from './faults.ts'
import { type Call, DavFault, faultReply, type Reply } from './message.ts'
import { refusedNames } from './names.ts'
import { answerOcs, capabilitiesOf, maintenanceOcs, ocsReply, type Product, statusReply } from './ocs.ts'
import { FakeTree } from './tree.ts'

export interface FakeOptions {
  readonly flavour?: 'owncloud' | 'nextcloud'
  /** Passwords by user; one user `alice` with the password `secret` when not given. */
  readonly users?: Readonly<Record<string, string>>
  /** Where it is installed: '' or '/cloud'. */
  readonly base?: string
  readonly caseSensitive?: boolean
  /** Whether Nextcloud offers the bulk upload. */
  readonly bulk?: boolean
  /** `files.chunked_upload.max_size`. */
  readonly maxChunkSize?: number
  /** Merged over the usual ones. */
  readonly capabilities?: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export interface Logged {
  readonly method: string
  /** Decoded, without the server's base path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytes: number
  /** Undefined when the connection was closed before an answer. */
  status: number | undefined
}

/** Starts a server; the caller stops it. */
export async function startFakeOwncloud(options: FakeOptions = {}): Promise<FakeOwncloud> {
  const fake = new FakeOwncloud(options)
  await fake.listen()
  return fake
}

export class FakeOwncloud {
  readonly flavour: 'owncloud' | 'nextcloud'
  readonly faults = new FaultTable()
  readonly requests: Logged[] = []
  maintenance = false
  /** `oc:data-fingerprint` of every root. */
  fingerprint = ''
  readonly #passwords: Map<string, string>
  readonly #accounts: ReadonlyMap<string, Account>
  readonly #product: Product
  readonly #base: string
  readonly #server: Server

  constructor(options: FakeOptions) {
    this.flavour = options.flavour ?? 'nextcloud'
    this.#base = options.base ?? ''
    this.#passwords = new Map(Object.entries(options.users ?? { alice: 'secret' }))
    this.#product = {
      flavour: this.flavour,
      bulk: options.bulk ?? true,
      maxChunkSize: options.maxChunkSize,
      capabilities: options.capabilities ?? {},
    }
    this.#accounts = new Map([...this.#passwords.keys()].map(user => [user, this.#account(user, options)]))
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.requestTimeout = 0
  }

  /** The files of the first user. */
  get tree(): FakeTree {
    return this.account(this.#passwords.keys().next().value ?? '').tree
  }

  /** Without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#base}`
  }

  account(user: string): Account {
    const account = this.#accounts.get(user)
    if (account === undefined) throw new Error(`the fake server has no user ${user}`)
    return account
  }

  setPassword(user: string, password: string): void {
    this.#passwords.set(user, password)
  }

  /** How many requests there were of this method (of any, when not given), at this path or pattern. */
  count(method?: string, path?: string | RegExp): number {
    return this.requests.filter(
      logged =>
        (method === undefined || logged.method === method) &&
        (path === undefined || (path instanceof RegExp ? path.test(logged.path) : logged.path === path)),
    ).length
  }

  resetCounters(): void {
    this.requests.length = 0
  }

  async listen(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.faults.clear()
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #account(user: string, options: FakeOptions): Account {
    const now = options.now ?? Date.now
    const tree = new FakeTree({ flavour: this.flavour, caseSensitive: options.caseSensitive ?? true, now })
    return {
      user,
      tree,
      now,
      flavour: this.flavour,
      instance: 'ocfakeinst01',
      uploads: new Map(),
      fingerprint: () => this.fingerprint,
      refuses: refusedNames(capabilitiesOf(this.#product)),
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    const { socket } = request
    const rawPath = url.pathname
    const path = decodeURIComponent(
      rawPath.startsWith(`${this.#base}/`) ? rawPath.slice(this.#base.length) : `//outside${rawPath}`,
    )
    const headers = headersOf(request)
    const method = request.method ?? 'GET'
    const fault = this.faults.strike(method, path, filesPathOf(path))
    const body = await bodyOf(request, fault?.rule.act.do === 'cut-request' ? fault.rule.act.bytes : undefined)
    const logged: Logged = { method, path, headers, bodyBytes: body?.length ?? 0, status: undefined }
    this.requests.push(logged)
    if (body === undefined) return
    const reply = await this.#struck(fault, { method, path, rawPath, query: url.searchParams, headers, body })
    if (reply === undefined) return void socket.destroy()
    logged.status = reply.status
    send(request, response, reply, fault?.rule.act.do === 'cut-reply' ? fault.rule.act.bytes : undefined)
  }

  /** The reply after whatever the fault does to it; undefined when there will be none. */
  async #struck(fault: Active | undefined, call: Call): Promise<Reply | undefined> {
    const act = fault?.rule.act
    if (act?.do === 'reply') return act.reply
    if (act?.do === 'hold') await fault?.released
    if (act?.do === 'repeat') this.#answer(call)
    const reply = this.#answer(call)
    if (act?.do === 'lose-reply') return undefined
    return act?.do === 'edit' ? act.edit(reply) : reply
  }

  #answer(call: Call): Reply {
    try {
      return this.#route(call)
    } catch (error) {
      if (error instanceof DavFault) return faultReply(error)
      return { status: 500, body: String(error) }
    }
  }

  #route(call: Call): Reply {
    if (call.path === '/status.php') return statusReply(this.#product, this.maintenance)
    if (call.path === '/index.php/204') return { status: 204 }
    const ocs = call.path.startsWith('/ocs/')
    if (this.maintenance) return ocs ? maintenanceOcs(call) : faultReply(this.#maintenanceFault())
    if (!ocs && !call.path.startsWith('/remote.php/')) return { status: 404, body: '<html>Not found</html>' }
    const user = this.#userOf(call)
    if (user === undefined) return ocs ? ocsReply(call, 401, 997, []) : unauthorized(this.flavour)
    if (ocs) return answerOcs(call, user, this.#product)
    const reply = answerDav(this.account(user), call, this.#base, this.#product.bulk && this.flavour === 'nextcloud')
    const cookie = call.headers['cookie'] === undefined ? { 'Set-Cookie': 'oc_session=fake; path=/; HttpOnly' } : {}
    return { ...reply, headers: { ...cookie, ...reply.headers } }
  }

  #maintenanceFault(): DavFault {
    return this.flavour === 'nextcloud'
      ? new DavFault(503, 'OCA\\DAV\\Exception\\ServerMaintenanceMode', 'System is in maintenance mode.')
      : new DavFault(503, 'Sabre\\DAV\\Exception\\ServiceUnavailable', 'System in maintenance mode.')
  }

  #userOf(call: Call): string | undefined {
    const [, encoded] = /^Basic (.+)$/i.exec(call.headers['authorization'] ?? '') ?? []
    if (encoded === undefined) return undefined
    const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
    return this.#passwords.get(user) === rest.join(':') ? user : undefined
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

/** The whole body; undefined when the connection was closed before its end, by the client or after `cutAt` bytes by us. */
async function bodyOf(request: IncomingMessage, cutAt: number | undefined): Promise<Buffer | undefined> {
  const { socket } = request
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (cutAt !== undefined && length >= cutAt) break
    }
  } catch {
    return undefined
  }
  if (cutAt === undefined) return request.complete ? Buffer.concat(chunks) : undefined
  socket.destroy()
  return undefined
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, cutAt: number | undefined): void {
  const { socket } = request
  const body = Buffer.from(reply.body ?? '')
  response.writeHead(reply.status, { 'Content-Length': body.length, ...reply.headers })
  if (cutAt === undefined || request.method === 'HEAD') return void response.end(request.method === 'HEAD' ? '' : body)
  response.write(body.subarray(0, cutAt), () => socket.destroySoon())
}

function unauthorized(flavour: string): Reply {
  const fault = new DavFault(401, 'Sabre\\DAV\\Exception\\NotAuthenticated', 'Cannot authenticate')
  const realm = flavour === 'nextcloud' ? 'Nextcloud' : 'ownCloud'
  const reply = faultReply(fault)
  return { ...reply, headers: { ...reply.headers, 'WWW-Authenticate': `Basic realm="${realm}", charset="UTF-8"` } }
}
