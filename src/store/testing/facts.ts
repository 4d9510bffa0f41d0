// What a suite of facts is made of.
import type { Space } from '../space.ts'
import type { SpaceBench } from './space-bench.ts'

/** What only some spaces have. */
export type SpaceNeed =
  | 'case-sensitive names'
  /** Who asks may empty all of it. */
  | 'emptying the trash'
  /** What comes back from the trash has the ids it had. */
  | 'ids through the trash'
  | 'reopening'
  | 'versions'

export interface OpenedSpace {
  readonly space: Space
  /** Closes the space and opens what it shows anew. */
  readonly reopen: () => Promise<Space>
}

export type Check = (at: SpaceBench, opened: OpenedSpace) => Promise<void>

export interface Fact {
  readonly need?: SpaceNeed
  readonly check: Check
}

export const fact = (check: Check): Fact => ({ check })
export const needs = (need: SpaceNeed, check: Check): Fact => ({ need, check })
