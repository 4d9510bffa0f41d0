// What paths make of each other: parents must be there for what lives below them, and what is held back holds what depends on it.
import { clashKey, faultOfNameFor } from '../model/names.ts'
import { ancestorsOf, comparePaths, nameOf, type Path, type Place, parentOf } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { type Decision, receiverOf } from './decide.ts'
import { isHold } from './explain.ts'
import type { Rule } from './policy.ts'
import { entryOn, otherSide, type Side, type Triple } from './triple.ts'

/** Repairs decisions that contradict each other. Returns them in path order, parents before children. */
export function repairShape(decisions: ReadonlyMap<Path, Decision>, context: PlanContext): Decision[] {
  const ordered = [...decisions.values()].sort((a, b) => comparePaths(a.triple.path, b.triple.path))
  const claims = new NameClaims(ordered, context)
  const kept = keepParents(holdBelow(holdNames(ordered, claims, context)), context)
  const possible = kept.map(decision => holdRemade(decision, claims, context))
  // What was to arrive in a directory that cannot be made again has to wait with it.
  return possible.some((decision, index) => decision !== kept[index]) ? holdBelow(possible) : possible
}

/** Holds a directory back that is to be made again because something lives in it, where the side cannot take it. */
function holdRemade(decision: Decision, claims: NameClaims, context: PlanContext): Decision {
  const { rule, triple } = decision
  if (rule !== 'keep-nonempty') return decision
  const on: Side = triple.local === undefined ? 'local' : 'remote'
  const twin = claims.claim(triple.path, on)
  if (twin !== undefined) return { ...decision, rule: 'hold-clash', detail: clashWith(twin) }
  const rights = on === 'local' ? undefined : context.rightsIn(parentOf(triple.path))
  return rights?.addDirectories === false ? { ...decision, rule: 'hold-not-permitted' } : decision
}

function clashWith(twin: string): string {
  return `it clashes with '${twin}'`
}

// --- names -----------------------------------------------------------------------------------------------------------------

/** Holds back what the receiving side cannot name. */
function holdNames(decisions: readonly Decision[], claims: NameClaims, context: PlanContext): Decision[] {
  return decisions.map(decision => {
    const to = receiverOf(decision.rule)
    const { path } = decision.triple
    if (to === undefined || entryOn(decision.triple, to) !== undefined) return decision
    const rules = context.can[to].names
    const fault = faultOfNameFor(rules, nameOf(path))
    if (fault !== undefined) return { ...decision, rule: 'hold-name', detail: fault }
    const twin = claims.claim(path, to)
    return twin === undefined ? decision : { ...decision, rule: 'hold-clash', detail: clashWith(twin) }
  })
}

/** Who has which name in a place, on sides that take several names for one. Built for a place when it is first asked for. */
class NameClaims {
  readonly #decisions: readonly Decision[]
  readonly #context: PlanContext
  readonly #taken = new Map<string, Map<string, Set<string>>>()
  #byPlace: Map<Place, Decision[]> | undefined

  constructor(decisions: readonly Decision[], context: PlanContext) {
    this.#decisions = decisions
    this.#context = context
  }

  /** Claims the path's name in its place; the name that has it already, if one has. */
  claim(path: Path, to: Side): string | undefined {
    const { caseSensitive, normalizes } = this.#context.can[to].names
    if (caseSensitive && !normalizes) return undefined
    const names = this.#namesIn(parentOf(path), to)
    const name = nameOf(path)
    const key = clashKey(this.#context.can[to].names, name)
    const same = names.get(key) ?? new Set()
    for (const twin of same) if (twin !== name) return twin
    names.set(key, same.add(name))
    return undefined
  }

  /** What is there now. A name that is about to become free is free for the next plan: until then its removal may still fail. */
  #namesIn(place: Place, to: Side): Map<string, Set<string>> {
    const key = `${to}:${place}`
    const known = this.#taken.get(key)
    if (known !== undefined) return known
    const rules = this.#context.can[to].names
    const decided = this.#decisionsIn(place)
    const dirty = new Set(decided.map(({ triple }) => nameOf(triple.path)))
    const clean = this.#context.agreedNames(place).filter(name => !dirty.has(name))
    const shown = decided.filter(decision => staysOrReturns(decision, to)).map(({ triple }) => nameOf(triple.path))
    const names = new Map<string, Set<string>>()
    for (const name of [...clean, ...shown]) {
      const nameKey = clashKey(rules, name)
      names.set(nameKey, (names.get(nameKey) ?? new Set()).add(name))
    }
    this.#taken.set(key, names)
    return names
  }

  #decisionsIn(place: Place): readonly Decision[] {
    this.#byPlace ??= groupByPlace(this.#decisions)
    return this.#byPlace.get(place) ?? []
  }
}

function groupByPlace(decisions: readonly Decision[]): Map<Place, Decision[]> {
  const groups = new Map<Place, Decision[]>()
  for (const decision of decisions) {
    const place = parentOf(decision.triple.path)
    const group = groups.get(place)
    if (group === undefined) groups.set(place, [decision])
    else group.push(decision)
  }
  return groups
}

/** Whether the path is there on `side`, or may be made again there because something lives in it. */
function staysOrReturns({ triple }: Decision, side: Side): boolean {
  if (entryOn(triple, side) !== undefined) return true
  return triple.agreed !== undefined && entryOn(triple, otherSide(side))?.kind === 'directory'
}

// --- held back -------------------------------------------------------------------------------------------------------------

/** A new entry below a directory that is held back for the same side has to wait with it. */
function holdBelow(decisions: readonly Decision[]): Decision[] {
  const held = new Map<Path, Decision>()
  return decisions.map(decision => {
    const above = findAbove(decision.triple.path, held)
    const isNew = receiverOf(decision.rule) !== undefined || decision.rule === 'keep-nonempty'
    if (above !== undefined && isNew)
      return remember(held, { ...decision, rule: above.rule, detail: `because of '${above.triple.path}'` })
    return isHold(decision.rule) && !isBothThere(decision.triple) ? remember(held, decision) : decision
  })
}

function remember(held: Map<Path, Decision>, decision: Decision): Decision {
  held.set(decision.triple.path, decision)
  return decision
}

function findAbove(path: Path, held: ReadonlyMap<Path, Decision>): Decision | undefined {
  for (const place of ancestorsOf(path)) {
    const decision = held.get(place)
    if (decision !== undefined) return decision
  }
  return undefined
}

function isBothThere({ local, remote }: Triple): boolean {
  return local?.kind === 'directory' && remote?.kind === 'directory'
}

// --- parents ---------------------------------------------------------------------------------------------------------------

const SIDES: readonly Side[] = ['local', 'remote']

/** What is to happen below a directory, on which side. */
interface Life {
  /** Something will be created below, on these sides. */
  readonly arrives: Set<Side>
  /** Something stays below that nobody may remove. */
  held: boolean
}

/** Keeps directories that something lives in, and turns files out of the way of directories that something lives in. */
function keepParents(decisions: readonly Decision[], context: PlanContext): Decision[] {
  const lives = livesBelow(decisions)
  return decisions.map(decision => {
    const life = withIgnored(lives.get(decision.triple.path), decision, context)
    return life === undefined ? decision : keepParent(decision, life)
  })
}

/** What is ignored is in no triple; but where it is known to be there, it stays. */
function withIgnored(life: Life | undefined, { triple }: Decision, context: PlanContext): Life | undefined {
  const holds = SIDES.some(
    side => entryOn(triple, side)?.kind === 'directory' && context.holdsIgnored(triple.path, side),
  )
  if (!holds) return life
  return { arrives: life?.arrives ?? new Set(), held: true }
}

function livesBelow(decisions: readonly Decision[]): Map<Path, Life> {
  const lives = new Map<Path, Life>()
  for (const { triple, rule } of decisions) {
    const to = receiverOf(rule)
    const stays = to === undefined && (isHold(rule) ? isSomewhere(triple) : leavesBoth(rule))
    if (to === undefined && !stays) continue
    for (const place of ancestorsOf(triple.path)) {
      const life = lives.get(place) ?? { arrives: new Set<Side>(), held: false }
      lives.set(place, life)
      if (to === undefined) life.held = true
      else life.arrives.add(to)
    }
  }
  return lives
}

/** What is blocked is there as well, although nobody may touch it. */
function isSomewhere({ local, remote }: Triple): boolean {
  return local !== undefined || remote !== undefined
}

/** Rules after which the path is there on both sides. */
function leavesBoth(rule: Rule): boolean {
  return (
    rule === 'conflict' ||
    rule === 'conflict-won' ||
    rule === 'compare-first' ||
    rule === 'same-content' ||
    rule === 'directory-beats-file' ||
    rule === 'set-aside-not-permitted'
  )
}

function keepParent(decision: Decision, life: Life): Decision {
  const { local, remote } = decision.triple
  switch (decision.rule) {
    case 'pull-deleted':
      return local?.kind === 'directory' ? { ...decision, rule: keepOrHold(life, 'remote') } : decision
    case 'push-deleted':
      return remote?.kind === 'directory' ? { ...decision, rule: keepOrHold(life, 'local') } : decision
    // It became something else than a directory on one side, but on the other something new lives in it.
    case 'pull-edited':
      return local?.kind === 'directory' && remote?.kind !== 'directory' && isAlive(life, 'remote')
        ? { ...decision, rule: 'directory-beats-file' }
        : decision
    case 'push-edited':
      return remote?.kind === 'directory' && local?.kind !== 'directory' && isAlive(life, 'local')
        ? { ...decision, rule: 'directory-beats-file' }
        : decision
    default:
      return decision
  }
}

/** Where something is to arrive the directory is made again; where something only stays, the other side need not have it back. */
function keepOrHold(life: Life, missingOn: Side): Rule {
  return life.arrives.has(missingOn) ? 'keep-nonempty' : 'hold-nonempty'
}

function isAlive(life: Life, side: Side): boolean {
  return life.held || life.arrives.has(side)
}
