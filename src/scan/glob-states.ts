// Glob patterns as the states of one nondeterministic automaton.
import type { CharRange, Glob, GlobNode } from './glob.ts'

/** What of a path a pattern has to match: the path itself or a directory above it, only directories, or only directories above it. */
export type Reach = 'anything' | 'directories' | 'contents'

export interface GlobRule {
  readonly glob: Glob
  /** Matched from the root only, or from any directory. */
  readonly from: 'root' | 'anywhere'
  readonly reach: Reach
  readonly letters: 'exact' | 'folded'
  /** Whether `firstAlive` should know of it. */
  readonly tracked: boolean
}

/** Stands for no rule; after all of them. */
export const NONE = Number.MAX_SAFE_INTEGER

/** Takes a character and goes on, goes on without one, or says that a rule matches what was taken so far. */
export type State =
  | { readonly kind: 'take'; readonly takes: Taker; readonly rule: number; next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'match'; readonly rule: number }

/** `folded` is the lower-case form of `code`. */
type Taker = (code: number, folded: number) => boolean

export const SLASH = 0x2f

const takesAll: Taker = () => true
const takesInName: Taker = code => code !== SLASH
const takesSlash: Taker = code => code === SLASH

/** The states of all rules; the start is state 0. */
export function buildStates(rules: readonly GlobRule[]): readonly State[] {
  return new Builder().build(rules)
}

/** Builds from the end to the beginning: every piece is told the state that follows it. */
class Builder {
  readonly #states: State[] = []

  build(rules: readonly GlobRule[]): readonly State[] {
    const start: number[] = []
    const anywhere: number[] = []
    this.#add({ kind: 'fork', next: start })
    const inAny = this.#add({ kind: 'fork', next: anywhere })
    rules.forEach((rule, index) => {
      const entry = this.#sequence(rule.glob, this.#add({ kind: 'match', rule: index }), rule, index)
      if (rule.from === 'root') start.push(entry)
      else anywhere.push(entry)
    })
    if (anywhere.length > 0) start.push(inAny, this.#anyDirectory(inAny, firstTracked(rules)))
    return this.#states
  }

  /** Any directories, shared by all rules that match from anywhere. */
  #anyDirectory(inAny: number, rule: number): number {
    const slash = this.#add({ kind: 'take', takes: takesSlash, rule, next: inAny })
    return this.#loop(takesAll, rule, slash)
  }

  #sequence(glob: Glob, next: number, rule: GlobRule, index: number): number {
    return glob.reduceRight((after, node) => this.#node(node, after, rule, index), next)
  }

  #node(node: GlobNode, next: number, rule: GlobRule, index: number): number {
    if (node.kind === 'run') return this.#loop(takesInName, index, next)
    if (node.kind === 'run-across') return this.#loop(takesAll, index, next)
    if (node.kind !== 'either') return this.#add({ kind: 'take', takes: takerOf(node, rule), rule: index, next })
    const branches = node.branches.map(branch => this.#sequence(branch, next, rule, index))
    return this.#add({ kind: 'fork', next: branches })
  }

  #loop(takes: Taker, rule: number, next: number): number {
    const take: State = { kind: 'take', takes, rule, next: 0 }
    const again = this.#add({ kind: 'fork', next: [this.#add(take), next] })
    take.next = again
    return again
  }

  #add(state: State): number {
    return this.#states.push(state) - 1
  }
}

function firstTracked(rules: readonly GlobRule[]): number {
  const index = rules.findIndex(rule => rule.tracked && rule.from === 'anywhere')
  return index < 0 ? NONE : index
}

function takerOf(node: Extract<GlobNode, { kind: 'char' | 'any' | 'class' }>, rule: GlobRule): Taker {
  if (node.kind === 'any') return takesInName
  if (node.kind === 'char') return takerOfChar(node.code, rule.letters)
  const { negated, slash } = node
  const holds = holderOf(rule.letters === 'folded' ? node.ranges.map(foldRange) : node.ranges)
  const matches: Taker =
    rule.letters === 'folded' ? (_, folded) => holds(folded) !== negated : code => holds(code) !== negated
  return slash === 'never' ? (code, folded) => code !== SLASH && matches(code, folded) : matches
}

function takerOfChar(code: number, letters: GlobRule['letters']): Taker {
  if (letters === 'exact') return taken => taken === code
  const wanted = foldCode(code)
  return (_, folded) => folded === wanted
}

function holderOf(ranges: readonly CharRange[]): (code: number) => boolean {
  return code => ranges.some(([from, to]) => code >= from && code <= to)
}

function foldRange([from, to]: CharRange): CharRange {
  const range = [foldCode(from), foldCode(to)] as const
  // `[Z-a]` has no lower-case form that is a range: then it holds what it says.
  return range[0] <= range[1] ? range : [from, to]
}

/** The lower-case form of a code point, where that is one code point. Apart from its neighbours, so that 'Σ' is always the same. */
export function foldCode(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 32 : code
  const lower = String.fromCodePoint(code).toLowerCase()
  const folded = lower.codePointAt(0) ?? code
  return lower.length === (folded > 0xffff ? 2 : 1) ? folded : code
}
