// Many glob patterns as one automaton: which of them comes first for a path, in time linear in its length.
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

export interface Automaton {
  /** Index of the first rule that matches the path or a directory above it; `NONE` when there is none. */
  first(path: string, kind: 'directory' | 'other'): number
  /** Index of the first tracked rule that may match something strictly below a directory. */
  firstAlive(directory: string): number
}

export const NONE = Number.MAX_SAFE_INTEGER

/**
 * Patterns come from files that other people sync, so nothing here backtracks: the rules become one nondeterministic
 * automaton, whose sets of states are turned into deterministic ones as paths ask for them, and thrown away when there are many.
 */
export function buildAutomaton(rules: readonly GlobRule[]): Automaton {
  const states = new Builder().build(rules)
  const lazy = new LazyStates(states, rules)
  return {
    first: (path, kind) => first(lazy, path, kind),
    firstAlive: directory => aliveBelow(lazy, directory),
  }
}

function first(lazy: LazyStates, path: string, kind: 'directory' | 'other'): number {
  let state = lazy.start()
  let best = NONE
  for (let i = 0; i < path.length; i += 1) {
    const code = codeAt(path, i)
    if (code > 0xffff) i += 1
    if (code === SLASH && state.above < best) best = state.above
    state = lazy.after(state, code)
  }
  const last = kind === 'directory' ? state.directory : state.anything
  return last < best ? last : best
}

function aliveBelow(lazy: LazyStates, directory: string): number {
  let state = lazy.start()
  for (const char of directory) state = lazy.after(state, char.codePointAt(0) ?? 0)
  return directory === '' ? state.alive : lazy.after(state, SLASH).alive
}

const SLASH = 0x2f

function codeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit <= 0xdbff ? (text.codePointAt(at) ?? unit) : unit
}

/** Takes a character and goes on, goes on without one, or says that a rule matches what was taken so far. */
type State =
  | { readonly kind: 'take'; readonly takes: Taker; readonly rule: number; next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'match'; readonly rule: number }

/** `folded` is the lower-case form of `code`. */
type Taker = (code: number, folded: number) => boolean

const takesAll: Taker = () => true
const takesInName: Taker = code => code !== SLASH
const takesSlash: Taker = code => code === SLASH

/** Builds from the end to the beginning: every piece is told the state that follows it. */
class Builder {
  readonly #states: State[] = []

  /** The start is state 0. */
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

/** A set of states, and what it says: the first rule that matches here, by what the path so far is. */
interface StateSet {
  readonly takes: readonly number[]
  /** The path so far is a file or link. */
  readonly anything: number
  /** It is a directory. */
  readonly directory: number
  /** It is a directory above the path that is asked for. */
  readonly above: number
  /** The first tracked rule that may still match. */
  readonly alive: number
  readonly ascii: (StateSet | undefined)[]
  readonly others: Map<number, StateSet>
}

const MAX_SETS = 4096
const MAX_OTHERS = 50_000

class LazyStates {
  readonly #states: readonly State[]
  readonly #rules: readonly GlobRule[]
  readonly #sets = new Map<string, StateSet>()
  /** When each state was last reached, by number of closures made so far. */
  readonly #reached: Uint32Array
  #closures = 0
  #others = 0
  #start: StateSet | undefined

  constructor(states: readonly State[], rules: readonly GlobRule[]) {
    this.#states = states
    this.#rules = rules
    this.#reached = new Uint32Array(states.length)
  }

  start(): StateSet {
    this.#start ??= this.#setOf([0])
    return this.#start
  }

  after(set: StateSet, code: number): StateSet {
    const known = code < 128 ? set.ascii[code] : set.others.get(code)
    return known ?? this.#learn(set, code)
  }

  #learn(set: StateSet, code: number): StateSet {
    const next = this.#setOf(this.#stepsFrom(set, code))
    if (code < 128) set.ascii[code] = next
    else {
      set.others.set(code, next)
      this.#others += 1
    }
    return next
  }

  #stepsFrom(set: StateSet, code: number): number[] {
    const folded = foldCode(code)
    const next: number[] = []
    for (const id of set.takes) {
      const state = this.#states[id]
      if (state?.kind === 'take' && state.takes(code, folded)) next.push(state.next)
    }
    return next
  }

  #setOf(entries: readonly number[]): StateSet {
    const reached = this.#closure(entries)
    const key = reached.join()
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    this.#forgetWhenFull()
    const made = this.#describe(reached)
    this.#sets.set(key, made)
    return made
  }

  /** All states that are reached without taking a character, forks left out, in order. */
  #closure(entries: readonly number[]): number[] {
    this.#closures += 1
    const open = [...entries]
    const reached: number[] = []
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.#reached[id] === this.#closures) continue
      this.#reached[id] = this.#closures
      const state = this.#states[id]
      if (state?.kind === 'fork') open.push(...state.next)
      else reached.push(id)
    }
    return reached.sort((a, b) => a - b)
  }

  /** A path in the middle of its way keeps the set it holds: only the ways to it are forgotten. */
  #forgetWhenFull(): void {
    if (this.#sets.size < MAX_SETS && this.#others < MAX_OTHERS) return
    this.#sets.clear()
    this.#others = 0
    this.#start = undefined
  }

  #describe(reached: readonly number[]): StateSet {
    const found = { anything: NONE, directory: NONE, above: NONE, alive: NONE }
    const takes: number[] = []
    for (const id of reached) {
      const state = this.#states[id]
      if (state?.kind === 'match') this.#noteMatch(found, state.rule)
      if (state?.kind !== 'take') continue
      takes.push(id)
      if (this.#rules[state.rule]?.tracked) found.alive = Math.min(found.alive, state.rule)
    }
    return { takes, ...found, ascii: [], others: new Map() }
  }

  #noteMatch(found: { anything: number; directory: number; above: number }, index: number): void {
    const reach = this.#rules[index]?.reach
    found.above = Math.min(found.above, index)
    if (reach !== 'contents') found.directory = Math.min(found.directory, index)
    if (reach === 'anything') found.anything = Math.min(found.anything, index)
  }
}
