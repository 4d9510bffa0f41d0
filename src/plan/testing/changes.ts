// What people do to a tree between two runs, drawn by fast-check and carried out on the abstract world.
import fc from 'fast-check'
import { isWithin, nameOf, type Path, type Place, parentOf, pathIn } from '../../model/path.ts'
import type { Side } from '../triple.ts'
import type { AbstractTree, Flavour } from './abstract-tree.ts'
import { AbstractWorld, sorted } from './abstract-world.ts'

const ACTS = [
  'create',
  'create',
  'edit',
  'edit',
  'touch',
  'chmod',
  'delete',
  'delete',
  'mkdir',
  'link',
  'move',
  'move',
  'move',
  'swap',
  'rotate',
  'replace-by-file',
  'replace-by-directory',
  'replace-by-other',
  'change-case',
  'wrap',
] as const

export interface Change {
  readonly side: Side | 'both'
  readonly act: (typeof ACTS)[number]
  /** Choose among what is there: the entry, the directory it goes to, the name, another entry. */
  readonly entry: number
  readonly place: number
  readonly name: string
  readonly other: number
}

const number = fc.nat(30)
const name = fc.constantFrom('a', 'b', 'c', 'D', 'E', 'F')

export function changes(sides: readonly Change['side'][], maxLength: number): fc.Arbitrary<Change[]> {
  const side = fc.constantFrom(...sides)
  const act = fc.constantFrom(...ACTS)
  return fc.array(fc.record({ side, act, entry: number, place: number, name, other: number }), { maxLength })
}

/** How the common tree comes about: creations only. */
export const beginnings: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    side: fc.constant('local' as const),
    act: fc.constantFrom('create' as const, 'mkdir' as const, 'create' as const, 'link' as const),
    entry: number,
    place: number,
    name,
    other: number,
  }),
  { minLength: 1, maxLength: 9 },
)

export const flavours: fc.Arbitrary<Flavour> = fc.record({
  ids: fc.constantFrom('ids', 'none'),
  sums: fc.constantFrom('sums', 'none'),
  directoryStamps: fc.constantFrom('recursive', 'constant'),
  modes: fc.boolean(),
  moves: fc.constantFrom('trees', 'trees', 'files', 'none'),
  removesTrees: fc.boolean(),
  caseSensitive: fc.boolean(),
  setsMtime: fc.constantFrom('always', 'with-content', 'never'),
})

/** A world in which both sides agree on a tree. */
export function agreedWorld(flavour: Flavour, beginning: readonly Change[]): AbstractWorld {
  const world = new AbstractWorld(flavour)
  // What both sides agreed on has names that both can hold.
  const draft = new AbstractWorld(flavour)
  change(draft, beginning, 'created')
  for (const path of sorted(draft.trees.local.nodes.keys())) {
    const twin = [...world.trees.local.nodes.keys()].some(
      other => other.toLowerCase() === path.toLowerCase() && other !== path,
    )
    const { id: _, ...node } = draft.node('local', path)
    const place = parentOf(path)
    if ((flavour.caseSensitive || !twin) && world.trees.local.hasPlace(place)) world.trees.local.put(path, node)
  }
  world.agreeOnLocal()
  return world
}

/** Carries the changes out; what is not possible is left out. `label` keeps contents of different calls apart. */
export function change(world: AbstractWorld, list: readonly Change[], label = 'changed'): void {
  for (const [index, item] of list.entries()) {
    const sides: Side[] = item.side === 'both' ? ['local', 'remote'] : [item.side]
    for (const side of sides) act(new Hand(world, side), item, `${label}${index}`)
  }
}

/** One side's user, who can do only what is possible and does not touch what is blocked. */
class Hand {
  readonly tree: AbstractTree
  readonly paths: Path[]
  readonly places: Place[]
  readonly #world: AbstractWorld
  readonly #side: Side

  constructor(world: AbstractWorld, side: Side) {
    this.#world = world
    this.#side = side
    this.tree = world.trees[side]
    const mine = sorted(this.tree.nodes.keys()).filter(path => world.entry(side, path)?.kind !== 'blocked')
    this.paths = mine
    this.places = ['', ...mine.filter(path => this.tree.nodes.get(path)?.kind === 'directory')]
  }

  isFree(path: Path): boolean {
    return this.tree.twinOf(path) === undefined && !this.#isBlocked(path)
  }

  #isBlocked(path: Path): boolean {
    return [...this.#world.blocked[this.#side].keys()].some(root => isWithin(path, root))
  }

  holdsBlocked(path: Path): boolean {
    return [...this.#world.blocked[this.#side].keys()].some(root => isWithin(root, path))
  }
}

function act(hand: Hand, { act: what, entry, place, name, other }: Change, content: string): void {
  const { tree, paths, places } = hand
  const target = pathIn(at(places, place), name)
  const path = paths.length === 0 ? undefined : at(paths, entry)
  switch (what) {
    case 'create':
      if (hand.isFree(target)) tree.put(target, { kind: 'file', content, mtime: BigInt(entry + 100) })
      return
    case 'mkdir':
      if (hand.isFree(target)) tree.put(target, { kind: 'directory' })
      return
    case 'link':
      if (hand.isFree(target)) tree.put(target, { kind: 'symlink', content })
      return
    default:
      if (path !== undefined) actOn(hand, path, { what, target, content, other: at(paths, other), name })
  }
}

interface What {
  readonly what: Change['act']
  readonly target: Path
  readonly content: string
  readonly other: Path
  readonly name: string
}

function actOn(hand: Hand, path: Path, { what, target, content, other, name }: What): void {
  const { tree } = hand
  const node = tree.nodes.get(path)
  if (node === undefined) return
  const moves = what === 'move' || what === 'change-case' || what === 'swap' || what === 'rotate' || what === 'wrap'
  if (moves && (hand.holdsBlocked(path) || hand.holdsBlocked(other))) return
  switch (what) {
    case 'edit':
      if (node.kind !== 'directory') tree.put(path, { ...node, content, mtime: node.mtime + 1n })
      return
    case 'touch':
      if (node.kind === 'file') tree.put(path, { ...node, mtime: node.mtime + 7n })
      return
    case 'chmod':
      if (node.kind !== 'symlink') tree.put(path, { ...node, mode: node.mode + 1 })
      return
    case 'delete':
      if (!hand.holdsBlocked(path)) tree.remove(path)
      return
    case 'move':
      move(hand, path, target)
      return
    case 'change-case':
      move(hand, path, pathIn(parentOf(path), flip(nameOf(path))))
      return
    case 'swap':
      swap(hand, path, other)
      return
    case 'rotate':
      swap(hand, path, other)
      swap(hand, other, at(hand.paths, content.length + name.charCodeAt(0)))
      return
    case 'wrap':
      wrap(hand, path, name)
      return
    default:
      replace(hand, path, what, content)
      return
  }
}

function move(hand: Hand, from: Path, to: Path): void {
  const { tree } = hand
  if (isWithin(to, from) || !tree.hasPlace(parentOf(to))) return
  const isCaseChange = from !== to && parentOf(from) === parentOf(to) && from.toLowerCase() === to.toLowerCase()
  if (hand.isFree(to) || (isCaseChange && !tree.nodes.has(to))) tree.move(from, to)
}

function swap(hand: Hand, a: Path, b: Path): void {
  const { tree } = hand
  if (
    isWithin(a, b) ||
    isWithin(b, a) ||
    hand.holdsBlocked(a) ||
    hand.holdsBlocked(b) ||
    !tree.nodes.has(a) ||
    !tree.nodes.has(b)
  )
    return
  const between = 'between' as Path
  tree.move(a, between)
  tree.move(b, a)
  tree.move(between, b)
}

/** Puts an entry into a new directory of its own name, and inverts it with the one below when it can. */
function wrap(hand: Hand, path: Path, name: string): void {
  const { tree } = hand
  const between = pathIn(parentOf(path), 'between')
  tree.move(path, between)
  tree.put(path, { kind: 'directory' })
  tree.move(between, pathIn(path, name))
}

function replace(hand: Hand, path: Path, what: Change['act'], content: string): void {
  if (hand.holdsBlocked(path)) return
  const { tree } = hand
  tree.remove(path)
  if (what === 'replace-by-directory') {
    tree.put(path, { kind: 'directory' })
    tree.put(pathIn(path, 'new'), { kind: 'file', content })
    return
  }
  tree.put(path, { kind: what === 'replace-by-other' ? 'symlink' : 'file', content })
}

function flip(name: string): string {
  return name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase()
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}
