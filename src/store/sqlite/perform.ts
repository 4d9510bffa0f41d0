// Makes a change, within a transaction: looks whether it may be made, before anything is written.
import { faultOfNameFor, POSIX_NAMES } from '../../model/names.ts'
import { isBelow, nameOf, type Path, type Place, parentOf } from '../../model/path.ts'
import { holds as isMet, refuse } from '../refuse.ts'
import type { Changed, Condition, NodeId, Refusal, SpaceChange } from '../space.ts'
import { copyTree } from './copy-tree.ts'
import type { Found, NodeRow } from './node-row.ts'
import { etagOf, nodeOf } from './node-rows.ts'
import type { SpaceRows } from './space-rows.ts'

export interface Performed {
  readonly changed: Changed
  readonly touched: readonly NodeId[]
}

export function perform(rows: SpaceRows, change: SpaceChange): Performed {
  switch (change.do) {
    case 'put':
      return put(rows, change)
    case 'make-directory':
      return makeDirectory(rows, change)
    case 'move':
      return move(rows, change)
    case 'copy':
      return copy(rows, change)
    case 'trash':
      return trash(rows, change)
    case 'set-mtime':
      return setMtime(rows, change)
  }
}

type Of<Do extends SpaceChange['do']> = Extract<SpaceChange, { readonly do: Do }>

function put(rows: SpaceRows, { at, received, mtimeMs, when }: Of<'put'>): Performed {
  const target = targetAt(rows, at)
  if ('refused' in target) return target.refused
  const { above, there } = target
  if (there?.content === null) return refused('is-a-directory', at)
  if (!holds(when, there)) return refused('stale', at)
  const growth = received.size - (there?.size ?? 0)
  if (!fits(rows, growth)) return refused('over-quota', at)
  const sums = rows.contents.add(received.content, received.sums)
  const file = { content: received.content, size: received.size, mtimeMs: millisecondsOf(mtimeMs ?? rows.now) }
  if (there !== undefined) return replace(rows, { at, above, there, file })
  const id = rows.add({ parent: above.at(-1) as number, name: nameOf(at), ...file })
  rows.raise(above, growth)
  if (sums === undefined) return done(rows, id, at, 'created')
  const node = nodeOf({ id, ...file, counter: 1, sums }, at)
  return { changed: { as: 'done', node, made: 'created' }, touched: [node.id] }
}

interface Replacing {
  readonly at: Path
  readonly above: readonly number[]
  readonly there: NodeRow
  readonly file: Pick<NodeRow, 'size' | 'mtimeMs'> & { readonly content: NonNullable<NodeRow['content']> }
}

function replace(rows: SpaceRows, { at, above, there, file }: Replacing): Performed {
  const isSame = there.content === file.content
  // The same again is no change, and so no news for anybody.
  if (isSame && there.mtimeMs === file.mtimeMs) return { ...done(rows, there.id, at, 'replaced'), touched: [] }
  if (!isSame) rows.versions.keep(there)
  const since = isSame ? there.since : Math.floor(rows.now / 1000)
  rows.nodes.setContent(there.id, file.content, { ...file, since })
  rows.nodes.raise(above, file.size - there.size)
  return done(rows, there.id, at, 'replaced')
}

function makeDirectory(rows: SpaceRows, { at }: Of<'make-directory'>): Performed {
  const target = targetAt(rows, at)
  if ('refused' in target) return target.refused
  if (target.there !== undefined) return refused('exists', at)
  const id = rows.addDirectory(target.above.at(-1) as number, nameOf(at))
  rows.raise(target.above, 0)
  return done(rows, id, at, 'created')
}

function move(rows: SpaceRows, { from, to, overwrite, when }: Of<'move'>): Performed {
  const ends = endsOf(rows, { from, to, overwrite, when })
  if ('refused' in ends) return ends.refused
  const { source, above, there } = ends
  if (there !== undefined) rows.putAway(there, to, above)
  rows.nodes.setPlace(source.row.id, above.at(-1) as number, nameOf(to))
  rows.raise(source.above, -source.row.size)
  rows.raise(above, source.row.size)
  return alsoTouched(done(rows, source.row.id, to, there === undefined ? 'created' : 'replaced'), there)
}

function copy(rows: SpaceRows, { from, to, overwrite, depth, when }: Of<'copy'>): Performed {
  const ends = endsOf(rows, { from, to, overwrite, when })
  if ('refused' in ends) return ends.refused
  const { source, above, there } = ends
  const size = source.row.content === null && depth === 'itself' ? 0 : source.row.size
  if (!fits(rows, size - (there?.size ?? 0))) return refused('over-quota', to)
  if (there !== undefined) rows.putAway(there, to, above)
  const id = copyTree(rows, source.row, { parent: above.at(-1) as number, name: nameOf(to) }, depth)
  rows.raise(above, size)
  return alsoTouched(done(rows, id, to, there === undefined ? 'created' : 'replaced'), there)
}

function trash(rows: SpaceRows, { at, when }: Of<'trash'>): Performed {
  const found = rows.nodes.find(at)
  if (found === undefined) return refused('missing', at)
  if (!holds(when, found.row)) return refused('stale', at)
  rows.putAway(found.row, at, found.above)
  const changed: Changed = { as: 'done', node: undefined, made: 'replaced' }
  return { changed, touched: [found.row.id as NodeId] }
}

function setMtime(rows: SpaceRows, { at, mtimeMs, when }: Of<'set-mtime'>): Performed {
  const found = rows.nodes.find(at)
  if (found === undefined) return refused('missing', at)
  const { row, above } = found
  if (!holds(when, row)) return refused('stale', at)
  rows.nodes.setMtime(row.id, millisecondsOf(mtimeMs))
  rows.nodes.raise(row.content === null ? [...above, row.id] : above, 0)
  return done(rows, row.id, at, 'replaced')
}

interface Target {
  /** Ids of the directories above, the root first. */
  readonly above: readonly number[]
  readonly there: NodeRow | undefined
}

interface NotDone {
  readonly refused: Performed
}

/** Where a change puts something. */
function targetAt(rows: SpaceRows, at: Path): Target | NotDone {
  const parent = directoryAt(rows, parentOf(at))
  if (parent === undefined) return { refused: refused('no-parent', at) }
  const fault = faultOfNameFor(POSIX_NAMES, nameOf(at))
  if (fault !== undefined)
    return { refused: refused('name-not-allowed', at, `"${nameOf(at)}" is not possible here: ${fault}.`) }
  return { above: [...parent.above, parent.row.id], there: rows.nodes.child(parent.row.id, nameOf(at)) }
}

function directoryAt(rows: SpaceRows, place: Place): Found | undefined {
  const found = rows.nodes.find(place)
  return found?.row.content === null ? found : undefined
}

interface Ends extends Target {
  readonly source: Found
}

function endsOf(
  rows: SpaceRows,
  { from, to, overwrite, when }: Pick<Of<'move'>, 'from' | 'to' | 'overwrite' | 'when'>,
): Ends | NotDone {
  const source = rows.nodes.find(from)
  if (source === undefined) return { refused: refused('missing', from) }
  if (!holds(when, source.row)) return { refused: refused('stale', from) }
  // What is put where something above it is would go to the trash together with that.
  if (to === from || isBelow(to, from) || isBelow(from, to)) return { refused: refused('into-itself', to) }
  const target = targetAt(rows, to)
  if ('refused' in target) return target
  if (target.there !== undefined && overwrite === 'keep') return { refused: refused('exists', to) }
  return { source, ...target }
}

function holds(when: Condition, there: NodeRow | undefined): boolean {
  return isMet(when, there && { etag: etagOf(there) })
}

/** Only what makes the space larger can be too much: who is over his quota may still tidy up. */
export function fits(rows: SpaceRows, growth: number): boolean {
  if (growth <= 0) return true
  const quota = rows.quota
  return quota === undefined || (rows.nodes.byId(rows.nodes.root) as NodeRow).size + growth <= quota
}

/** The database holds whole milliseconds. What is no time at all becomes the first one. */
function millisecondsOf(mtimeMs: number): number {
  const whole = Math.floor(mtimeMs)
  return Number.isSafeInteger(whole) ? whole : 0
}

function done(rows: SpaceRows, id: number, path: Path, made: 'created' | 'replaced'): Performed {
  const node = nodeOf(rows.nodes.byId(id) as NodeRow, path)
  return { changed: { as: 'done', node, made }, touched: [node.id] }
}

function alsoTouched(performed: Performed, other: NodeRow | undefined): Performed {
  if (other === undefined) return performed
  return { ...performed, touched: [...performed.touched, other.id as NodeId] }
}

export function refused(why: Refusal, at: Place, message?: string): Performed {
  const changed = refuse(why, at)
  return { changed: message === undefined ? changed : { as: 'refused', why, message }, touched: [] }
}
