// A node as the database holds it.
import type { ContentId } from '../../model/content.ts'
import type { SpaceNode } from '../space.ts'

export interface NodeRow {
  readonly id: number
  readonly parent: number | null
  readonly name: string
  /** Null: a directory. */
  readonly content: ContentId | null
  readonly size: number
  readonly mtimeMs: number
  readonly counter: number
  /** Seconds since 1970. */
  readonly since: number
  readonly sums: string | null
}

export type NewNode = Omit<NodeRow, 'counter' | 'sums'>

/** A row, and the ids of the directories above it, the root first. */
export interface Found {
  readonly row: NodeRow
  readonly above: readonly number[]
  /** Made when somebody asks for it. */
  node?: SpaceNode
}
