// A pure model of a pair: two trees, agreements, what is dirty, and an executor that trusts no step: a guard that fails is a bug of the plan.
import type { Agreement } from '../../model/agreement.ts'
import type { BlockedWhy, Entry, Stamp, Syncable } from '../../model/entry.ts'
import { assert, assertNever } from '../../model/errors.ts'
import { isWithin, nameOf, type Path, parentOf, rebasePath } from '../../model/path.ts'
import { agreementOf } from '../agree.ts'
import type { BrakeLimits, PlanContext } from '../context.ts'
import type { Plan } from '../plan.ts'
import type { Move, Remove, Step } from '../step.ts'
import { otherSide, type Side, type Triple } from '../triple.ts'
import { AbstractTree, type Flavour, type Node } from './abstract-tree.ts'

export type Arrange = (steps: readonly Step[]) => readonly Step[]

const NO_LIMITS: BrakeLimits = {
  entries: Number.POSITIVE_INFINITY,
  deletedShare: 1,
  overwritten: Number.POSITIVE_INFINITY,
  overwrittenShare: 1,
}

export class AbstractWorld {
  readonly flavour: Flavour
  readonly trees: { readonly local: AbstractTree; readonly remote: AbstractTree }
  readonly agreements = new Map<Path, Agreement>()
  /** Roots of what is blocked, by side. What is ignored is so on both. */
  readonly blocked: { readonly local: Map<Path, BlockedWhy>; readonly remote: Map<Path, BlockedWhy> }

  constructor(
    flavour: Flavour,
    trees = { local: new AbstractTree('local', flavour), remote: new AbstractTree('remote', flavour) },
    blocked = { local: new Map<Path, BlockedWhy>(), remote: new Map<Path, BlockedWhy>() },
  ) {
    this.flavour = flavour
    this.trees = trees
    this.blocked = blocked
  }

  clone(): AbstractWorld {
    const { local, remote } = this.trees
    const blocked = { local: new Map(this.blocked.local), remote: new Map(this.blocked.remote) }
    const copy = new AbstractWorld(this.flavour, { local: local.clone(), remote: remote.clone() }, blocked)
    for (const [path, agreement] of this.agreements) copy.agreements.set(path, agreement)
    return copy
  }

  /** Makes the remote like the local side, and both agree. */
  agreeOnLocal(): void {
    for (const path of sorted(this.trees.local.nodes.keys())) {
      const { id: _, ...node } = this.node('local', path)
      this.trees.remote.put(path, node)
    }
    for (const path of this.trees.local.nodes.keys())
      this.agreements.set(path, agreementOf(path, this.live('local', path), this.live('remote', path)))
  }

  // --- what the planner is shown -------------------------------------------------------------------------------------------

  entry(side: Side, path: Path): Entry | undefined {
    const entry = this.trees[side].entry(path)
    for (const [root, why] of this.blocked[side]) {
      // What could not be looked at may be there or not; what is ignored was seen.
      if (isWithin(path, root) && (entry !== undefined || (why === 'unlisted' && path !== root)))
        return { kind: 'blocked', why }
    }
    return entry
  }

  /** Every path that is not as agreed on either side, as the loop of a pair collects them. */
  dirtyTriples(): Triple[] {
    const { local, remote } = this.trees
    const paths = new Set([...local.nodes.keys(), ...remote.nodes.keys(), ...this.agreements.keys()])
    return sorted(paths)
      .map(path => ({
        path,
        local: this.entry('local', path),
        remote: this.entry('remote', path),
        agreed: this.agreements.get(path),
      }))
      .filter(triple => this.#isDirty(triple))
  }

  #isDirty({ local, remote, agreed }: Triple): boolean {
    if (agreed === undefined) return local !== undefined || remote !== undefined
    if (local === undefined || remote === undefined || local.kind === 'blocked' || remote.kind === 'blocked')
      return true
    if (local.stamp !== agreed.local || remote.kind !== agreed.kind || remote.id !== agreed.remoteId) return true
    if (remote.kind === 'directory') return remote.mode !== agreed.mode
    return remote.stamp !== agreed.remote
  }

  context(moves: PlanContext['moves']): PlanContext {
    const { flavour } = this
    const abilities = { mtimePrecisionNs: 1n, modes: flavour.modes, symlinks: true, setsMtime: 'always' as const }
    const names = { caseSensitive: true, normalizes: false, maxNameBytes: 255 }
    const { moves: can, removesTrees, setsMtime, caseSensitive } = flavour
    return {
      can: {
        local: { ...abilities, moves: 'trees', removesTrees: false, names },
        remote: { ...abilities, moves: can, removesTrees, setsMtime, names: { ...names, caseSensitive } },
      },
      moves,
      agreedKind: path => this.agreements.get(path)?.kind,
      agreedNames: place => [...this.agreements.keys()].filter(path => parentOf(path) === place).map(nameOf),
      rightsIn: () => undefined,
      holdsIgnored: () => false,
      conflictName: path => this.#freeName(path),
      agreed: { entries: this.agreements.size, files: this.agreements.size },
      limits: NO_LIMITS,
    }
  }

  #freeName(path: Path): Path {
    const { local, remote } = this.trees
    for (let number = 1; ; number += 1) {
      const name = `${path}~${number}` as Path
      if (!local.nodes.has(name) && !remote.nodes.has(name) && !this.agreements.has(name)) return name
    }
  }

  // --- what an executor does -----------------------------------------------------------------------------------------------

  /** Does every step, in the order that `arrange` makes of each wave of any order. Throws where a step does not fit the world. */
  applyPlan(plan: Plan, arrange: Arrange = steps => steps): void {
    for (const { order, steps } of plan.waves)
      for (const step of order === 'any' ? arrange(steps) : steps) this.#apply(step)
  }

  #apply(step: Step): void {
    const { path } = step
    switch (step.do) {
      case 'transfer':
        this.#expectStamp(otherSide(step.to), path, step.source.stamp)
        this.#bring(path, step.to, step.expect, step.aside)
        return
      case 'make-symlink':
        this.#expectStamp(otherSide(step.on), path, step.source.stamp)
        this.#bring(path, step.on, step.expect, step.aside)
        return
      case 'compare':
        this.#compare(step)
        return
      case 'make-directory':
        this.#makeDirectory(path, step.on)
        return
      case 'move':
        this.#move(step)
        return
      case 'set-aside':
        this.#expectStamp(step.on, path, step.expect)
        this.trees[step.on].move(path, step.as)
        this.agreements.delete(path)
        return
      case 'remove':
        this.#remove(step)
        return
      case 'set-metadata': {
        const node = this.node(step.on, path)
        if (node.kind === 'file') this.#expectStamp(step.on, path, step.target.stamp)
        this.trees[step.on].put(path, { ...node, mtime: step.mtimeNs ?? node.mtime, mode: step.mode ?? node.mode })
        this.#agree(path)
        return
      }
      case 'agree':
        this.#record(step.agreement)
        return
      case 'forget':
        this.agreements.delete(path)
        return
      case 'follow':
        this.#follow(step.from, path)
        return
      default:
        assertNever(step)
    }
  }

  #bring(path: Path, to: Side, expect: Stamp | 'absent', aside: Path | undefined): void {
    const tree = this.trees[to]
    if (expect === 'absent') assert(!tree.nodes.has(path), `${to}: ${path} is expected to be absent`)
    else this.#expectStamp(to, path, expect)
    if (aside !== undefined) tree.move(path, aside)
    else this.#mayLose(to, path)
    const { id: _, ...node } = this.node(otherSide(to), path)
    assert(tree.nodes.get(path)?.kind !== 'directory', `${to}: the directory ${path} is replaced by bytes`)
    tree.put(path, node)
    this.#agree(path)
  }

  #compare({ path, local, remote, aside }: Extract<Step, { do: 'compare' }>): void {
    this.#expectStamp('local', path, local.stamp)
    this.#expectStamp('remote', path, remote.stamp)
    if (this.node('local', path).content === this.node('remote', path).content) this.#agree(path)
    else this.#bring(path, 'local', local.stamp, aside)
  }

  #makeDirectory(path: Path, on: Side): void {
    const present = this.trees[on].nodes.get(path)
    assert(
      present === undefined || present.kind === 'directory',
      `${on}: a ${present?.kind} is where ${path} is to be made`,
    )
    if (present === undefined) {
      const { id: _, ...node } = this.node(otherSide(on), path)
      this.trees[on].put(path, node)
    }
    this.#agree(path)
  }

  #move({ on, from, path, kind, expect, carried }: Move): void {
    const node = this.node(on, from)
    assert(node.kind === kind, `${on}: ${from} is a ${node.kind}, not a ${kind}`)
    if (carried === undefined) this.#expectStamp(on, from, expect)
    this.trees[on].move(from, path)
    this.#moveBlocked(on, from, path)
    this.#follow(from, path)
  }

  /** What cannot be read cannot be read elsewhere either. */
  #moveBlocked(on: Side, from: Path, to: Path): void {
    for (const [root, why] of [...this.blocked[on]]) {
      if (!isWithin(root, from)) continue
      this.blocked[on].delete(root)
      this.blocked[on].set(rebasePath(root, from, to), why)
    }
  }

  /** As `moveAgreements` of the index: where our side is as agreed under its new name, its new stamp is the agreed one. */
  #follow(from: Path, to: Path): void {
    for (const [path, agreed] of [...this.agreements]) {
      if (!isWithin(path, from)) continue
      this.agreements.delete(path)
      const target = rebasePath(path, from, to)
      const local = this.trees.local.entry(target)
      const stamp = local !== undefined && isAsAgreed(local, agreed) ? { local: local.stamp } : {}
      this.agreements.set(target, { ...agreed, path: target, ...stamp })
    }
  }

  #remove(step: Remove): void {
    const { on, path, kind, expect, tree, below = [] } = step
    const node = this.node(on, path)
    assert(node.kind === kind, `${on}: ${path} is a ${node.kind}, not a ${kind}`)
    if (kind !== 'directory' || (tree !== undefined && this.flavour.directoryStamps === 'recursive'))
      this.#expectStamp(on, path, expect)
    if (tree === undefined) assert(kind !== 'directory' || this.trees[on].isEmpty(path), `${on}: ${path} is not empty`)
    const gone = this.trees[on].within(path)
    for (const one of gone) {
      assert(one === path || below.includes(one), `${on}: ${one} is removed unasked with ${path}`)
      this.#mayLose(on, one)
    }
    this.trees[on].remove(path)
    for (const one of [path, ...below]) this.agreements.delete(one)
  }

  /** Only what both sides agreed on, or what the other side holds, may be lost. */
  #mayLose(side: Side, path: Path): void {
    const node = this.trees[side].nodes.get(path)
    if (node === undefined || node.kind === 'directory') return
    assert(this.entry(side, path)?.kind !== 'blocked', `${side}: ${path} is blocked and would be lost`)
    const agreed = this.agreements.get(path)
    const isAgreed =
      agreed?.kind === node.kind &&
      (agreed.target ?? agreed.content) === (node.kind === 'symlink' ? node.content : `c-${node.content}`)
    const other = this.trees[otherSide(side)].nodes.get(path)
    assert(isAgreed || other?.content === node.content, `${side}: ${path} would be lost`)
  }

  #agree(path: Path): void {
    this.agreements.set(path, agreementOf(path, this.live('local', path), this.live('remote', path)))
  }

  /** An agreement is a claim that both sides hold the same: it is checked. */
  #record(agreement: Agreement): void {
    const { path } = agreement
    const local = this.node('local', path)
    const remote = this.node('remote', path)
    assert(local.kind === remote.kind && local.content === remote.content, `${path} is agreed on, but differs`)
    this.#expectStamp('local', path, agreement.local)
    if (local.kind !== 'directory') this.#expectStamp('remote', path, agreement.remote)
    this.agreements.set(path, agreement)
  }

  #expectStamp(side: Side, path: Path, stamp: Stamp): void {
    const { stamp: found } = this.live(side, path)
    assert(found === stamp, `${side}: ${path} has the stamp ${found}, not ${stamp}`)
  }

  node(side: Side, path: Path): Node {
    const node = this.trees[side].nodes.get(path)
    assert(node !== undefined, `${side}: nothing is at ${path}`)
    return node
  }

  live(side: Side, path: Path): Syncable {
    const entry = this.trees[side].entry(path)
    assert(entry !== undefined, `${side}: nothing is at ${path}`)
    return entry
  }
}

function isAsAgreed(local: Syncable, agreed: Agreement): boolean {
  if (local.kind !== agreed.kind) return false
  if (local.kind === 'symlink') return local.target === agreed.target
  if (agreed.mode !== undefined && local.mode !== agreed.mode) return false
  return local.kind === 'directory' || (local.content === agreed.content && local.mtimeNs === agreed.localMtimeNs)
}

export function sorted(paths: Iterable<Path>): Path[] {
  return [...paths].sort()
}
