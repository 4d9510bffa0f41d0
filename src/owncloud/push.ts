// Change push by the WebSocket protocol of notify_push: a client signs in with two messages, and is told when something changed.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Accounts, Visitor } from '../accounts/accounts.ts'
import { randomHex, type World } from '../platform/world.ts'
import type { Space } from '../store/space.ts'
import { Listener } from './push-listener.ts'

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
const PING_MS = 45_000
const MAX_MESSAGE = 4096
const MAX_CONNECTIONS = 2000
const MAX_PER_ADDRESS = 100

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
