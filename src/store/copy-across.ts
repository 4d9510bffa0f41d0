// Copies and moves from one space to another, which no transaction spans: what was begun is undone when it cannot be finished.
import { SyncError } from '../model/errors.ts'
import { type Path, type Place, parentOf, pathIn } from '../model/path.ts'
import { holds, refuse } from './refuse.ts'
import type { Changed, Condition, FileNode, Received, Space, SpaceChange, SpaceNode } from './space.ts'

export interface Across {
  readonly from: { readonly space: Space; readonly at: Place }
  readonly to: { readonly space: Space; readonly at: Path }
  readonly overwrite: 'overwrite' | 'keep'
  readonly depth: 'tree' | 'itself'
  readonly when: Condition
}

/** Everything that is to be made, parents first; the bytes of files are there already. */
interface Piece {
  readonly node: SpaceNode
  readonly at: Path
  readonly received: Received | undefined
}

export async function copyAcross(across: Across, signal: AbortSignal): Promise<Changed> {
  const ready = await prepare(across, signal)
  return 'as' in ready ? ready : make(across, ready.pieces, signal)
}

/** A copy, then the source goes to its trash: if that has changed meanwhile, the copy is taken back. */
export async function moveAcross(across: Across, signal: AbortSignal): Promise<Changed> {
  const ready = await prepare(across, signal)
  if ('as' in ready) return ready
  const { pieces, source } = ready
  return make(across, pieces, signal, () => {
    const change = { do: 'trash', at: across.from.at as Path, when: [source.etag] } as const
    return across.from.space.change(change, signal)
  })
}

type Ready = { readonly source: SpaceNode; readonly pieces: readonly Piece[] }

/** Looks whether it can be done, and brings all bytes over under no name. */
async function prepare(across: Across, signal: AbortSignal): Promise<Changed | Ready> {
  const { from, to, overwrite, when } = across
  const source = await from.space.find(from.at)
  if (source === undefined) return refuse('missing', from.at)
  if (!holds(when, source)) return refuse('stale', from.at)
  if ((await to.space.find(parentOf(to.at)))?.kind !== 'directory') return refuse('no-parent', to.at)
  if (overwrite === 'keep' && (await to.space.find(to.at)) !== undefined) return refuse('exists', to.at)
  if (await isTooMuch(across, source)) return refuse('over-quota', to.at)
  const pieces: Piece[] = []
  try {
    for await (const { node, at } of nodesOf(across, source)) {
      pieces.push({ node, at, received: node.kind === 'file' ? await bring(across, node, at, signal) : undefined })
    }
  } catch (error) {
    await discardAll(to.space, pieces)
    // Somebody is changing what is to be copied.
    if (isStale(error)) return refuse('stale', from.at)
    throw error
  }
  return { source, pieces }
}

async function isTooMuch({ to }: Across, source: SpaceNode): Promise<boolean> {
  const { freeBytes } = await to.space.usage(to.at)
  return freeBytes !== 'unlimited' && source.size > freeBytes
}

async function* nodesOf({ from, to, depth }: Across, source: SpaceNode): AsyncGenerator<{ node: SpaceNode; at: Path }> {
  const due = [{ node: source, at: to.at }]
  for (const { node, at } of due) {
    yield { node, at }
    if (node.kind === 'file' || depth === 'itself') continue
    for await (const page of from.space.list(node.path)) {
      for (const child of page)
        due.push({ node: child, at: pathIn(at, child.path.slice(child.path.lastIndexOf('/') + 1)) })
    }
  }
}

function bring({ from, to }: Across, file: FileNode, at: Path, signal: AbortSignal): Promise<Received> {
  const bytes = from.space.read(file, { from: 0 }, signal)
  return to.space.receive({ at, size: file.size, bytes, sums: file.sums }, signal)
}

function isStale(error: unknown): boolean {
  return (
    error instanceof SyncError && (error.code === 'changed' || error.code === 'missing' || error.code === 'protocol')
  )
}

/** Puts it all under its names; `last` decides whether it stays. */
async function make(
  across: Across,
  pieces: readonly Piece[],
  signal: AbortSignal,
  last?: () => Promise<Changed>,
): Promise<Changed> {
  const { to } = across
  const replaced = await putAway(across, signal)
  if (replaced !== undefined && replaced.changed.as === 'refused') return replaced.changed
  try {
    for (const piece of pieces) {
      const changed = await makeOne(across, piece, signal)
      if (changed.as === 'refused') return await undone(across, replaced?.entry, changed)
    }
    const changed = await last?.()
    if (changed?.as === 'refused') return await undone(across, replaced?.entry, changed)
  } catch (error) {
    await undo(across, replaced?.entry)
    throw error
  } finally {
    await discardAll(to.space, pieces)
  }
  return { as: 'done', node: await to.space.find(to.at), made: replaced === undefined ? 'created' : 'replaced' }
}

/** What is at the target goes to the trash, so that it can come back from there. */
async function putAway(
  { to }: Across,
  signal: AbortSignal,
): Promise<{ readonly changed: Changed; readonly entry: string | undefined } | undefined> {
  const there = await to.space.find(to.at)
  if (there === undefined) return undefined
  const changed = await to.space.change({ do: 'trash', at: to.at, when: [there.etag] }, signal)
  if (changed.as === 'refused') return { changed, entry: undefined }
  return { changed, entry: await entryAt(to.space, to.at) }
}

/** The newest entry of the trash that came from here. */
async function entryAt(space: Space, origin: Path): Promise<string | undefined> {
  for await (const page of space.trash.list()) {
    const entry = page.find(each => each.origin === origin)
    if (entry !== undefined) return entry.id
  }
  return undefined
}

async function makeOne({ from, to }: Across, { node, at, received }: Piece, signal: AbortSignal): Promise<Changed> {
  const change: SpaceChange =
    received === undefined
      ? { do: 'make-directory', at }
      : { do: 'put', at, received, mtimeMs: node.mtimeMs, when: 'absent' }
  const changed = await to.space.change(change, signal)
  if (changed.as === 'refused' || changed.node === undefined) return changed
  const properties = await from.space.properties(node.id)
  if (properties.size > 0) await to.space.setProperties(changed.node.id, properties)
  return changed
}

async function undone(across: Across, replaced: string | undefined, why: Changed): Promise<Changed> {
  await undo(across, replaced)
  return why
}

/** Takes back what was made, and brings back what it replaced. It stays in the trash where that fails: nothing is lost. */
async function undo({ to }: Across, replaced: string | undefined): Promise<void> {
  const made = await to.space.change({ do: 'trash', at: to.at, when: 'any' }, NEVER)
  const entry = made.as === 'done' ? await entryAt(to.space, to.at) : undefined
  if (entry !== undefined) await to.space.trash.remove(entry)
  if (replaced !== undefined) await to.space.trash.restore(replaced)
}

async function discardAll(space: Space, pieces: readonly Piece[]): Promise<void> {
  for (const { received } of pieces) if (received !== undefined) await space.discard(received)
}

const NEVER = new AbortController().signal
