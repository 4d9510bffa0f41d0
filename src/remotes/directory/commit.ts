// Makes changes appear in the directory: looks once more just before, then acts by one rename where that is possible.
import type { Entry, Stamp, Syncable } from '../../model/entry.ts'
import { assert, assertNever, SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { codeOf, type Hashed, isMissing, type Stat, type Tree } from '../../platform/tree.ts'
import { randomHex, type World } from '../../platform/world.ts'
import type { Commit, Committed, Expect } from '../../replica/replica.ts'
import type { Revisions } from '../../revisions/revisions.ts'
import { entryAt, glanceAt, statAt } from './look.ts'
import { removeIfThere, STAGING } from './place.ts'
import { pathOfStaged, type Stager } from './stage.ts'
import { entryOf, stampOf } from './stamps.ts'
import { keepFound } from './trash.ts'

type CommitOf<Do extends Commit['do']> = Extract<Commit, { readonly do: Do }>

export interface CommitterOptions {
  readonly tree: Tree
  readonly world: World
  readonly stager: Stager
  /** Undefined when what is replaced or removed is not kept. */
  readonly trash: Revisions | undefined
}

export class Committer {
  readonly #tree: Tree
  readonly #world: World
  readonly #stager: Stager
  readonly #trash: Revisions | undefined

  constructor({ tree, world, stager, trash }: CommitterOptions) {
    this.#tree = tree
    this.#world = world
    this.#stager = stager
    this.#trash = trash
  }

  async commit(change: Commit, signal: AbortSignal): Promise<Committed> {
    signal.throwIfAborted()
    switch (change.do) {
      case 'put':
        return this.#put(change)
      case 'make-directory':
        return this.#makeDirectory(change)
      case 'make-symlink':
        return this.#makeSymlink(change)
      case 'move':
        return this.#move(change)
      case 'remove':
        return this.#remove(change)
      case 'set-metadata':
        return this.#setMetadata(change, signal)
      default:
        return assertNever(change)
    }
  }

  async #put(change: CommitOf<'put'>): Promise<Committed> {
    const { path, expect } = change
    const staged = pathOfStaged(change.staged)
    const written = await this.#stager.dress(change.staged, change)
    if (written === undefined) throw nothingStaged(path)
    const stale = await this.#install(staged, path, expect).catch(async error => {
      throw isMissing(error) && (await this.#tree.stat(staged)) === undefined ? nothingStaged(path) : error
    })
    if (stale !== undefined) return stale
    this.#stager.forget(change.staged)
    return { as: 'done', entry: entryAsWritten(await statAt(this.#tree, path), written) }
  }

  /**
   * Files that go to free names, all at once: the rename itself is the guard there. Undefined stands for what has to be committed by
   * itself, which then tells why this did not do.
   */
  async putNew(changes: readonly Commit[]): Promise<readonly (Committed | undefined)[]> {
    const ready: { readonly at: number; readonly put: CommitOf<'put'>; readonly written: Stat }[] = []
    for (const [at, put] of changes.entries()) {
      if (put.do !== 'put' || put.expect !== 'absent') continue
      // Most need not be waited for.
      const written =
        this.#stager.dressed(put.staged, put) ?? (await this.#stager.dress(put.staged, put).catch(() => undefined))
      if (written !== undefined) ready.push({ at, put, written })
    }
    const moves = ready.map(({ put }) => ({ from: pathOfStaged(put.staged), to: put.path }))
    const states = await this.#tree.renameMany(moves)
    const results: (Committed | undefined)[] = new Array(changes.length)
    for (const [i, { at, put, written }] of ready.entries()) {
      const state = states[i]
      if (state === undefined || state instanceof Error) continue
      this.#stager.forget(put.staged)
      results[at] = { as: 'done', entry: entryAsWritten(state, written) }
    }
    return results
  }

  async #makeDirectory({ path, mode }: CommitOf<'make-directory'>): Promise<Committed> {
    try {
      await this.#tree.makeDirectory(path, mode)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      const found = await glanceAt(this.#tree, path)
      return found?.kind === 'directory' ? { as: 'done', entry: found } : { as: 'stale', found }
    }
    return this.#done(path)
  }

  async #makeSymlink({ path, target, expect }: CommitOf<'make-symlink'>): Promise<Committed> {
    const staged = `${STAGING}/${randomHex(this.#world.random, 12)}`
    await this.#tree.makeSymlink(staged, target)
    const stale = await this.#install(staged, path, expect).catch(async error => {
      await removeIfThere(this.#tree, staged)
      throw error
    })
    if (stale === undefined) return this.#done(path)
    await removeIfThere(this.#tree, staged)
    return stale
  }

  /** A rename carries a whole directory; what is in it keeps its stamps. */
  async #move({ from, to, kind, expect }: CommitOf<'move'>): Promise<Committed> {
    const before = await statAt(this.#tree, from)
    const found = before === undefined ? undefined : await entryAt(this.#tree, from, before)
    if (before === undefined || found?.kind !== kind || found.stamp !== expect) return { as: 'stale', found }
    try {
      await this.#tree.rename(from, to, 'keep')
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      return { as: 'stale', found: await glanceAt(this.#tree, to) }
    }
    return kind === 'file'
      ? { as: 'done', entry: entryAsWritten(await statAt(this.#tree, to), before) }
      : this.#done(to)
  }

  async #remove({ path, kind, expect, tree }: CommitOf<'remove'>): Promise<Committed> {
    if (tree !== undefined) throw unsupported(path)
    const found = await glanceAt(this.#tree, path)
    if (found?.kind !== kind || found.stamp !== expect) return { as: 'stale', found }
    if (kind === 'directory') return this.#removeDirectory(path)
    if (this.#trash === undefined) await this.#tree.removeFile(path)
    else if ((await keepFound(path, found, 'deleted', { tree: this.#tree, trash: this.#trash })) === 'changed')
      return { as: 'stale', found: await glanceAt(this.#tree, path) }
    return { as: 'done', entry: undefined }
  }

  async #removeDirectory(path: Path): Promise<Committed> {
    try {
      await this.#tree.removeDirectory(path)
    } catch (error) {
      const code = codeOf(error)
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
      return { as: 'stale', found: await glanceAt(this.#tree, path) }
    }
    return { as: 'done', entry: undefined }
  }

  async #setMetadata(
    { path, expect, mode, mtimeNs }: CommitOf<'set-metadata'>,
    signal: AbortSignal,
  ): Promise<Committed> {
    const found = await glanceAt(this.#tree, path)
    if (!isExpected(found, expect)) return { as: 'stale', found }
    // Setting a time hides a write that came right before it: only equal bytes before and after tell that there was none.
    const isHiding = mtimeNs !== undefined && found.kind === 'file'
    const before = isHiding ? await this.#hashOf(path, signal) : undefined
    if (before !== undefined && (stampOf(before.before) !== expect || stampOf(before.after) !== expect)) {
      return { as: 'stale', found: await glanceAt(this.#tree, path) }
    }
    if (mode !== undefined) await this.#tree.setMode(path, mode)
    if (mtimeNs !== undefined) await this.#tree.setMtime(path, mtimeNs)
    if (before === undefined) return this.#done(path)
    const after = await this.#hashOf(path, signal)
    const isSame = Buffer.compare(before.blocks, after.blocks) === 0
    return isSame ? { as: 'done', entry: entryOf(after.after, '') } : { as: 'stale', found: entryOf(after.after, '') }
  }

  async #hashOf(path: Path, signal: AbortSignal): Promise<Hashed> {
    const [hashed] = await this.#tree.hash([path], signal)
    assert(hashed !== undefined, 'one result for one file')
    if (hashed instanceof Error) throw hashed
    return hashed
  }

  /**
   * Puts what is staged in its place. Towards a free name the rename itself is the guard. With a trash the old state goes there
   * first, and is looked at once more: what a user wrote since the look is neither lost nor passed over.
   */
  async #install(staged: string, path: Path, expect: Expect): Promise<Committed | undefined> {
    if (expect === 'absent') return this.#installNew(staged, path)
    const found = await glanceAt(this.#tree, path)
    if (!isExpected(found, expect) || found.kind === 'directory') return { as: 'stale', found }
    if (this.#trash === undefined) {
      await this.#tree.rename(staged, path, 'replace')
      return undefined
    }
    const kept = await keepFound(path, found, 'replaced', { tree: this.#tree, trash: this.#trash })
    if (kept === 'changed') return { as: 'stale', found: await glanceAt(this.#tree, path) }
    try {
      return await this.#installNew(staged, path)
    } catch (error) {
      await kept.putBack()
      throw error
    }
  }

  async #installNew(staged: string, path: Path): Promise<Committed | undefined> {
    try {
      await this.#tree.rename(staged, path, 'keep')
      return undefined
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      return { as: 'stale', found: await glanceAt(this.#tree, path) }
    }
  }

  async #done(path: Path): Promise<Committed> {
    return { as: 'done', entry: await glanceAt(this.#tree, path) }
  }
}

/**
 * What came to its name by a rename, and never what somebody else wrote there in the instant after: that must not be taken for ours.
 * The rename has changed the change time; any other difference is not our doing, and then the old state is what we stand for.
 */
function entryAsWritten(now: Stat | undefined, written: Stat): Entry {
  return entryOf(now !== undefined && isSameButRenamed(now, written) ? now : written, '')
}

function isSameButRenamed(now: Stat, written: Stat): boolean {
  const { kind, size, mtimeNs, inode, mode } = now
  return (
    kind === written.kind &&
    size === written.size &&
    mtimeNs === written.mtimeNs &&
    inode === written.inode &&
    mode === written.mode
  )
}

function isExpected(found: Entry | undefined, expect: Stamp): found is Syncable {
  return found !== undefined && found.kind !== 'blocked' && found.stamp === expect
}

function nothingStaged(path: Path): SyncError {
  return new SyncError('missing', `The staged bytes of ${path} are gone. They will be copied again.`, { path })
}

function unsupported(path: Path): SyncError {
  return new SyncError('unsupported', `${path} cannot be removed with everything in it in one act.`, { path })
}
