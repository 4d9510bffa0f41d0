// All devices that share a folder, as one of the ends of the folder.
import type { DeviceCompletion } from '../api/shapes/devices.ts'
import { joinMesh } from '../assemble/join-mesh.ts'
import type { OpenedLocal } from '../assemble/open-local.ts'
import type { OpenedMesh } from '../assemble/open-mesh.ts'
import type { Identity } from '../bep/identity.ts'
import type { World } from '../platform/world.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import type { FolderConfig } from './config.ts'
import { MESH_REMOTE } from './read-config.ts'
import type { RemoteDetails } from './remote-condition.ts'
import type { EndParts, OpenedEnd, RemoteEnd } from './remote-end.ts'

export interface MeshEndParts {
  readonly folder: Pick<FolderConfig, 'label' | 'meshId' | 'devices' | 'brake'>
  readonly local: OpenedLocal
  readonly mesh: OpenedMesh
  readonly identity: Identity
  readonly world: World
  /** What a device is called here. */
  readonly nameOf: (device: DeviceKey) => string
}

type Joined = ReturnType<typeof joinMesh>

/** Everything that is known of the others is here, and they tell of each change: a look is for what nobody has thought of. */
const LOOK_MS = 60 * 60_000

export function meshEnd(parts: MeshEndParts): RemoteEnd {
  const { folder } = parts
  const devices = folder.devices.map(device => ({ device, name: parts.nameOf(device) }))
  let joined: Joined | undefined
  const connected = () => joined?.folder.connected ?? []
  return {
    id: MESH_REMOTE,
    label: 'the other devices',
    address: devices.map(({ name }) => name).join(', '),
    user: undefined,
    isPaused: false,
    pollMs: LOOK_MS,
    settings: { mesh: folder.meshId, label: folder.label, devices },
    longestWaitMs: undefined,
    open: async end => {
      joined = joinIn(parts, devices, end)
      return openedOf(joined, end)
    },
    dressed: details => dressed(details, connected().length, devices.length),
    facts: () => ({ devices: devices.map(device => completionOf(device, joined, connected())) }),
  }
}

function joinIn(
  { folder, local, mesh, identity, world }: MeshEndParts,
  devices: readonly { readonly device: DeviceKey; readonly name: string }[],
  { report, approved, scan }: EndParts,
): Joined {
  const { meshId: id, label, brake: limits } = folder
  return joinMesh(local, {
    ...{ id, label, devices, mesh: mesh.mesh, identity, world, report, approved, limits },
    ...(scan === undefined ? {} : { scan }),
  })
}

function openedOf({ pair, replica, folder, leave }: Joined, { onHint }: EndParts): OpenedEnd {
  const watching = folder.watch(onHint)
  return {
    pair,
    replica,
    kind: 'mesh',
    isWatched: true,
    check: () => {},
    close: async () => {
      watching[Symbol.dispose]()
      leave()
    },
  }
}

function dressed(details: RemoteDetails, connected: number, all: number): RemoteDetails {
  if (details.state !== 'in-sync') return details
  if (connected > 0) return { ...details, sentence: `Up to date. ${connected} of ${all} devices connected.` }
  return { state: 'waiting', sentence: `Waiting for devices: none of ${all} is connected.` }
}

function completionOf(
  { device, name }: { readonly device: DeviceKey; readonly name: string },
  joined: Joined | undefined,
  connected: readonly DeviceKey[],
): DeviceCompletion {
  const isConnected = connected.includes(device)
  const unknown = { device, name, isConnected, lacks: 0, lacksBytes: 0, share: 0 }
  const mesh = joined?.folder.mesh
  if (mesh === undefined || mesh.known(device).indexId === 0n) return unknown
  const { items, bytes, of } = mesh.lackOf(device)
  const share = of.bytes === 0 ? (items === 0 ? 1 : 0) : 1 - bytes / of.bytes
  // All bytes, but not all names: not done yet.
  return { ...unknown, lacks: items, lacksBytes: bytes, share: items > 0 ? Math.min(share, 0.99) : share }
}
