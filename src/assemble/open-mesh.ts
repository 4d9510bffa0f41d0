// The mesh as a whole: the network of devices, what finds them, and the folders they share, put together.

import { writeAddress } from '../bep/address.ts'
import { askRouter } from '../bep/ask-router.ts'
import { GlobalDiscovery } from '../bep/global-discovery.ts'
import type { Identity } from '../bep/identity.ts'
import { LocalDiscovery } from '../bep/local-discovery.ts'
import { type Connection, Network, type NetworkParts } from '../bep/network.ts'
import { type MappingState, PortMapping } from '../bep/port-mapping.ts'
import { Unreached, type UnreachedServer } from '../bep/unreached.ts'
import type { SyncError } from '../model/errors.ts'
import type { World } from '../platform/world.ts'
import { Mesh, type MeshParts, type OfferedFolder } from '../remotes/mesh/mesh.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'

export interface MeshRequest
  extends Pick<NetworkParts, 'onStranger' | 'onFault' | 'hello'>,
    Required<Pick<NetworkParts, 'totals'>> {
  readonly identity: Identity
  readonly world: World
  /** `default`: `tcp://:22000`, or where that is taken any free port. */
  readonly listen: 'default' | readonly string[]
  readonly relays: readonly string[]
  readonly localDiscovery: 'on' | 'off'
  /** Whether the router of this network is asked to let calls through. */
  readonly portMapping: 'on' | 'off'
  /** Addresses of servers. */
  readonly globalDiscovery: readonly string[]
  readonly onConnected: (connection: Connection) => void
  readonly onLost: (connection: Connection, reason: SyncError | undefined) => void
  readonly onOffered: (folder: OfferedFolder) => void
  readonly onTold: NonNullable<MeshParts['onTold']>
}

export interface OpenedMesh {
  readonly network: Network
  readonly mesh: Mesh
  /** Whether, and where, this device can be called through the router of this network. */
  mapping(): MappingState
  /** Discovery servers and relays that do not let this device be found now. */
  unreached(): readonly UnreachedServer[]
  /** Heard of on the local network lately, and where. */
  nearby(): readonly { readonly device: DeviceKey; readonly addresses: readonly string[] }[]
  close(): Promise<void>
}

const USUAL_PORT = 'tcp://:22000'
const ANY_PORT = 'tcp://:0'

/** What cannot be listened at, or asked, is told through `onFault`; the rest goes on without it. */
export async function openMesh(request: MeshRequest): Promise<OpenedMesh> {
  const { identity, world, hello, onConnected, onLost, onStranger, onOffered, onTold, onFault, totals } = request
  const mesh = new Mesh({ self: identity.device, onOffered, onTold })
  const addresses = () => network.addresses()
  const unreached = new Unreached(world.clock)
  const local = new LocalDiscovery({
    device: identity.device,
    addresses,
    ...{ clock: world.clock, random: world.random },
    onFound: device => network.hint(device),
    onFault: error => onFault(undefined, error),
  })
  const servers = request.globalDiscovery.map(
    server =>
      new GlobalDiscovery({
        ...{ server, identity, clock: world.clock },
        addresses: () => [...mapping.addresses(), ...addresses()],
        onFault: error => onFault(undefined, error),
        onAnnounced: (address, fault) => unreached.note(address, fault),
      }),
  )
  const mapping = new PortMapping({
    ...{ world, ask: askRouter },
    listening: () => network.openPort(),
    onChange: () => {
      for (const server of servers) server.announce()
    },
  })
  const network: Network = new Network({
    ...{ identity, hello, world, totals, onLost, onStranger, onFault },
    finders: [{ find: async device => local.find(device) }, ...servers],
    onRelay: (address, fault) => unreached.note(address, fault),
    onConnection: connection => {
      // First: a channel that is not started hears nothing.
      mesh.connect(connection.device, connection.channel)
      onConnected(connection)
    },
  })
  await listen(network, request)
  if (request.localDiscovery === 'on') await local.start()
  for (const server of servers) server.start()
  if (request.portMapping === 'on') mapping.start()
  return {
    network,
    mesh,
    mapping: () => mapping.state,
    unreached: () => unreached.list(),
    nearby: () => local.devices().map(device => ({ device, addresses: local.find(device).map(writeAddress) })),
    close: async () => {
      await mapping.stop()
      for (const server of servers) server.stop()
      await local.stop()
      await network.stop()
    },
  }
}

async function listen(network: Network, { listen, relays, onFault }: MeshRequest): Promise<void> {
  const tell = (error: unknown) => onFault(undefined, error as SyncError)
  const wanted = listen === 'default' ? [USUAL_PORT] : listen
  for (const address of [...wanted, ...relays]) {
    try {
      await network.listen(address)
    } catch (error) {
      // Another such program on this machine, as that of another user.
      if (listen === 'default' && address === USUAL_PORT) await network.listen(ANY_PORT).catch(tell)
      else tell(error)
    }
  }
}
