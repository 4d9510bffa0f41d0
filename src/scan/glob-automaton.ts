// Many glob patterns as one automaton: which of them comes first for a path, in time linear in its length.
import { buildStates, foldCode, type GlobRule, NONE, SLASH, type State } from './glob-states.ts'

export interface Automaton {
  /** Index of the first rule that matches the path or a directory above it; `NONE` when there is none. */
  first(path: string, kind: 'directory' | 'other'): number
  /** Index of the first tracked rule that may match something strictly below a directory. */
  firstAlive(directory: string): number
}

/**
 * Patterns come from files that other people sync, so nothing here backtracks: the rules become one nondeterministic
 * automaton, whose sets of states are turned into deterministic ones as paths ask for them, and thrown away when there are many.
 */
export function buildAutomaton(rules: readonly GlobRule[]): Automaton {
  const states = buildStates(rules)
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

function codeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit <= 0xdbff ? (text.codePointAt(at) ?? unit) : unit
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
