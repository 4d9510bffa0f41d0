// Brings back what was deleted or replaced, within a transaction.
import { nameOf, type Path, type Place, parentOf, pathIn } from '../../model/path.ts'
import { freeName } from '../free-name.ts'
import type { NodeId, TrashEntry } from '../space.ts'
import type { NodeRow } from './node-row.ts'
import { nodeOf } from './node-rows.ts'
import { fits, type Performed, refused } from './perform.ts'
import type { SpaceRows } from './space-rows.ts'

/** Directories that are gone by now are made anew; where that is not possible, it goes to the root. */
export function restoreTrash(rows: SpaceRows, { node, origin, size }: TrashEntry): Performed {
  if (!fits(rows, size)) return refused('over-quota', origin)
  const { place, above } = homeFor(rows, parentOf(origin))
  const parent = above.at(-1) as number
  const name = freeName(nameOf(origin), taken => rows.nodes.child(parent, taken) !== undefined)
  rows.trash.remove(node)
  rows.nodes.setPlace(node, parent, name)
  rows.raise(above, size)
  const restored = nodeOf(rows.nodes.byId(node) as NodeRow, pathIn(place, name))
  return { changed: { as: 'done', node: restored, made: 'created' }, touched: [node] }
}

interface Home {
  readonly place: Place
  /** Ids from the root to the place itself. */
  readonly above: readonly number[]
}

function homeFor(rows: SpaceRows, place: Place): Home {
  const above = [rows.nodes.root]
  for (const name of place === '' ? [] : place.split('/')) {
    const next = directoryIn(rows, above, name)
    if (next === undefined) return { place: '', above: [rows.nodes.root] }
    above.push(next)
  }
  return { place, above }
}

function directoryIn(rows: SpaceRows, above: readonly number[], name: string): number | undefined {
  const parent = above.at(-1) as number
  const there = rows.nodes.child(parent, name)
  if (there !== undefined) return there.content === null ? there.id : undefined
  const made = rows.addDirectory(parent, name)
  rows.raise(above, 0)
  return made
}

export function restoreVersion(rows: SpaceRows, file: NodeId, key: string): Performed {
  const path = rows.nodes.pathOf(file) as Path | undefined
  const row = rows.nodes.byId(file)
  const version = rows.versions.of(file).find(({ since }) => String(since) === key)
  if (path === undefined || !row || version === undefined) return refused('missing', path ?? (key as Path))
  if (!fits(rows, version.size - row.size)) return refused('over-quota', path)
  rows.versions.remove(file, version.since)
  rows.versions.keep(row)
  rows.nodes.setContent(file, version.content, { ...version, since: Math.floor(rows.now / 1000) })
  const above = rows.nodes.find(path)?.above ?? []
  rows.nodes.raise(above, version.size - row.size)
  const restored = nodeOf(rows.nodes.byId(file) as NodeRow, path)
  return { changed: { as: 'done', node: restored, made: 'replaced' }, touched: [file] }
}
