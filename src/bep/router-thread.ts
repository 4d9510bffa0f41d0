// The thread that talks to the router, for as long as one question takes: whatever is on the network, and answers what it likes, cannot harm more than this.
import { createSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Gateway, MapPortOptions } from '@achingbrain/nat-port-mapper'
import { isLocal, isLoopback } from './address.ts'
import type { Answer, Ask, MappedPort } from './ask-router.ts'

/** Routers forget what is not asked for again; the library's least for UPnP. */
const LEASE_S = 3600
const PMP_MS = 4_000
const SEARCH_MS = 5_000
const SEARCH_EVERY_MS = 1_000
const ACT_MS = 4_000
/** Of what a router gives as its reason. */
const MAX_REASON = 200
const WAN_SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:2'

parentPort?.once('message', async (ask: Ask) => {
  const answer = await (ask.want === 'map' ? map(ask) : unmap(ask.mapped)).catch(failed)
  parentPort?.postMessage(answer satisfies Answer)
})

/** The way that costs less is tried first. */
async function map(ask: Extract<Ask, { want: 'map' }>): Promise<Answer> {
  const byPmp = await mapByPmp(ask).catch(failed)
  if ('mapped' in byPmp) return byPmp
  const byUpnp = await mapByUpnp(ask).catch(failed)
  if ('mapped' in byUpnp) return byUpnp
  return byUpnp.why === '' ? byPmp : byUpnp
}

async function unmap(mapped: MappedPort): Promise<Answer> {
  if (mapped.by === 'nat-pmp') await unmapByPmp(mapped)
  else await unmapByUpnp(mapped)
  return { why: '' }
}

// --- NAT-PMP ---------------------------------------------------------------------------------------------------------------

async function mapByPmp({ port, host }: Extract<Ask, { want: 'map' }>): Promise<Answer> {
  const router = defaultRouter()
  if (router === undefined) return { why: '' }
  const gateway = await pmpGateway(router)
  try {
    const options = { protocol: 'tcp', ttl: LEASE_S, autoRefresh: false, signal: AbortSignal.timeout(PMP_MS) } as const
    const { externalHost, externalPort } = await gateway.map(port, await ownHost(host, router), options)
    return { mapped: { by: 'nat-pmp', router, port, externalHost, externalPort } }
  } catch (error) {
    // Most routers know nothing of it: that is no reason to tell.
    return isTimeout(error) ? { why: '' } : failed(error)
  } finally {
    await gateway.stop()
  }
}

async function unmapByPmp({ router, port }: MappedPort): Promise<void> {
  const gateway = await pmpGateway(router)
  await gateway.map(port, '', { protocol: 'tcp', ttl: 0, autoRefresh: false, signal: AbortSignal.timeout(PMP_MS) })
}

async function pmpGateway(router: string): Promise<Gateway> {
  const { pmpNat } = await import('@achingbrain/nat-port-mapper')
  const gateway = pmpNat(router)
  // A socket that does not work answers nothing: that is told by the time that it takes.
  if (gateway instanceof EventEmitter) gateway.on('error', () => {})
  return gateway
}

/** Where what is for nobody on this network goes; known on Linux only. */
function defaultRouter(): string | undefined {
  const routes = readRoutes().map(line => line.split('\t'))
  const ways = routes.filter(([, to, via = '']) => to === '00000000' && /^(?!0{8})[0-9A-F]{8}$/.test(via))
  const [best] = ways.sort((a, b) => Number(a[6]) - Number(b[6]))
  return best?.[2] === undefined ? undefined : [...Buffer.from(best[2], 'hex')].reverse().join('.')
}

function readRoutes(): readonly string[] {
  try {
    return readFileSync('/proc/net/route', 'utf8').split('\n')
  } catch {
    // Another system: UPnP finds its routers by itself.
    return []
  }
}

// --- UPnP ------------------------------------------------------------------------------------------------------------------

/** What the library says to a router on its behalf. Its own way to take a mapping back names neither the protocol nor the port outside. */
interface UpnpGateway extends Gateway {
  getGateway(): Promise<{
    readonly service: { readonly location: URL }
    run(
      service: string,
      action: string,
      args: readonly (readonly [string, string | number])[],
      options: object,
    ): Promise<unknown>
  }>
}

async function mapByUpnp({ port, host, name }: Extract<Ask, { want: 'map' }>): Promise<Answer> {
  const gateway = await findGateway()
  if (gateway === undefined) return { why: '' }
  const { location } = (await gateway.getGateway()).service
  const options: MapPortOptions = {
    ...{ protocol: 'tcp', externalPort: port, description: name, ttl: LEASE_S * 1000, autoRefresh: false },
    signal: AbortSignal.timeout(ACT_MS),
  }
  const { externalHost, externalPort } = await gateway.map(port, await ownHost(host, gateway.host), options)
  return { mapped: { by: 'upnp', router: location.href, port, externalHost, externalPort } }
}

async function findGateway(): Promise<UpnpGateway | undefined> {
  const { upnpNat } = await import('@achingbrain/nat-port-mapper')
  const search = { signal: AbortSignal.timeout(SEARCH_MS), searchInterval: SEARCH_EVERY_MS }
  for await (const gateway of upnpNat().findGateways(search)) {
    // Anybody on the network can say where a router is. It is not on this machine, and not far away.
    if (gateway.family === 'IPv4' && isLocal(gateway.host) && !isLoopback(gateway.host)) return gateway as UpnpGateway
  }
  return undefined
}

async function unmapByUpnp({ router, externalPort }: MappedPort): Promise<void> {
  const { upnpNat } = await import('@achingbrain/nat-port-mapper')
  const signal = AbortSignal.timeout(ACT_MS)
  const gateway = (await upnpNat().getGateway(new URL(router), { signal })) as UpnpGateway
  const args = [
    ['NewRemoteHost', ''],
    ['NewExternalPort', externalPort],
    ['NewProtocol', 'TCP'],
  ] as const
  await (await gateway.getGateway()).run(WAN_SERVICE, 'DeletePortMapping', args, { signal })
}

// --- both ------------------------------------------------------------------------------------------------------------------

/** The address of this machine on the way to the router, unless it is given. */
async function ownHost(given: string, router: string): Promise<string> {
  if (given !== '') return given
  const socket = createSocket('udp4')
  try {
    // Sends nothing.
    socket.connect(9, router)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    socket.close()
  }
}

function isTimeout(error: unknown): boolean {
  const { name } = error as Error
  return name === 'AbortError' || name === 'TimeoutError'
}

function failed(error: unknown): { readonly why: string } {
  const text = error instanceof Error ? error.message : String(error)
  return { why: text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, MAX_REASON) || 'no reason given' }
}
