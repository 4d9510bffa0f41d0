// The directories of a folder as they are watched: a tree of what was opened, and of what could not be.
import type { Place } from '../model/path.ts'

/** A directory that is, or should be, watched. */
export interface Node {
  readonly place: Place
  readonly children: Map<string, Node>
  close: (() => void) | undefined
}

export function closeAll(top: Node): void {
  const open = [top]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    node.close?.()
    node.close = undefined
    open.push(...node.children.values())
    node.children.clear()
  }
}

export function countNodes(top: Node): number {
  let count = 0
  for (const _ of nodesIn(top)) count += 1
  return count
}

/** Found one by one, a directory before what is in it: what comes to be watched meanwhile is left out. */
export function* unwatchedIn(top: Node): Iterable<Node> {
  for (const node of nodesIn(top)) if (node.close === undefined) yield node
}

function* nodesIn(top: Node): Iterable<Node> {
  const open = [top]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    open.push(...node.children.values())
  }
}
