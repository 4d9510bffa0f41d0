// A little language for table tests: trees as lists of names, what happens to them, and the plan in words.
import { assert } from '../../model/errors.ts'
import { type Path, parentOf, parsePath } from '../../model/path.ts'
import { makePlan, type Plan } from '../plan.ts'
import { isEffect, type Step } from '../step.ts'
import type { Side } from '../triple.ts'
import type { Flavour } from './abstract-tree.ts'
import { AbstractWorld } from './abstract-world.ts'

export const USUAL: Flavour = {
  ids: 'ids',
  sums: 'sums',
  directoryStamps: 'recursive',
  modes: true,
  moves: 'trees',
  removesTrees: true,
  caseSensitive: true,
  setsMtime: 'always',
}

export function path(text: string): Path {
  const parsed = parsePath(text)
  assert(parsed !== undefined, `${text} is no path`)
  return parsed
}

/** Both sides agree on these entries: `d/` is a directory, the content of a file is its name. */
export function agreedOn(names: readonly string[], flavour: Partial<Flavour> = {}): AbstractWorld {
  const world = new AbstractWorld({ ...USUAL, ...flavour })
  for (const name of names) make(world, 'local', name)
  world.agreeOnLocal()
  return world
}

/** Makes `d/`, or a file `f` with the content `f`, or `f=content`; directories above are made as needed. */
export function make(world: AbstractWorld, side: Side, text: string): void {
  const [name = '', content = name] = text.split('=')
  const at = path(name.replace(/\/$/, ''))
  const tree = world.trees[side]
  if (!tree.hasPlace(parentOf(at))) make(world, side, `${parentOf(at)}/`)
  tree.put(at, name.endsWith('/') ? { kind: 'directory' } : { kind: 'file', content, mtime: 5n })
}

/** One line for each change, as a person would put it: `here: mv a b`, `there: rm d`, `there: put f=new`. */
export function happens(world: AbstractWorld, lines: readonly string[]): void {
  for (const line of lines) {
    const [who = '', what = ''] = line.split(': ')
    act(world, who === 'here' ? 'local' : 'remote', what.split(' '))
  }
}

function act(world: AbstractWorld, side: Side, [verb, first = '', second = '']: readonly string[]): void {
  const tree = world.trees[side]
  switch (verb) {
    case 'put':
      make(world, side, first)
      return
    case 'rm':
      tree.remove(path(first))
      return
    case 'mv':
      tree.move(path(first), path(second))
      return
    case 'touch':
      tree.put(path(first), { ...world.node(side, path(first)), mtime: 99n })
      return
    case 'chmod':
      tree.put(path(first), { ...world.node(side, path(first)), mode: 0o700 })
      return
    default:
      assert(false, `nobody can ${verb}`)
  }
}

/** The plan that is due, in words: `remote: move a to b (push-moved)`. Steps that change only records are left out. */
export function planned(world: AbstractWorld): string[] {
  return inWords(makePlan(world.dirtyTriples(), world.context('on')))
}

export function inWords(plan: Plan): string[] {
  return plan.waves.flatMap(({ steps }) => steps.filter(isEffect).map(stepInWords))
}

function stepInWords(step: Step): string {
  const on = step.do === 'transfer' ? step.to : 'on' in step ? step.on : 'both'
  const aside = 'aside' in step && step.aside !== undefined ? ` aside ${step.aside}` : ''
  const what = step.do === 'move' ? `move ${step.from} to ${step.path}` : `${step.do} ${step.path}`
  const as = step.do === 'set-aside' ? ` as ${step.as}` : ''
  const tree = step.do === 'remove' && step.tree !== undefined ? ' and all in it' : ''
  return `${on}: ${what}${as}${aside}${tree} (${step.because})`
}

/** Plans and applies until nothing is left; the trees of both sides, files as `name=content` where they differ. */
export function settled(world: AbstractWorld): { local: string[]; remote: string[]; steps: string[]; held: string[] } {
  const steps: string[] = []
  for (let pass = 1; ; pass += 1) {
    const plan = makePlan(world.dirtyTriples(), world.context('on'))
    if (plan.waves.length === 0 && plan.deferred.length === 0) {
      const held = plan.held.map(({ path: at, because }) => `${at} (${because})`)
      return { local: treeInWords(world, 'local'), remote: treeInWords(world, 'remote'), steps, held }
    }
    assert(pass < 7, 'no end')
    steps.push(...inWords(plan))
    world.applyPlan(plan)
  }
}

function treeInWords(world: AbstractWorld, side: Side): string[] {
  return [...world.trees[side].nodes]
    .map(([at, { kind, content }]) => (kind === 'directory' ? `${at}/` : content === at ? at : `${at}=${content}`))
    .sort()
}
