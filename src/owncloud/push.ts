// Change push by the WebSocket protocol of notify_push: a client signs in with two messages, and is told when something changed.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Accounts, Visitor } from '../accounts/accounts.ts'
import { parentOf } from '../model/path.ts'
import { randomHex, type World } from '../platform/world.ts'
import type { NodeId, Space } from '../store/space.ts'

export interface PushHost {
  readonly accounts: Accounts
  readonly world: World
  /** The user's tree. */
  spaceOf(visitor: Visitor): Promise<Space>
}

export interface Push {
  /** A ticket with which a page, which cannot send a password here, signs in instead; good once, for a short time. */
  ticketFor(visitor: Visitor): string
  /** Takes over a connection that asked for `/push/ws`. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void
  /** The users' trees are put together in another way. */
  refresh(): void
  close(): Promise<void>
}

const TICKET_MS = 15_000
const SIGN_IN_MS = 15_000
const PING_MS = 45_000
/** Changes in a burst are told together. */
const GATHER_MS = 50
const MAX_MESSAGE = 4096
const MAX_CONNECTIONS = 2000
const MAX_PER_ADDRESS = 100
/** More ids than this are told as "something". */
const MAX_IDS = 500

export function openPush({ accounts, world, spaceOf }: PushHost): Push {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false })
  const tickets = new Map<string, { readonly visitor: Visitor; readonly until: number }>()
  const perAddress = new Map<string, number>()
  const listeners = new Set<Listener>()
  const end = new AbortController()
  const watching = accounts.watch(user => {
    for (const listener of listeners) if (listener.visitor?.user.id === user) listener.recheck()
  })

  async function signIn(name: string, password: string, address: string): Promise<Visitor | undefined> {
    if (name === '') {
      const ticket = tickets.get(password)
      tickets.delete(password)
      return ticket !== undefined && ticket.until > world.clock.now() ? ticket.visitor : undefined
    }
    const signed = await accounts.signIn({ name, password, address })
    return signed.as === 'visitor' ? signed.visitor : undefined
  }

  function welcome(socket: WebSocket, address: string): void {
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
    const listener = new Listener(socket, { accounts, world, spaceOf, signIn: (n, p) => signIn(n, p, address) })
    listeners.add(listener)
    socket.on('close', () => {
      listeners.delete(listener)
      const left = (perAddress.get(address) ?? 1) - 1
      if (left <= 0) perAddress.delete(address)
      else perAddress.set(address, left)
    })
  }

  void pingAll(listeners, world, end.signal)

  return {
    ticketFor(visitor) {
      for (const [key, { until }] of tickets) if (until <= world.clock.now()) tickets.delete(key)
      const ticket = randomHex(world.random, 24)
      tickets.set(ticket, { visitor, until: world.clock.now() + TICKET_MS })
      return ticket
    },
    accept(request, socket, head, address) {
      if (listeners.size >= MAX_CONNECTIONS || (perAddress.get(address) ?? 0) >= MAX_PER_ADDRESS) {
        socket.end(
          'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 60\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
        )
        return
      }
      server.handleUpgrade(request, socket, head, connection => welcome(connection, address))
    },
    refresh() {
      for (const listener of listeners) listener.recheck()
    },
    async close() {
      end.abort()
      watching[Symbol.dispose]()
      for (const listener of listeners) listener.leave()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

interface ListenerHost extends PushHost {
  signIn(name: string, password: string): Promise<Visitor | undefined>
}

/** One connection. */
class Listener {
  visitor: Visitor | undefined
  isAlive = true
  readonly #socket: WebSocket
  readonly #host: ListenerHost
  readonly #end = new AbortController()
  #name: string | undefined
  #tells: 'that' | 'what' = 'that'
  #space: Space | undefined
  #watch: Disposable | undefined
  #gathered = new Set<NodeId>()
  #isGathering = false

  constructor(socket: WebSocket, host: ListenerHost) {
    this.#socket = socket
    this.#host = host
    socket.on('message', data => void this.#hear(String(data)))
    socket.on('pong', () => {
      this.isAlive = true
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#forget())
    void this.#demandSignIn()
  }

  ping(): void {
    if (!this.isAlive) return this.#socket.terminate()
    this.isAlive = false
    this.#socket.ping()
  }

  leave(): void {
    this.#socket.terminate()
  }

  /** Something about the account changed: whoever may no longer be here is sent away, the rest see the tree as it is now. */
  recheck(): void {
    const { visitor } = this
    const { accounts } = this.#host
    if (visitor === undefined) return
    const { by, user } = visitor
    const known = accounts.users.find(user.id)
    const revoked = by.kind === 'app-password' && !accounts.appPasswords.list(user.id).some(each => each.id === by.id)
    if (known === undefined || known.isDisabled || revoked) return this.#socket.close(1008, 'signed out')
    this.#listen(visitor).catch(() => this.#socket.close(1011))
    this.#send('notify_file')
  }

  async #demandSignIn(): Promise<void> {
    const { clock } = this.#host.world
    try {
      await clock.sleep(SIGN_IN_MS, this.#end.signal)
    } catch {
      return // It is closed, or has signed in: no matter.
    }
    if (this.visitor === undefined) this.#socket.close(1008, 'not signed in')
  }

  async #hear(text: string): Promise<void> {
    if (this.visitor !== undefined) {
      if (text.trim() === 'listen notify_file_id') this.#tells = 'what'
      return
    }
    if (this.#name === undefined) {
      this.#name = text
      return
    }
    const visitor = await this.#host.signIn(this.#name, text)
    if (visitor === undefined) {
      this.#send('err: Invalid credentials')
      return this.#socket.close(1008, 'refused')
    }
    this.visitor = visitor
    try {
      await this.#listen(visitor)
      this.#send('authenticated')
    } catch (error) {
      this.#host.world.log('warn', 'A client that wants to hear of changes cannot be served', { error: String(error) })
      this.#socket.close(1011)
    }
  }

  async #listen(visitor: Visitor): Promise<void> {
    const space = await this.#host.spaceOf(visitor)
    this.#watch?.[Symbol.dispose]()
    if (this.#end.signal.aborted) return
    this.#space = space
    this.#watch = space.watch(ids => this.#gather(ids))
  }

  #gather(ids: readonly NodeId[]): void {
    for (const id of ids) if (this.#gathered.size <= MAX_IDS) this.#gathered.add(id)
    if (this.#isGathering) return
    this.#isGathering = true
    this.#host.world.clock.sleep(GATHER_MS, this.#end.signal).then(
      () => this.#tell(),
      () => {},
    )
  }

  async #tell(): Promise<void> {
    const ids = [...this.#gathered]
    this.#gathered = new Set()
    this.#isGathering = false
    if (this.#tells === 'that' || ids.length > MAX_IDS || this.#space === undefined) return this.#send('notify_file')
    try {
      const known = await withAbove(this.#space, ids)
      this.#send(known === undefined ? 'notify_file' : `notify_file_id ${JSON.stringify(known)}`)
    } catch {
      // Which ones cannot be said now; that something changed is enough for a client to look.
      this.#send('notify_file')
    }
  }

  #send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text)
  }

  #forget(): void {
    this.#end.abort()
    this.#watch?.[Symbol.dispose]()
    this.#watch = undefined
    this.#space = undefined
  }
}

/** The nodes and all directories above: a client knows those it has, and a new node only by them. Undefined when one is gone: where it was cannot be told. */
async function withAbove(space: Space, ids: readonly NodeId[]): Promise<readonly NodeId[] | undefined> {
  const all = new Set<NodeId>()
  for (const id of ids) {
    const node = await space.findById(id)
    if (node === undefined) return undefined
    all.add(node.id)
    for (let place = node.path; place !== ''; ) {
      place = parentOf(place)
      const above = await space.find(place)
      if (above === undefined || all.has(above.id)) break
      all.add(above.id)
    }
  }
  return [...all]
}

async function pingAll(listeners: ReadonlySet<Listener>, world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await world.clock.sleep(PING_MS, signal)
    } catch {
      return // Closed.
    }
    for (const listener of listeners) listener.ping()
  }
}
