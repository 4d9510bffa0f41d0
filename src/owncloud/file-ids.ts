// Ids of nodes as these clients write them: a number, and the same followed by the name of the instance.
import type { NodeId } from '../store/space.ts'

/** `oc:id`: unlike the number, it never means a node of another server. `instance` begins with a letter. */
export function writeOcId(id: NodeId, instance: string): string {
  return String(id).padStart(8, '0') + instance
}

/** The node that either form names; undefined for what is neither, or another server's. */
export function parseOcId(text: string, instance: string): NodeId | undefined {
  const found = /^(\d{1,16})([a-z].*)?$/.exec(text)
  if (found === null || (found[2] !== undefined && found[2] !== instance)) return undefined
  const id = Number(found[1])
  return Number.isSafeInteger(id) && id > 0 ? (id as NodeId) : undefined
}
