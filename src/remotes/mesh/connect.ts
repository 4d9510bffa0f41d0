// A folder's mesh as a remote of the folder.
import type { FolderIndex, PairRecords } from '../../index/folder-index.ts'
import type { Entry } from '../../model/entry.ts'
import { nameOf, type Path, parentOf, pathIn } from '../../model/path.ts'
import { compareVersions, type DeviceId, type Version } from '../../model/version.ts'
import { compareAnnounced } from '../../plan/global.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import type { Replica } from '../../replica/replica.ts'
import { shortTextOf } from '../../wire/bep/device-key.ts'
import { IMPLIED } from './announcements.ts'
import { meshAgreements } from './mesh-agreements.ts'
import type { MeshFolder } from './mesh-folder.ts'
import { MeshReplica } from './mesh-replica.ts'
import { nearbyBlocks, shiftedBlocks } from './nearby.ts'
import { remoteIdOf } from './remote-id.ts'
import { override, release, revert, type SettleParts } from './settle.ts'
import { viewOf } from './view.ts'

export interface ConnectedMesh {
  readonly replica: Replica
  readonly records: PairRecords
  /** How conflicts are settled, so that all devices settle them alike. */
  readonly conflicts: {
    winner(path: Path): 'local' | 'remote'
    /** The name of the copy of what loses here. */
    name(path: Path, attempt: number): Path
  }
  /**
   * The version of what the mesh shows at the path, if that is `shown`; undefined where it is not, where nobody offers it, or where what is
   * here was not made of anything that is known of the path.
   */
  versionOf(path: Path, shown: Entry | undefined): Version | undefined
  /** Of a folder that only sends: all go to what is here. Returns how many paths were otherwise. */
  override(): number
  /** Of a folder that only receives: the next run brings back what the others have. Returns how many paths were changed here. */
  revert(): number
}

export interface ConnectMeshParts {
  readonly folder: MeshFolder
  readonly index: FolderIndex
  readonly tree: Tree
  readonly clock: Clock
  readonly device: DeviceId
  /** The folder as the replica that others change it through. */
  readonly home?: Replica
}

export function connectMesh({ folder, index, tree, clock, device, home }: ConnectMeshParts): ConnectedMesh {
  const onAnnounced = () => folder.announced()
  const replica = new MeshReplica({
    folder: folder.id,
    ...{ role: folder.role, index, tree, clock, device, onAnnounced },
    mesh: folder.mesh,
    ...(home === undefined ? {} : { home }),
    fetch: {
      folder: folder.id,
      index,
      sourcesOf: (global, block) => folder.sourcesOf(global, block),
      begin: (global, blocks) => folder.begin(global, blocks),
      nearby: nearbyBlocks({ index, mesh: folder.mesh, tree }),
      openProving: () => tree.openProving?.(),
      shifted: shiftedBlocks({ index, mesh: folder.mesh, tree }),
    },
    watch: onHint => folder.watch(onHint),
    heldElsewhere: (leaving, signal) => folder.heldElsewhere(leaving, signal),
  })
  const parts: SettleParts = {
    records: index.pair(remoteIdOf(folder.id)),
    ...{ folder: folder.id, role: folder.role, index, device, clock, onAnnounced },
    mesh: folder.mesh,
  }
  if (folder.role.type !== 'receive-only') release(parts)
  const records = meshAgreements({ ...parts, onMissed: path => folder.missed(path) })
  return {
    replica,
    records,
    conflicts: {
      winner: path => winnerAt(path, folder, index),
      name: (path, attempt) => conflictName(path, folder, clock, attempt),
    },
    versionOf: (path, shown) => versionOf(path, shown, folder),
    override: () => override(parts),
    revert: () => revert(parts),
  }
}

function versionOf(path: Path, shown: Entry | undefined, { role, mesh }: MeshFolder): Version | undefined {
  const stampOf = (entry: Entry | undefined) =>
    entry === undefined || entry.kind === 'blocked' ? undefined : entry.stamp
  const stamp = stampOf(viewOf(role, mesh).look(path))
  if (stamp !== stampOf(shown) || stamp === IMPLIED) return undefined
  // What was not kept here until now: a counter of ours in both versions does not say that one was made of the other.
  const own = mesh.announced(path)
  if (own?.invalid === true && own.isKeptBack !== true) return undefined
  const picked = mesh.picked(path)
  // What nobody offers is no deletion.
  return picked === undefined || picked.invalid ? undefined : picked.version
}

function winnerAt(path: Path, folder: MeshFolder, index: FolderIndex): 'local' | 'remote' {
  // What is here is not told to anybody: it can win nothing.
  if (folder.role.type === 'receive-only') return 'remote'
  const row = index.row(path)
  const global = folder.mesh.picked(path)
  if (row === undefined || global === undefined) return 'remote'
  // Who hears of ours takes it for made of theirs then, and keeps no copy.
  if (compareVersions(row.version, global.version) !== 'concurrent') return 'remote'
  const modifiedNs = row.state.kind === 'file' ? row.state.mtimeNs : 0n
  const ours = { version: row.version, invalid: false, deleted: row.state.kind === 'deleted', modifiedNs }
  return compareAnnounced(ours, global) < 0 ? 'local' : 'remote'
}

/** As every device of the mesh names it: the time of now and here, and the device that made the version that wins. */
function conflictName(path: Path, folder: MeshFolder, clock: Clock, attempt: number): Path {
  const winner = folder.mesh.picked(path)?.modifiedBy ?? (0n as DeviceId)
  const name = nameOf(path)
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)]
  // A second later, when the name is taken.
  const mark = `.sync-conflict-${timeText(clock.now() + (attempt - 1) * 1000)}-${shortTextOf(winner)}`
  return pathIn(parentOf(path), `${stem}${mark}${extension}`)
}

function timeText(ms: number): string {
  const time = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`
  return `${date}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`
}
