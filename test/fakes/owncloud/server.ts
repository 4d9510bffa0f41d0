// A small ownCloud or Nextcloud on 127.0.0.1, with state in memory, for tests: real semantics, and faults on demand.
import { FaultyServer } from '../faulty-server.ts'
import type { Account } from './account.ts'
import { answerDav, filesPathOf } from './dav.ts'
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

/** Starts a server; the caller stops it. */
export async function startFakeOwncloud(options: FakeOptions = {}): Promise<FakeOwncloud> {
  const fake = new FakeOwncloud(options)
  await fake.listen()
  return fake
}

export class FakeOwncloud extends FaultyServer {
  readonly flavour: 'owncloud' | 'nextcloud'
  maintenance = false
  /** `oc:data-fingerprint` of every root. */
  fingerprint = ''
  readonly #passwords: Map<string, string>
  readonly #accounts: ReadonlyMap<string, Account>
  readonly #product: Product

  constructor(options: FakeOptions) {
    super(options.base ?? '')
    this.flavour = options.flavour ?? 'nextcloud'
    this.#passwords = new Map(Object.entries(options.users ?? { alice: 'secret' }))
    this.#product = {
      flavour: this.flavour,
      bulk: options.bulk ?? true,
      maxChunkSize: options.maxChunkSize,
      capabilities: options.capabilities ?? {},
    }
    this.#accounts = new Map([...this.#passwords.keys()].map(user => [user, this.#account(user, options)]))
  }

  /** The files of the first user. */
  get tree(): FakeTree {
    return this.account(this.#passwords.keys().next().value ?? '').tree
  }

  account(user: string): Account {
    const account = this.#accounts.get(user)
    if (account === undefined) throw new Error(`the fake server has no user ${user}`)
    return account
  }

  setPassword(user: string, password: string): void {
    this.#passwords.set(user, password)
  }

  protected below(path: string): string | undefined {
    return filesPathOf(path)
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

  protected route(call: Call): Reply {
    if (call.path === '/status.php') return statusReply(this.#product, this.maintenance)
    if (call.path === '/index.php/204') return { status: 204 }
    const ocs = call.path.startsWith('/ocs/')
    if (this.maintenance) return ocs ? maintenanceOcs(call) : faultReply(this.#maintenanceFault())
    if (!ocs && !call.path.startsWith('/remote.php/')) return { status: 404, body: '<html>Not found</html>' }
    const user = this.#userOf(call)
    if (user === undefined) return ocs ? ocsReply(call, 401, 997, []) : unauthorized(this.flavour)
    if (ocs) return answerOcs(call, user, this.#product)
    const reply = answerDav(this.account(user), call, this.base, this.#product.bulk && this.flavour === 'nextcloud')
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

function unauthorized(flavour: string): Reply {
  const fault = new DavFault(401, 'Sabre\\DAV\\Exception\\NotAuthenticated', 'Cannot authenticate')
  const realm = flavour === 'nextcloud' ? 'Nextcloud' : 'ownCloud'
  const reply = faultReply(fault)
  return { ...reply, headers: { ...reply.headers, 'WWW-Authenticate': `Basic realm="${realm}", charset="UTF-8"` } }
}
