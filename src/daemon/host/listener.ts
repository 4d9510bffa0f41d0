// The sockets: one address of the network for everything, and a socket in the home for the command line.
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { serveRequests } from '../../dav/body.ts'
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'
import type { ListenAddress } from '../config/config.ts'
import type { Certificate } from '../home/certificate.ts'
import { refuseUnreadable } from './refuse-unreadable.ts'

export interface ListenerOptions {
  readonly listen: ListenAddress
  readonly certificate: Certificate | undefined
  /** Left out where its path is longer than the system can take. */
  readonly socket: string
  readonly answer: RequestListener
  /** False when the connection is not wanted. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
}

export interface Listener {
  /** `http://127.0.0.1:8440`; none where nobody is listened to any more. */
  readonly urls: readonly string[]
  readonly socket: string | undefined
  /** Shows this certificate to whoever connects from now on. */
  renew(certificate: Certificate): void
  /** Listens there instead; connections to the old place end when their requests have, or `graceMs` have passed. Throws as `openListener`: then it listens where it did, unless that is
   * one place with the new one, and another program has taken it in the instant in between. */
  move(to: Pick<ListenerOptions, 'listen' | 'certificate'>, graceMs: number): Promise<void>
  /** Takes no more requests; resolves when those under way have ended, or `graceMs` have passed. */
  close(graceMs: number): Promise<void>
}

/** Of a socket's path, on the strictest system (macOS), with the zero at its end. */
const MAX_SOCKET_BYTES = 103

/** Throws `usage` when the address is taken or not this machine's. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { socket } = options
  let network = await NetworkServer.open(options)
  const servers: Server[] = []
  try {
    const hasSocket = Buffer.byteLength(socket) <= MAX_SOCKET_BYTES
    if (hasSocket) {
      const local = serverOf({ ...options, certificate: undefined })
      servers.push(local)
      // Of one that has died: the lock of the home says that nobody else uses it.
      rmSync(socket, { force: true })
      await listenOn(local, { path: socket }, options)
      chmodSync(socket, 0o600)
    }
    return {
      get urls() {
        return network.url === undefined ? [] : [network.url]
      },
      socket: hasSocket ? socket : undefined,
      renew: certificate => network.renew(certificate),
      move: async (to, graceMs) => {
        network = await network.moved({ ...options, ...to }, graceMs)
      },
      close: graceMs => closeAll([...servers, network.server], graceMs),
    }
  } catch (error) {
    await closeAll([...servers, network.server], 0)
    throw error
  }
}

/** Where others can reach us. */
class NetworkServer {
  readonly server: Server
  readonly #options: ListenerOptions

  private constructor(server: Server, options: ListenerOptions) {
    this.server = server
    this.#options = options
  }

  static async open(options: ListenerOptions): Promise<NetworkServer> {
    const server = serverOf(options)
    await listenOn(server, { host: options.listen.host, port: options.listen.port }, options)
    return new NetworkServer(server, options)
  }

  get url(): string | undefined {
    const { listen, certificate } = this.#options
    return this.server.listening ? urlOf(listen, this.server.address() as AddressInfo, certificate) : undefined
  }

  renew({ certificate, key }: Certificate): void {
    if (this.server instanceof TlsServer)
      this.server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })
  }

  /** Where both are one place, nobody is listened to for an instant. */
  async moved(to: ListenerOptions, graceMs: number): Promise<NetworkServer> {
    const { listen } = this.#options
    if (listen.host !== to.listen.host || listen.port !== to.listen.port || listen.port === 0) {
      const next = await NetworkServer.open(to)
      void closeAll([this.server], graceMs)
      return next
    }
    const closing = closeAll([this.server], graceMs)
    try {
      return await NetworkServer.open(to)
    } catch (error) {
      await closing
      await listenOn(this.server, { host: listen.host, port: listen.port }, this.#options)
      throw error
    }
  }
}

/** A path, a `Destination` and an `If`, each as long as WebDAV takes them here: a character of a name may take nine. */
const HEADER_BYTES = 64 * 1024

function serverOf({ certificate, answer, upgrade }: ListenerOptions): Server {
  // Bodies have gigabytes: how long one may take is not for the server to say; headers have to come soon.
  const limits = {
    requestTimeout: 0,
    headersTimeout: 30_000,
    keepAliveTimeout: 65_000,
    maxHeaderSize: HEADER_BYTES,
  }
  const server =
    certificate === undefined
      ? createServer(limits)
      : (createTlsServer({
          ...limits,
          cert: certificate.certificate,
          key: certificate.key,
          minVersion: 'TLSv1.2',
        }) as unknown as Server)
  serveRequests(server, answer)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!upgrade(request, socket, head)) socket.destroy()
  })
  refuseUnreadable(server)
  return server
}

type Where = { readonly host: string; readonly port: number } | { readonly path: string }

function listenOn(server: Server, where: Where, { listen }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => reject('path' in where ? error : faultOf(error, listen)))
    server.listen(where, () => {
      server.removeAllListeners('error')
      server.on('error', () => {})
      resolve()
    })
  })
}

function faultOf(cause: Error, { host, port }: ListenAddress): SyncError {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return new SyncError(
        'usage',
        `Another program listens at ${at} already. Stop it, or choose another address: \`listen\` in config.yaml, or --listen HOST:PORT.`,
        { cause },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SyncError('usage', `${host} is no address of this machine: see \`listen\` in config.yaml.`, { cause })
    case 'EACCES':
      return new SyncError('usage', `You may not listen at ${at}. Choose a port above 1023.`, { cause })
    default:
      return new SyncError('usage', `It is not possible to listen at ${at} (${codeOf(cause) ?? cause.message}).`, {
        cause,
      })
  }
}

function urlOf({ host }: ListenAddress, { port }: AddressInfo, certificate: Certificate | undefined): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `${certificate === undefined ? 'http' : 'https'}://${name}:${port}`
}

async function closeAll(servers: readonly Server[], graceMs: number): Promise<void> {
  const closed = servers.map(
    server =>
      new Promise<void>(resolve => {
        if (!server.listening) resolve()
        else server.close(() => resolve())
        server.closeIdleConnections()
      }),
  )
  const timer = setTimeout(() => {
    for (const server of servers) server.closeAllConnections()
  }, graceMs)
  await Promise.all(closed)
  clearTimeout(timer)
}
