// What paths make of each other: parents must be there for what lives below them, and what is held back holds what depends on it.
import { clashKey, faultOfNameFor } from '../model/names.ts'
import { ancestorsOf, comparePaths, nameOf, type Path, parentOf } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { type Decision, receiverOf } from './decide.ts'
import { isHold } from './explain.ts'
import type { Rule } from './policy.ts'
import type { Side, Triple } from './triple.ts'

/** Repairs decisions that contradict each other. Returns them in path order, parents before children. */
export function repairShape(decisions: ReadonlyMap<Path, Decision>, context: PlanContext): Decision[] {
  const ordered = [...decisions.values()].sort((a, b) => comparePaths(a.triple.path, b.triple.path))
  const named = holdNames(ordered, context)
  return keepParents(holdBelow(named))
}

// --- names -----------------------------------------------------------------------------------------------------------------

/** Holds back what the receiving side cannot name. */
function holdNames(decisions: readonly Decision[], context: PlanContext): Decision[] {
  const taken = new Map<string, Map<string, string>>()
  return decisions.map(decision => {
    const to = receiverOf(decision.rule)
    const { path } = decision.triple
    if (to === undefined || (to === 'local' ? decision.triple.local : decision.triple.remote) !== undefined)
      return decision
    const rules = context.can[to].names
    const fault = faultOfNameFor(rules, nameOf(path))
    if (fault !== undefined) return { ...decision, rule: 'hold-name', detail: fault }
    if (rules.caseSensitive && !rules.normalizes) return decision
    const twin = claimName(path, to, taken, decisions, context)
    return twin === undefined ? decision : { ...decision, rule: 'hold-clash', detail: `it clashes with '${twin}'` }
  })
}

/** Claims the path's name in its place; the name that has it already, if one has. */
function claimName(
  path: Path,
  to: Side,
  taken: Map<string, Map<string, string>>,
  decisions: readonly Decision[],
  context: PlanContext,
): string | undefined {
  const place = parentOf(path)
  const rules = context.can[to].names
  const key = `${to}:${place}`
  let names = taken.get(key)
  if (names === undefined) {
    const leaving = new Set(decisions.filter(decision => isLeaving(decision, to)).map(decision => decision.triple.path))
    const there = context
      .agreedNames(place)
      .filter(name => !leaving.has((place === '' ? name : `${place}/${name}`) as Path))
    const shown = decisions
      .filter(({ triple }) => parentOf(triple.path) === place && isPresent(triple, to))
      .map(({ triple }) => nameOf(triple.path))
    names = new Map([...there, ...shown].map(name => [clashKey(rules, name), name]))
    taken.set(key, names)
  }
  const name = nameOf(path)
  const twin = names.get(clashKey(rules, name))
  if (twin === undefined) names.set(clashKey(rules, name), name)
  return twin === name ? undefined : twin
}

function isLeaving({ rule }: Decision, side: Side): boolean {
  return rule === 'both-deleted' || rule === (side === 'remote' ? 'push-deleted' : 'pull-deleted')
}

function isPresent(triple: Triple, side: Side): boolean {
  return (side === 'local' ? triple.local : triple.remote) !== undefined
}

// --- held back -------------------------------------------------------------------------------------------------------------

/** A new entry below a directory that is held back for the same side has to wait with it. */
function holdBelow(decisions: readonly Decision[]): Decision[] {
  const held = new Map<Path, Decision>()
  return decisions.map(decision => {
    const above = findAbove(decision.triple.path, held)
    const isNew = receiverOf(decision.rule) !== undefined
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

/** What is to happen below a directory, on which side. */
interface Life {
  /** Something will be created below, on these sides. */
  readonly arrives: Set<Side>
  /** Something stays below that nobody may remove. */
  held: boolean
}

/** Keeps directories that something lives in, and turns files out of the way of directories that something lives in. */
function keepParents(decisions: readonly Decision[]): Decision[] {
  const lives = livesBelow(decisions)
  return decisions.map(decision => {
    const life = lives.get(decision.triple.path)
    return life === undefined ? decision : keepParent(decision, life)
  })
}

function livesBelow(decisions: readonly Decision[]): Map<Path, Life> {
  const lives = new Map<Path, Life>()
  for (const { triple, rule } of decisions) {
    const to = receiverOf(rule)
    const staysBehind = isHold(rule) && triple.agreed !== undefined
    const stays = to === undefined && (isHold(rule) ? staysBehind || isSomewhere(triple) : leavesBoth(rule))
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

function isSomewhere({ local, remote }: Triple): boolean {
  return (local !== undefined && local.kind !== 'blocked') || (remote !== undefined && remote.kind !== 'blocked')
}

/** Rules after which the path is there on both sides. */
function leavesBoth(rule: Rule): boolean {
  return (
    rule === 'conflict' ||
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
