// All devices that share a folder, as one of the ends of the folder.
import type { DeviceCompletion } from '../../api/shapes/devices.ts'
import { joinMesh, type Role, type SharingDevice } from '../../assemble/join-mesh.ts'
import type { OpenedLocal } from '../../assemble/open-local.ts'
import type { OpenedMesh } from '../../assemble/open-mesh.ts'
import type { Identity } from '../../bep/identity.ts'
import type { Announcement } from '../../index/mesh.ts'
import type { Path } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import { type DeviceKey, shortIdOf } from '../../wire/bep/device-key.ts'
import { counted, shownBytes, shownTime } from '../../words/show.ts'
import type { FolderConfig } from '../config/config.ts'
import { MESH_REMOTE } from '../config/read-config.ts'
import { differingAfter } from './differing.ts'
import type { RemoteDetails } from './remote-condition.ts'
import type { EndParts, OpenedEnd, Otherwise, RemoteEnd } from './remote-end.ts'

export interface MeshEndParts {
  readonly folder: Pick<
    FolderConfig,
    'id' | 'label' | 'meshId' | 'devices' | 'brake' | 'type' | 'permissions' | 'remotes'
  >
  readonly local: OpenedLocal
  readonly mesh: OpenedMesh
  readonly identity: Identity
  readonly world: World
  /** What a device is called here, and where it is said to be. */
  readonly known: (device: DeviceKey) => { readonly name: string; readonly addresses: readonly string[] }
}

type Joined = ReturnType<typeof joinMesh>

/** Everything that is known of the others is here, and they tell of each change: a look is for what nobody has thought of. */
const LOOK_MS = 60 * 60_000

export function meshEnd(parts: MeshEndParts): RemoteEnd {
  const { folder } = parts
  const devices = folder.devices.map(device => ({ device, ...parts.known(device) }))
  let joined: Joined | undefined
  const connected = () => joined?.folder.connected ?? []
  return {
    id: MESH_REMOTE,
    label: 'the other devices',
    address: devices.map(({ name }) => name).join(', '),
    user: undefined,
    isPaused: false,
    pollMs: LOOK_MS,
    settings: { mesh: folder.meshId, label: folder.label, devices, ...roleOf(folder), hasRemotes: hasRemotes(folder) },
    longestWaitMs: undefined,
    open: async end => {
      joined = joinIn(parts, devices, end)
      return openedOf(joined, end)
    },
    dressed: details => dressed(details, { folder, joined, connected: connected().length, all: devices.length }),
    facts: () => ({
      devices: devices.map(device => completionOf(device, joined, connected())),
      ...(joined === undefined ? {} : oneWayFacts(folder, joined)),
    }),
    otherwiseAt: path => (joined === undefined ? undefined : otherwiseAt(path, { folder, devices, joined })),
    authorOf: path => {
      const maker = joined?.folder.mesh.picked(path)?.modifiedBy
      return devices.find(({ device }) => shortIdOf(device) === maker)?.name
    },
    differing: (after, limit) =>
      joined === undefined
        ? []
        : differingAfter(after, limit, {
            ...{ type: folder.type, index: parts.local.files.index, mesh: joined.folder.mesh },
          }),
    settle: what => joined?.[what]() ?? 0,
  }
}

function joinIn(
  { folder, local, mesh, identity, world }: MeshEndParts,
  devices: readonly SharingDevice[],
  { report, approved, scan }: EndParts,
): Joined {
  const { meshId: id, label, brake: limits } = folder
  return joinMesh(local, {
    ...{
      id,
      label,
      role: roleOf(folder),
      hasRemotes: hasRemotes(folder),
      devices,
      mesh: mesh.mesh,
      identity,
      world,
      report,
      approved,
      limits,
    },
    ...(scan === undefined ? {} : { scan }),
  })
}

function hasRemotes({ remotes }: MeshEndParts['folder']): boolean {
  return remotes.length > 0
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

interface Dress {
  readonly folder: MeshEndParts['folder']
  readonly joined: Joined | undefined
  readonly connected: number
  readonly all: number
}

function dressed(details: RemoteDetails, { folder, joined, connected, all }: Dress): RemoteDetails {
  if (details.state !== 'in-sync') return details
  const { differs = 0, keptBack = 0 } = joined === undefined ? {} : oneWayFacts(folder, joined)
  if (differs > 0)
    return {
      state: 'unsynced',
      sentence: `Other devices have ${counted(differs, 'path')} otherwise. Nothing is taken from them: \`syncline override ${folder.id}\` makes them go to what is here.`,
    }
  const kept =
    keptBack === 0
      ? ''
      : ` ${counted(keptBack, 'change')} made here kept back: \`syncline revert ${folder.id}\` gives up what was changed.`
  if (connected > 0) return { ...details, sentence: `Up to date. ${connected} of ${all} devices connected.${kept}` }
  return { state: 'waiting', sentence: `Waiting for devices: none of ${all} is connected.${kept}` }
}

function roleOf({ type, permissions }: MeshEndParts['folder']): Role {
  return { type, permissions }
}

function oneWayFacts({ type }: MeshEndParts['folder'], { folder }: Joined): { differs?: number; keptBack?: number } {
  if (type === 'send-only') return { differs: folder.mesh.lackOf('').items }
  return type === 'receive-only' ? { keptBack: folder.mesh.countKeptBack() } : {}
}

interface Asked {
  readonly folder: MeshEndParts['folder']
  readonly devices: readonly SharingDevice[]
  readonly joined: Joined
}

function otherwiseAt(path: Path, { folder, devices, joined }: Asked): Otherwise | undefined {
  const { mesh, connected } = joined.folder
  if (mesh.announced(path)?.isKeptBack === true)
    return {
      there: wordsOf(mesh.pickedOfOthers(path)),
      because: `nothing: it was changed here and is kept back; \`syncline revert ${folder.id}\` gives that up`,
    }
  const global = mesh.global(path)
  if (global === undefined || global.announcement.invalid) return undefined
  const { announcement, holders } = global
  if (folder.type === 'send-only' && !holders.includes(undefined))
    return {
      there: wordsOf(announcement),
      because: `nothing: what devices change is not taken; \`syncline override ${folder.id}\` makes them go to what is here`,
    }
  if (announcement.deleted || !holders.includes(undefined)) return undefined
  const lacking = devices.filter(({ device }) => !holders.includes(device))
  if (lacking.length === 0) return undefined
  const names = lacking.map(({ device, name }) => (connected.includes(device) ? name : `${name} (not connected)`))
  return { there: `this is not at ${names.join(', ')}` }
}

function wordsOf(announced: Announcement | undefined): string {
  if (announced === undefined || announced.deleted || announced.invalid) return 'nothing (the other devices)'
  const { kind, size, modifiedNs } = announced
  const changed = `changed ${shownTime(Number(modifiedNs / 1_000_000n))}`
  return `${kind === 'file' ? `file, ${shownBytes(size)}, ${changed}` : kind} (the other devices)`
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
