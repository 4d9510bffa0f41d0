// What a suite of facts about replicas is made of, and what a fact may need.
import { assertNever } from '../../model/errors.ts'
import type { Bench, Opened } from './replica-bench.ts'

export const NEEDS = [
  'an atomic guard',
  'case-sensitive names',
  'foreign changes',
  'ids',
  'many at once',
  'modes',
  'moves',
  'moves of trees',
  'recursive stamps',
  'removal of trees',
  'reopening',
  'symlinks',
  'times',
] as const

/** What only some places have. */
export type Need = (typeof NEEDS)[number]

export type Check = (at: Bench, opened: Opened) => Promise<void>

export interface Fact {
  readonly need?: Need
  readonly check: Check
}

export const fact = (check: Check): Fact => ({ check })
export const needs = (need: Need, check: Check): Fact => ({ need, check })

export function isMet(need: Need, { replica, foreign, reopen }: Opened): boolean {
  const { can } = replica
  switch (need) {
    case 'an atomic guard':
      return can.guard === 'atomic'
    case 'case-sensitive names':
      return can.names.caseSensitive
    case 'foreign changes':
      return foreign !== undefined
    case 'ids':
      return can.ids
    case 'many at once':
      return replica.commitMany !== undefined
    case 'modes':
      return can.modes
    case 'moves':
      return can.moves !== 'none'
    case 'moves of trees':
      return can.moves === 'trees'
    case 'recursive stamps':
      return can.directoryStamps === 'recursive'
    case 'removal of trees':
      return can.removesTrees
    case 'reopening':
      return reopen !== undefined
    case 'symlinks':
      return can.symlinks
    case 'times':
      return can.setsMtime !== 'never'
    default:
      return assertNever(need)
  }
}
