// The changes of a space, made in a folder: each looks at the rows, is made under the guard of the row it saw, and is durable when it is confirmed.

import { type FolderIndex, type Row, stampOfRow, type Trashed } from '../index/folder-index.ts'
import type { Expect } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import { faultOfNameFor } from '../model/names.ts'
import type { Place } from '../model/path.ts'
import { isBelow, nameOf, type Path, parentOf } from '../model/path.ts'
import type { Committed, Staged } from '../replica/replica.ts'
import type { HintReach } from '../scan/hints.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import { holds, refuse } from '../store/refuse.ts'
import type { Changed, Condition, Received, SpaceChange } from '../store/space.ts'
import type { Folder } from './folder.ts'
import { copyFile, copyTree } from './folder-copy.ts'
import { type DirectoryRow, type FolderNodes, isFile, type ShownRow } from './folder-nodes.ts'
import { putAway } from './put-away.ts'
import { PutGroups } from './put-groups.ts'
import { Turns } from './turns.ts'

export interface ChangeParts {
  readonly folder: Folder
  readonly nodes: FolderNodes
  readonly ignore: IgnoreRules
  /** The disk is not as the rows say: it is to be looked at. */
  readonly hint: (place: Place, reach: HintReach) => void
}

type Of<Do extends SpaceChange['do']> = Extract<SpaceChange, { readonly do: Do }>

/** What a put needs to know of staged bytes. */
export interface Putting {
  readonly at: Path
  readonly received: Pick<Received, 'id' | 'size' | 'content' | 'sums'>
  readonly mtimeNs: bigint
  readonly when: Condition
}

/** Somebody else may change the same row again and again. */
const MOST_TRIES = 5
const NEVER = new AbortController().signal
const NS_PER_MS = 1_000_000n

export class FolderChanges {
  readonly #parts: ChangeParts
  readonly #index: FolderIndex
  readonly #groups: PutGroups
  /** Of two changes of this space one is made after the other; those of other people are found by the rows' sequences. */
  readonly #turns = new Turns()

  constructor(parts: ChangeParts) {
    this.#parts = parts
    this.#index = parts.folder.index
    this.#groups = new PutGroups(parts.folder.home)
  }

  async make(change: SpaceChange): Promise<Changed> {
    switch (change.do) {
      case 'put':
        return this.put({ ...change, mtimeNs: this.#nsOf(change.mtimeMs) })
      case 'make-directory':
        return this.#turns.take([change.at], () => this.#makeDirectory(change))
      case 'move':
        return this.#ended(change, () => this.#move(change))
      case 'copy':
        return this.#ended(change, () => this.#copy(change))
      case 'trash':
        return this.#turns.take([change.at], () => this.#trash(change))
      case 'set-mtime':
        return this.#turns.take([change.at], () => this.#setMtime(change))
    }
  }

  put(putting: Putting): Promise<Changed> {
    return this.#turns.take([putting.at], () => this.#put(putting))
  }

  /** Runs `body` while no other change of this space is made at, above or below `path`. */
  alone<T>(path: Path, body: () => Promise<T>): Promise<T> {
    return this.#turns.take([path], body)
  }

  /** Resolves when nothing is waiting for the disk. */
  idle(): Promise<void> {
    return this.#groups.idle()
  }

  /** Why nothing can be put at `path` now. */
  refusalAt(path: Path, kind: 'directory' | 'other'): Changed | undefined {
    const parent = parentOf(path)
    if (parent !== '' && this.#parts.nodes.row(parent)?.state.kind !== 'directory') return refuse('no-parent', path)
    const fault = faultOfNameFor(this.#parts.folder.home.can.names, nameOf(path))
    if (fault !== undefined) return notAllowed(path, fault)
    if (this.#parts.ignore.verdict(path, kind) !== 'kept')
      return notAllowed(path, 'the rules of this folder leave such names alone')
    const there = this.#index.row(path)
    if (there === undefined || there.state.kind === 'deleted' || this.#parts.nodes.row(path) !== undefined)
      return undefined
    return { as: 'refused', why: 'exists', message: `Something that is not shown is at ${path}.` }
  }

  // --- put -----------------------------------------------------------------------------------------------------------------

  async #put(putting: Putting): Promise<Changed> {
    const { at, when } = putting
    for (let tries = 1; ; tries += 1) {
      const refusal = this.refusalAt(at, 'other')
      if (refusal !== undefined) return refusal
      const there = this.#parts.nodes.row(at)
      if (there?.state.kind === 'directory') return refuse('is-a-directory', at)
      if (!this.#holds(when, there)) return refuse('stale', at)
      const committed = await this.#commitPut(putting, there)
      if (committed !== 'stale') return this.#done(at, there === undefined ? 'created' : 'replaced')
      if (this.#index.row(at)?.sequence === this.#sequenceOf(there, at) || tries === MOST_TRIES) return this.#unlike(at)
    }
  }

  /** What was sent may be there already: then at most its time is new. */
  async #commitPut({ at, received, mtimeNs }: Putting, there: ShownRow | undefined): Promise<'done' | 'stale'> {
    const { home } = this.#parts.folder
    const old = there !== undefined && isFile(there) ? there.state : undefined
    const expect = expectOf(there)
    if (there !== undefined && old?.content === received.content) {
      const isSame = old.mtimeNs === mtimeNs
      const result = isSame
        ? await this.#isAsItsRow(there)
        : await home.commit({ do: 'set-metadata', path: at, mtimeNs, expect: stampOfRow(there) }, NEVER)
      if (result.as === 'stale') return 'stale'
      await home.discard(stagedOf(received), NEVER)
      await home.flush(NEVER)
    } else {
      const mode = old === undefined ? {} : { mode: old.mode }
      const staged = stagedOf(received)
      const result = await this.#mending(
        at,
        this.#groups.put({ do: 'put', path: at, staged, mtimeNs, expect, ...mode }),
      )
      if (result.as === 'stale') return 'stale'
    }
    this.#index.recordSums(received.content, received.sums)
    return 'done'
  }

  async #isAsItsRow(row: ShownRow): Promise<Committed> {
    const found = await this.#parts.folder.home.look(row.path, NEVER)
    const isAs = found !== undefined && found.kind !== 'blocked' && found.stamp === stampOfRow(row)
    return isAs ? { as: 'done', entry: found } : { as: 'stale', found }
  }

  // --- directories, moves, copies ------------------------------------------------------------------------------------------

  async #makeDirectory({ at }: Of<'make-directory'>): Promise<Changed> {
    const refusal = this.refusalAt(at, 'directory')
    if (refusal !== undefined) return refusal
    if (this.#parts.nodes.row(at) !== undefined) return refuse('exists', at)
    const { home } = this.#parts.folder
    const committed = await this.#mending(at, home.commit({ do: 'make-directory', path: at }, NEVER))
    if (committed.as === 'stale') return this.#unlike(at)
    await home.flush(NEVER)
    return this.#done(at, 'created')
  }

  async #ended(change: Of<'move'> | Of<'copy'>, body: () => Promise<Changed>): Promise<Changed> {
    const { from, to } = change
    // Before the turn: each end would wait for the other.
    if (this.#parts.nodes.row(from) !== undefined && (to === from || isBelow(to, from) || isBelow(from, to)))
      return refuse('into-itself', to)
    return this.#turns.take(to === from ? [from] : [from, to], body)
  }

  async #move({ from, to, overwrite, when }: Of<'move'>): Promise<Changed> {
    const source = this.#parts.nodes.row(from)
    const refusal = this.#refusalOfEnds(source, { from, to, overwrite, when })
    if (source === undefined || refusal !== undefined) return refusal ?? refuse('missing', from)
    const { folder } = this.#parts
    const aside = await this.#clear(to)
    if (aside !== undefined && 'as' in aside) return aside
    const kind = source.state.kind
    const committed = await this.#mending(
      to,
      folder.home.commit({ do: 'move', from, to, kind, expect: stampOfRow(source) }, NEVER),
    )
    if (committed.as === 'stale') return this.#giveUp(aside, from, to)
    this.#index.recordFormerPath(source.node, { path: from, until: folder.world.clock.now() })
    await folder.home.flush(NEVER)
    return this.#done(to, aside === undefined ? 'created' : 'replaced')
  }

  async #copy({ from, to, overwrite, when, depth }: Of<'copy'>): Promise<Changed> {
    const source = this.#parts.nodes.row(from)
    const refusal = this.#refusalOfEnds(source, { from, to, overwrite, when })
    if (source === undefined || refusal !== undefined) return refusal ?? refuse('missing', from)
    const { folder } = this.#parts
    const copy = isFile(source)
      ? await copyFile(source, to, folder)
      : await copyTree(source as DirectoryRow, to, depth, folder)
    if (copy === 'changed') return this.#unlike(from)
    const aside = await this.#clear(to)
    if (aside !== undefined && 'as' in aside) {
      await copy.discard()
      return aside
    }
    await folder.home.flush(NEVER)
    const committed = await copy.commit().catch(async (error: unknown) => {
      await copy.discard()
      throw error
    })
    if (committed === 'stale') {
      await copy.discard()
      return this.#giveUp(aside, from, to)
    }
    await folder.home.flush(NEVER)
    return this.#done(to, aside === undefined ? 'created' : 'replaced')
  }

  #refusalOfEnds(
    source: ShownRow | undefined,
    { from, to, overwrite, when }: Pick<Of<'move'>, 'from' | 'to' | 'overwrite' | 'when'>,
  ): Changed | undefined {
    if (source === undefined) return refuse('missing', from)
    if (!this.#holds(when, source)) return refuse('stale', from)
    const refusal = this.refusalAt(to, isFile(source) ? 'other' : 'directory')
    if (refusal !== undefined) return refusal
    return this.#parts.nodes.row(to) !== undefined && overwrite === 'keep' ? refuse('exists', to) : undefined
  }

  /** What is at a target goes to the trash. */
  async #clear(to: Path): Promise<Trashed | Changed | undefined> {
    const there = this.#parts.nodes.row(to)
    if (there === undefined) return undefined
    const trashed = await putAway(there, this.#parts.folder)
    return trashed === 'changed' ? this.#unlike(to) : trashed
  }

  /** A change was not made after all: what had made room for it comes back. */
  async #giveUp(aside: Trashed | undefined, from: Path, to: Path): Promise<Changed> {
    this.#parts.hint(parentOf(from), 'here')
    if (aside !== undefined) await this.#bringBack(aside)
    return this.#unlike(to)
  }

  async #bringBack({ id, kind, origin, at }: Trashed): Promise<void> {
    const { home, revisions } = this.#parts.folder
    await home.alone([origin], async () => {
      if (kind === 'directory') return revisions.takeTree({ id, path: origin, keptAt: at }, origin)
      const revision = await revisions.find(origin)
      if (revision?.id === id) await revisions.take(revision, origin)
    })
    this.#index.forgetTrashed(id)
  }

  // --- the rest ------------------------------------------------------------------------------------------------------------

  async #trash({ at, when }: Of<'trash'>): Promise<Changed> {
    const row = this.#parts.nodes.row(at)
    if (row === undefined) return refuse('missing', at)
    if (!this.#holds(when, row)) return refuse('stale', at)
    const trashed = await putAway(row, this.#parts.folder)
    if (trashed === 'changed') return this.#unlike(at)
    await this.#parts.folder.home.flush(NEVER)
    return { as: 'done', node: undefined, made: 'replaced' }
  }

  async #setMtime({ at, mtimeMs, when }: Of<'set-mtime'>): Promise<Changed> {
    const row = this.#parts.nodes.row(at)
    if (row === undefined) return refuse('missing', at)
    if (!this.#holds(when, row)) return refuse('stale', at)
    const { home } = this.#parts.folder
    if (!isFile(row)) this.#index.touchPlace(at, Math.floor(mtimeMs))
    else {
      const mtimeNs = this.#nsOf(mtimeMs)
      const committed = await home.commit({ do: 'set-metadata', path: at, mtimeNs, expect: stampOfRow(row) }, NEVER)
      if (committed.as === 'stale') return this.#unlike(at)
    }
    await home.flush(NEVER)
    return this.#done(at, 'replaced')
  }

  #holds(when: Condition, row: ShownRow | undefined): boolean {
    return holds(when, row && this.#parts.nodes.nodeOf(row))
  }

  #done(path: Path, made: 'created' | 'replaced'): Changed {
    return { as: 'done', node: this.#parts.nodes.find(path), made }
  }

  /** The disk shows something else at `path` than its row, or keeps changing. */
  #unlike(path: Path): Changed {
    this.#parts.hint(parentOf(path), 'here')
    return {
      as: 'refused',
      why: 'stale',
      message: `${path} has just changed on disk. It is looked at again; try again in a moment.`,
    }
  }

  /** The sequence under which a row was seen; of a tombstone too. */
  #sequenceOf(seen: Row | undefined, path: Path): number | undefined {
    const now = this.#index.row(path)
    return seen?.sequence ?? (now?.state.kind === 'deleted' ? now.sequence : undefined)
  }

  /** A directory that the rows still show may be gone from the disk. */
  async #mending(path: Path, commit: Promise<Committed>): Promise<Committed> {
    try {
      return await commit
    } catch (error) {
      const parent = parentOf(path)
      if (!(error instanceof SyncError) || error.code !== 'missing' || parent === '') throw error
      this.#parts.hint(parentOf(parent), 'here')
      return { as: 'stale', found: undefined }
    }
  }

  #nsOf(mtimeMs: number | undefined): bigint {
    const ms = Math.floor(mtimeMs ?? this.#parts.folder.world.clock.now())
    return BigInt(Number.isSafeInteger(ms) ? ms : 0) * NS_PER_MS
  }
}

function expectOf(row: Row | undefined): Expect {
  return row === undefined ? 'absent' : stampOfRow(row)
}

function stagedOf({ id, size, content }: Putting['received']): Staged {
  return { id, size, content }
}

function notAllowed(path: Path, fault: string): Changed {
  return { as: 'refused', why: 'name-not-allowed', message: `${path} is not possible here: ${fault}.` }
}
