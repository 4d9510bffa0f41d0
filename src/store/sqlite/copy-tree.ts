// Copies a node with all below, as new nodes of the same contents and properties.
import type { NodeRow } from './node-row.ts'
import type { SpaceRows } from './space-rows.ts'

interface Home {
  readonly parent: number
  readonly name: string
}

/** The id of the copy. Sizes of the directories above are the caller's. */
export function copyTree(rows: SpaceRows, row: NodeRow, home: Home, depth: 'tree' | 'itself'): number {
  const copied = copyOne(rows, row, home, depth === 'tree' ? row.size : 0)
  const due = row.content === null && depth === 'tree' ? [{ from: row.id, to: copied }] : []
  // Grows while it is walked: no tree is too deep for it.
  for (const { from, to } of due) {
    for (const child of rows.nodes.childrenOf(from)) {
      const id = copyOne(rows, child, { parent: to, name: child.name }, child.size)
      if (child.content === null) due.push({ from: child.id, to: id })
    }
  }
  return copied
}

function copyOne(rows: SpaceRows, { id, content, mtimeMs, size }: NodeRow, home: Home, directorySize: number): number {
  const copied = rows.add({ ...home, content, mtimeMs, size: content === null ? directorySize : size })
  rows.properties.copy(id, copied)
  return copied
}
