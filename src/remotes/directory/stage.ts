// Brings bytes into the directory's own corner, where no user sees them, and proves that they are the right ones.
import { contentIdOf } from '../../index/content-id.ts'
import { type ChecksumKind, type ContentId, kindOfChecksum } from '../../model/content.ts'
import type { Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { summing } from '../../platform/node/sum-file.ts'
import {
  type Copied,
  codeOf,
  type Receiving,
  type Stat,
  type Tree,
  type WriteOptions,
  type Written,
} from '../../platform/tree.ts'
import { type Random, randomHex } from '../../platform/world.ts'
import type { Bytes, Located, Resume, Source, Staged, Tried } from '../../replica/replica.ts'
import { changed, isNoRoom, noRoom, triedFault } from './faults.ts'
import { BlockHasher } from './hash-blocks.ts'
import { removeIfThere, STAGING } from './place.ts'
import { stampOf } from './stamps.ts'

const NAME = /^[0-9a-f]{24}$/
/** Less than this is sooner sent again than looked for. */
const WORTH_RESUMING = 1024 * 1024

type SmallSource = Source & { readonly bytes: Uint8Array }

export class Stager {
  readonly #tree: Tree
  readonly #random: Random
  /** With what metadata the bytes were staged here, and as what, so that a commit which wants the same need not look. */
  readonly #dressed = new Map<string, { readonly worn: WriteOptions; readonly stat: Stat | undefined }>()

  constructor(tree: Tree, random: Random) {
    this.#tree = tree
    this.#random = random
  }

  async stage(source: Source, resume: Resume, signal: AbortSignal): Promise<Staged> {
    if (source.bytes === undefined) return this.#stageStream(source, resume, signal)
    const [staged] = await this.stageMany([{ ...source, bytes: source.bytes }], signal)
    if (staged === undefined || staged instanceof SyncError) throw staged
    return staged
  }

  async stageMany(sources: readonly SmallSource[], signal: AbortSignal): Promise<readonly Tried<Staged>[]> {
    signal.throwIfAborted()
    const names = namesFor(sources.length, this.#random)
    const files = sources.map(({ bytes, ...source }, i) => ({ path: pathOf(names[i]), bytes, ...metadataOf(source) }))
    const written = await this.#tree.writeSmall(files)
    return this.#acceptAll(sources, names, written)
  }

  /** From another disk of this machine; undefined when that takes the way by here. */
  stageFrom(
    there: Located,
    sources: readonly Source[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]> | undefined {
    signal.throwIfAborted()
    const names = namesFor(sources.length, this.#random)
    const files = sources.map((source, i) => {
      const { path, size: limit } = source
      return { from: path, to: pathOf(names[i]), limit, ...metadataOf(source) }
    })
    return this.#tree.copySmall?.(there.tree, files)?.then(copied => {
      const written = sources.map(({ path }, i) => meant(copied[i], there.stamps[i], path))
      return this.#acceptAll(sources, names, written)
    })
  }

  async discard(staged: Staged): Promise<void> {
    this.forget(staged)
    await removeIfThere(this.#tree, pathOfStaged(staged))
  }

  /** Gives staged bytes the time and mode that their commit asks for, before anybody can see them. Their state then; undefined when they are gone. */
  async dress(staged: Staged, wanted: WriteOptions): Promise<Stat | undefined> {
    const dressed = this.dressed(staged, wanted)
    if (dressed !== undefined) return dressed
    const path = pathOfStaged(staged)
    const { needsMode, needsTime } = lacksOf(this.#dressed.get(staged.id)?.worn, wanted)
    if (needsMode) await this.#tree.setMode(path, wanted.mode as number)
    if (needsTime) await this.#tree.setMtime(path, wanted.mtimeNs as bigint)
    return this.#tree.stat(path)
  }

  /** Their state, when they were staged with that time and mode. */
  dressed(staged: Staged, wanted: WriteOptions): Stat | undefined {
    const { worn, stat } = this.#dressed.get(staged.id) ?? {}
    const { needsMode, needsTime } = lacksOf(worn, wanted)
    return needsMode || needsTime ? undefined : stat
  }

  /** The staged bytes were committed or given up. */
  forget(staged: Staged): void {
    this.#dressed.delete(staged.id)
  }

  async #acceptAll(
    sources: readonly Source[],
    names: readonly string[],
    written: readonly (Written | Error | undefined)[],
  ): Promise<readonly Tried<Staged>[]> {
    const results: Tried<Staged>[] = []
    for (const [i, source] of sources.entries()) {
      const accepted = this.#accept(source, names[i] as string, written[i])
      // Most need not be waited for.
      results.push(accepted instanceof Promise ? await accepted : accepted)
    }
    return results
  }

  #accept(source: Source, name: string, written: Written | Error | undefined): Staged | Promise<Tried<Staged>> {
    if (written === undefined || written instanceof Error) return this.#giveUp(source, name, written)
    const content = contentIdOf(written.blocks)
    const accept = (): Staged => {
      this.#dressed.set(name, { worn: metadataOf(source), stat: written })
      return { id: name, size: written.size, content }
    }
    if (isProven(source, content)) return accept()
    return this.#verify(source, name, content).then(accept, error => this.#giveUp(source, name, error))
  }

  async #giveUp(source: Source, name: string, error: unknown): Promise<SyncError> {
    await removeIfThere(this.#tree, pathOf(name))
    return triedFault(error, source.path, this.#tree.root)
  }

  async #stageStream(source: Source, resume: Resume, signal: AbortSignal): Promise<Staged> {
    const left = await this.#leftover(source, resume.token)
    await this.#checkRoom(source, source.size - (left?.size ?? 0))
    const name = left?.name ?? randomHex(this.#random, 12)
    if (left === undefined && source.size >= WORTH_RESUMING) resume.save(name)
    const receiving =
      left === undefined ? this.#receiveAll(source, name, signal) : this.#receiveRest(source, left, signal)
    const content = await receiving.catch(async error => {
      // Nobody goes on with it, and others want the room.
      if (isNoRoom(error)) await removeIfThere(this.#tree, `${STAGING}/${name}`)
      throw error
    })
    try {
      await this.#verify(source, name, content)
    } catch (error) {
      await removeIfThere(this.#tree, `${STAGING}/${name}`)
      throw error
    }
    this.#dressed.set(name, { worn: metadataOf(source), stat: undefined })
    return { id: name, size: source.size, content }
  }

  /** What cannot fit is not begun: it would fill the disk for nothing, again and again. */
  async #checkRoom({ path, size }: Source, needed: number): Promise<void> {
    if (size < WORTH_RESUMING) return
    const free = await this.#tree.freeBytes()
    // Some file systems do not tell: then only writing shows.
    if (free === 0 || free >= needed) return
    throw noRoom(
      path,
      `${path} does not fit on its disk: ${needed} bytes are needed, ${free} are free. Make room there.`,
    )
  }

  /** What an earlier run staged of the same source, when it can be gone on with. */
  async #leftover(source: Source, token: string | undefined): Promise<{ name: string; size: number } | undefined> {
    if (token === undefined || !NAME.test(token)) return undefined
    const stat = await this.#tree.stat(`${STAGING}/${token}`)
    if (stat === undefined || stat.kind !== 'file' || stat.size === 0 || stat.size > source.size) return undefined
    return { name: token, size: stat.size }
  }

  /** Reads what is staged already, so that the content id covers the whole. Returns where to go on. */
  async #rehash(left: { name: string; size: number }, hasher: BlockHasher, signal: AbortSignal): Promise<number> {
    let at = 0
    for await (const piece of this.#tree.read(`${STAGING}/${left.name}`, 0, () => {})) {
      signal.throwIfAborted()
      hasher.update(piece)
      at += piece.length
    }
    return at
  }

  async #receiveAll(source: Source, name: string, signal: AbortSignal): Promise<ContentId> {
    const bytes = source.open(0, 'lent')
    const receiving = await this.#tree.receive(`${STAGING}/${name}`, source.size, bytes.proven)
    await this.#receive(source, bytes, name, { from: 0, to: receiving }, signal)
    const { blocks } = await receiving.finish(metadataOf(source))
    return contentIdOf(blocks)
  }

  async #receiveRest(source: Source, left: { name: string; size: number }, signal: AbortSignal): Promise<ContentId> {
    const hasher = new BlockHasher(source.size)
    const from = await this.#rehash(left, hasher, signal)
    const writing = await this.#tree.openWrite(`${STAGING}/${left.name}`, from)
    const write = (bytes: Uint8Array) => {
      hasher.update(bytes)
      return writing.write(bytes)
    }
    await this.#receive(
      source,
      source.open(from, 'lent'),
      left.name,
      { from, to: { write, abandon: () => writing.abandon() } },
      signal,
    )
    await writing.finish(metadataOf(source))
    return hasher.content()
  }

  /** Takes what comes, which is what follows `from`. What arrived before a failure stays, for the next run. */
  async #receive(
    source: Source,
    bytes: Bytes,
    name: string,
    { from, to }: { readonly from: number; readonly to: Pick<Receiving, 'write' | 'abandon'> },
    signal: AbortSignal,
  ): Promise<void> {
    let at = from
    try {
      for await (const piece of bytes) {
        signal.throwIfAborted()
        at += piece.length
        if (at > source.size) break
        await to.write(piece)
      }
    } catch (error) {
      await to.abandon()
      throw error
    }
    if (at === source.size) return
    await to.abandon()
    await removeIfThere(this.#tree, `${STAGING}/${name}`)
    throw new SyncError('changed', `${source.path} changed its size while it was copied.`, { path: source.path })
  }

  async #verify(source: Source, name: string, content: ContentId): Promise<void> {
    if (source.content !== undefined && source.content !== content) throw corrupt(source.path)
    for (const sum of source.sums ?? []) {
      if ((await this.#sumOf(source, name, kindOfChecksum(sum))) !== sum) throw corrupt(source.path)
    }
  }

  /** Bytes in memory are those that were written and hashed: they need not be read again. */
  async #sumOf({ bytes }: Source, name: string, kind: ChecksumKind): Promise<string> {
    if (bytes !== undefined) return sumOfBytes(bytes, kind)
    const { value } = await this.#tree.checksum(`${STAGING}/${name}`, kind, NEVER)
    return `${kind}:${value}`
  }
}

const NEVER = new AbortController().signal

function lacksOf(worn: WriteOptions | undefined, { mode, mtimeNs }: WriteOptions) {
  return {
    needsMode: mode !== undefined && mode !== worn?.mode,
    needsTime: mtimeNs !== undefined && mtimeNs !== worn?.mtimeNs,
  }
}

/** Where staged bytes lie. An id that is none of ours names nothing. */
export function pathOfStaged(staged: Staged): string {
  if (!NAME.test(staged.id)) throw new SyncError('missing', 'The staged bytes are not known here.')
  return `${STAGING}/${staged.id}`
}

export function metadataOf({ mtimeNs, mode }: WriteOptions): WriteOptions {
  return { mtimeNs, ...(mode !== undefined && { mode }) }
}

/** One draw for all: asking for randomness costs more than writing the name. */
function namesFor(count: number, random: Random): string[] {
  const series = randomHex(random, 8)
  return Array.from({ length: count }, (_, i) => series + i.toString(16).padStart(8, '0'))
}

function pathOf(name: string | undefined): string {
  return `${STAGING}/${name}`
}

/** Nothing is left to be computed. */
function isProven({ content, sums }: Source, found: ContentId): boolean {
  return (content === undefined || content === found) && (sums === undefined || sums.length === 0)
}

/** What was made of a file in the state that was meant. */
function meant(copied: Copied | Error | undefined, stamp: Stamp | undefined, path: Path): Written | Error | undefined {
  // Larger than it was when it was looked at.
  if (copied instanceof Error) return codeOf(copied) === 'EFBIG' ? changed(path) : copied
  if (copied === undefined || stampOf(copied.source) === stamp)
    return copied && { ...copied.written, blocks: copied.blocks }
  return changed(path)
}

function sumOfBytes(bytes: Uint8Array, kind: ChecksumKind): string {
  const sum = summing(kind)
  sum.update(bytes)
  return `${kind}:${sum.value()}`
}

function corrupt(path: Path): SyncError {
  return new SyncError('corrupt', `${path} arrived damaged: its bytes are not those that were promised.`, { path })
}
