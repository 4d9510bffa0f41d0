// A folder that is open: its disk, its index, its rules, its trash, claimed by this process alone.
import type { FolderIndex } from '../index/folder-index.ts'
import { SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import type { Tree } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import type { Revisions } from '../revisions/revisions.ts'
import type { IsBusy } from '../scan/fence.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import type { ScanReport } from '../scan/report.ts'
import { scan } from '../scan/scan.ts'
import { Home } from './home.ts'
import { claimFolder } from './marker.ts'

export interface FolderParts {
  readonly tree: Tree
  readonly index: FolderIndex
  /** A plain directory replica of the same tree. */
  readonly disk: Replica
  readonly ignore: IgnoreRules
  readonly revisions: Revisions
  readonly world: World
  readonly trust: 'metadata' | 'content'
  /** `look`: nothing on disk is changed, not even by claiming. */
  readonly mode: 'sync' | 'look'
  readonly onScanned?: (files: number, bytes: number) => void
}

/** Opens what the parts make up. Throws `folder-unusable` when marker and index do not belong together. */
export async function openFolder(parts: FolderParts): Promise<Folder> {
  if ((await parts.tree.stat('')) === undefined) {
    throw new SyncError('folder-unusable', `The folder '${parts.tree.root}' is not there.`)
  }
  if (parts.mode === 'sync') await claimFolder(parts.tree, parts.index, parts.world.random)
  return new Folder(parts)
}

export class Folder {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly home: Home
  readonly revisions: Revisions
  readonly world: World
  readonly ignore: IgnoreRules
  readonly #parts: FolderParts

  constructor(parts: FolderParts) {
    this.#parts = parts
    this.tree = parts.tree
    this.index = parts.index
    this.revisions = parts.revisions
    this.world = parts.world
    this.ignore = parts.ignore
    this.home = new Home({ disk: parts.disk, index: parts.index })
  }

  /** Brings the index up to date with the disk: of everything, or of these places and of the names in `namesIn`. */
  scan(
    places: readonly Place[] | 'everything',
    signal: AbortSignal,
    namesIn: readonly Place[] = [],
    trust: 'metadata' | 'content' = this.#parts.trust,
  ): Promise<ScanReport> {
    const { tree, index, ignore, world, onScanned } = this.#parts
    const where = places === 'everything' ? {} : { places, namesIn }
    const progress = onScanned === undefined ? {} : { onProgress: onScanned }
    const isBusy: IsBusy = (path, reach) => this.home.isBusy(path, reach)
    return scan({ tree, index, ignore, world, trust, isBusy, ...where, ...progress }, signal)
  }
}
