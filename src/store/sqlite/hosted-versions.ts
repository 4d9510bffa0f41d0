// Older contents of the files of a hosted space.
import { SyncError } from '../../model/errors.ts'
import type { BlobStore } from '../blobs.ts'
import type { Changed, NodeId, SpaceVersions, Version } from '../space.ts'
import type { Performed } from './perform.ts'
import { restoreVersion } from './restore.ts'
import type { SpaceRows } from './space-rows.ts'

export interface VersionParts {
  readonly rows: SpaceRows
  readonly blobs: BlobStore
  readonly commit: (body: () => Performed) => Promise<Changed>
}

export class HostedVersions implements SpaceVersions {
  readonly #rows: SpaceRows
  readonly #blobs: BlobStore
  readonly #commit: VersionParts['commit']

  constructor({ rows, blobs, commit }: VersionParts) {
    this.#rows = rows
    this.#blobs = blobs
    this.#commit = commit
  }

  async list(file: NodeId): Promise<readonly Version[]> {
    if (!this.#isHere(file)) return []
    return this.#rows.versions.of(file).map(({ since, size, mtimeMs }) => ({ key: String(since), size, mtimeMs }))
  }

  async *read(file: NodeId, key: string, from: number): AsyncGenerator<Uint8Array> {
    const version = this.#rows.versions.of(file).find(({ since }) => String(since) === key)
    if (version === undefined || !this.#isHere(file))
      throw new SyncError('missing', 'This version is not kept any more.')
    yield* this.#blobs.get(version.content, { from }, NEVER)
  }

  restore(file: NodeId, key: string): Promise<Changed> {
    return this.#commit(() => restoreVersion(this.#rows, file, key))
  }

  /** Another space's node may be in the same table. */
  #isHere(file: NodeId): boolean {
    return this.#rows.nodes.pathOf(file) !== undefined
  }
}

const NEVER = new AbortController().signal
