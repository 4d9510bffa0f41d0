// A folder in the mesh: all devices that share it, as one remote of it.
import type { Identity } from '../bep/identity.ts'
import { type ConnectedMesh, connectMesh } from '../remotes/mesh/connect.ts'
import type { Mesh } from '../remotes/mesh/mesh.ts'
import { MeshFolder, type SharingDevice } from '../remotes/mesh/mesh-folder.ts'
import type { FolderType, Role } from '../remotes/mesh/role.ts'
import type { Replica } from '../replica/replica.ts'
import { Hindsight } from '../sync/hindsight.ts'
import { Pair } from '../sync/pair.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import type { OpenedLocal } from './open-local.ts'
import type { JoinRequest } from './open-pair.ts'

export type { FolderType, Role, SharingDevice }

export interface JoinMeshRequest extends JoinRequest {
  readonly identity: Pick<Identity, 'device' | 'shortId'>
  readonly mesh: Mesh
  /** What the devices call the folder. */
  readonly id: string
  readonly label: string
  readonly role: Role
  /** The folder has remotes beside the mesh. */
  readonly hasRemotes: boolean
  readonly devices: readonly SharingDevice[]
}

export interface JoinedMesh {
  readonly pair: Pair
  readonly replica: Replica
  readonly folder: MeshFolder
  readonly override: ConnectedMesh['override']
  readonly revert: ConnectedMesh['revert']
  /** The connected devices are told that it is shared no more. */
  leave(): void
}

/** What devices announced that share it no longer is forgotten. */
export function joinMesh(local: OpenedLocal, request: JoinMeshRequest): JoinedMesh {
  const { folder, files, ignore } = local
  const { tree, index } = files
  const { identity, mesh, id, label, role, hasRemotes, devices, world, report, approved, limits, scan } = request
  const { clock } = world
  const shortId = identity.shortId
  const meshFolder = new MeshFolder({
    ...{ id, label, role, hasRemotes, self: identity.device, shortId, devices, tree, index, clock },
    isIgnored: (path, kind) => ignore.verdict(path, kind === 'directory' ? kind : 'other') !== 'kept',
    selection: ignore.selection,
  })
  forgetOthers(meshFolder)
  const connected = connectMesh({ folder: meshFolder, index, tree, clock, device: shortId, home: folder.home })
  const { records, versionOf } = connected
  const hindsight = new Hindsight({ index, records, clock, versionOf, isBridge: hasRemotes })
  const pair = new Pair({
    home: folder.home,
    remote: connected.replica,
    ...{ index, ignore, world, report },
    revisions: folder.revisions,
    scan: scan ?? ((places, until, namesIn) => folder.scan(places, until, namesIn)),
    options: {
      moves: 'plain',
      conflicts: connected.conflicts,
      approved,
      ...(limits === undefined ? {} : { limits }),
    },
    records,
    ...(role.type === 'send-receive' ? { hindsight } : {}),
  })
  mesh.addFolder(meshFolder)
  const leave = () => {
    // One that took its place meanwhile stays.
    if (mesh.folder(id) === meshFolder) mesh.removeFolder(id)
  }
  const { replica, override, revert } = connected
  return { pair, replica, folder: meshFolder, override, revert, leave }
}

function forgetOthers(folder: MeshFolder): void {
  for (const device of folder.mesh.devices()) if (!folder.isSharedWith(device as DeviceKey)) folder.mesh.forget(device)
}
