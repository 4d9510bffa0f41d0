// Another directory as the other side of a pair: on this disk, on another one, or on a mounted share.
import type { Checksum, ChecksumKind, ContentId } from '../../model/content.ts'
import type { Entry, Stamp } from '../../model/entry.ts'
import type { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { Tree } from '../../platform/tree.ts'
import type { World } from '../../platform/world.ts'
import type {
  Capabilities,
  Commit,
  Committed,
  Located,
  Memory,
  Observation,
  Replica,
  Resume,
  Seen,
  Source,
  Staged,
  Tried,
} from '../../replica/replica.ts'
import type { Revisions } from '../../revisions/revisions.ts'
import { findCapabilities } from './capabilities.ts'
import { Committer } from './commit.ts'
import { faultOf } from './faults.ts'
import { lookAt } from './look.ts'
import { observeTree } from './observe.ts'
import { checkPlace, makeStaging } from './place.ts'
import { checksumOf, contentsOf, readMany, readStream } from './read.ts'
import { Stager } from './stage.ts'

export interface DirectoryOptions {
  /** The directory; `close` of the replica does not close it. */
  readonly tree: Tree
  readonly world: World
  readonly memory: Memory
  /** `read-only` writes nothing at all, for a dry run. */
  readonly mode: 'read-only' | 'read-write'
  /** What keeps replaced and removed files; `none`: they are gone. */
  readonly trash: 'none' | Revisions
}

/**
 * Connects to a directory. Throws `wrong-place` when it is not the one that `memory` knows (an unmounted drive, another
 * directory put in its place), `denied` when it cannot be used.
 */
export async function connectDirectory(options: DirectoryOptions): Promise<Replica> {
  const { tree, mode, world } = options
  try {
    const id = await checkPlace(options)
    if (mode === 'read-write') await makeStaging(tree, world.clock.now())
    return new DirectoryReplica(id, await findCapabilities(options), options)
  } catch (error) {
    throw faultOf(error, undefined, tree.root)
  }
}

class DirectoryReplica implements Replica {
  readonly id: string
  readonly label: string
  readonly can: Capabilities
  readonly #tree: Tree
  readonly #world: World
  readonly #stager: Stager
  readonly #committer: Committer

  constructor(id: string, can: Capabilities, { tree, world, trash }: DirectoryOptions) {
    this.id = id
    this.label = tree.root
    this.can = can
    this.#tree = tree
    this.#world = world
    this.#stager = new Stager(tree, world.random)
    this.#committer = new Committer({ tree, world, stager: this.#stager, trash: trash === 'none' ? undefined : trash })
  }

  observe(seen: Seen, signal: AbortSignal): AsyncIterable<Observation> {
    return observeTree(this.#tree, this.#world.clock, seen, signal)
  }

  look(path: Path, signal: AbortSignal): Promise<Entry | undefined> {
    return this.#mapped(path, () => lookAt(this.#tree, this.#world.clock, path, signal))
  }

  read(path: Path, expect: Stamp, from: number, signal: AbortSignal, chunks?: 'lent'): AsyncIterable<Uint8Array> {
    return readStream(this.#tree, { path, expect, from, chunks }, signal)
  }

  checksum(path: Path, expect: Stamp, kind: ChecksumKind, signal: AbortSignal): Promise<Checksum | undefined> {
    return this.#mapped(path, () => checksumOf(this.#tree, { path, expect, kind }, signal))
  }

  contents(
    wanted: readonly { readonly path: Path; readonly expect: Stamp }[],
    signal: AbortSignal,
  ): Promise<readonly Tried<ContentId>[]> {
    return contentsOf(this.#tree, wanted, signal)
  }

  stage(source: Source, resume: Resume, signal: AbortSignal): Promise<Staged> {
    return this.#mapped(source.path, () => this.#stager.stage(source, resume, signal))
  }

  async discard(staged: Staged): Promise<void> {
    await this.#mapped(undefined, () => this.#stager.discard(staged))
  }

  commit(change: Commit, signal: AbortSignal): Promise<Committed> {
    return this.#mapped(pathOf(change), () => this.#committer.commit(change, signal))
  }

  async flush(_: AbortSignal, also?: readonly Path[]): Promise<void> {
    await this.#mapped(undefined, () => this.#tree.flush(also))
  }

  readMany(
    wanted: readonly { readonly path: Path; readonly expect: Stamp; readonly size: number }[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Uint8Array>[]> {
    return readMany(this.#tree, wanted, signal)
  }

  stageMany(
    sources: readonly (Source & { readonly bytes: Uint8Array })[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]> {
    return this.#mapped(undefined, () => this.#stager.stageMany(sources, signal))
  }

  located(wanted: readonly { readonly expect: Stamp }[]): Located {
    return { tree: this.#tree, stamps: wanted.map(({ expect }) => expect) }
  }

  stageFrom(
    there: Located,
    sources: readonly Source[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]> | undefined {
    const staged = this.#stager.stageFrom(there, sources, signal)
    return staged === undefined ? undefined : this.#mapped(undefined, () => staged)
  }

  async commitMany(changes: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]> {
    signal.throwIfAborted()
    const put = await this.#mapped(undefined, () => this.#committer.putNew(changes)).catch((error: SyncError) => {
      // Then each by itself, and those that make room go on.
      if (error.code === 'quota-exceeded') return []
      throw error
    })
    const results: Tried<Committed>[] = []
    for (const [at, change] of changes.entries()) {
      signal.throwIfAborted()
      results.push(put[at] ?? (await this.commit(change, signal).catch((error: SyncError) => error)))
    }
    return results
  }

  async close(): Promise<void> {
    // The tree belongs to the caller, and nothing is held open between calls.
  }

  async #mapped<T>(path: Path | undefined, body: () => Promise<T>): Promise<T> {
    try {
      return await body()
    } catch (error) {
      throw faultOf(error, path, this.label)
    }
  }
}

function pathOf(change: Commit): Path {
  return change.do === 'move' ? change.from : change.path
}
