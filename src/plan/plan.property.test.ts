// What must hold for every plan, whatever both sides did: drawn by chance, carried out on an abstract world.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Path } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { makePlan, type Plan } from './plan.ts'
import type { Step } from './step.ts'
import type { Flavour } from './testing/abstract-tree.ts'
import type { AbstractWorld, Arrange } from './testing/abstract-world.ts'
import { agreedWorld, beginnings, type Change, change, changes, flavours } from './testing/changes.ts'
import type { Side } from './triple.ts'

const RUNS = Number(process.env['PLAN_RUNS'] ?? 600)
const SEED = process.env['PLAN_SEED']
const many = { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) }
// Far beyond what it takes: a busy machine proves nothing.
const TIMEOUT_MS = 60_000 + RUNS * 100

const MAX_PASSES = 6

const anyMoves = fc.constantFrom('on' as const, 'plain' as const, 'off' as const)

interface Settled {
  readonly plans: readonly Plan[]
  readonly last: Plan
}

/** Plans and applies until nothing is left to do. */
function settle(world: AbstractWorld, moves: PlanContext['moves'] = 'on', arrange?: Arrange): Settled {
  const plans: Plan[] = []
  for (;;) {
    const plan = makePlan(world.dirtyTriples(), world.context(moves))
    if (plan.waves.length === 0 && plan.deferred.length === 0) return { plans, last: plan }
    plans.push(plan)
    if (plans.length > MAX_PASSES) throw new Error(`no end after ${MAX_PASSES} passes: ${show(plan)}`)
    world.applyPlan(plan, arrange)
  }
}

function show({ waves, held, deferred }: Plan): string {
  const step = (one: Step) =>
    `${one.do} ${'on' in one ? one.on : 'to' in one ? one.to : ''} ${'from' in one ? `${one.from} > ` : ''}${one.path} (${one.because})`
  return JSON.stringify({ waves: waves.map(({ steps }) => steps.map(step)), held, deferred }, undefined, 1)
}

/** Names and contents, without what is held. */
function shapeOf(world: AbstractWorld, side: Side, held: ReadonlySet<Path> = new Set()): string[] {
  return [...world.trees[side].nodes]
    .filter(([path]) => !held.has(path))
    .map(([path, { kind, content }]) => `${path} ${kind} ${content}`)
    .sort()
}

function heldPaths({ held }: Plan): Set<Path> {
  return new Set(held.map(({ path }) => path))
}

function contentsOf(world: AbstractWorld): Set<string> {
  const trees = [...world.trees.local.nodes.values(), ...world.trees.remote.nodes.values()]
  return new Set(trees.filter(({ kind }) => kind !== 'directory').map(({ content }) => content))
}

type Why = 'ignored' | 'unreadable' | 'unlisted'

interface Story {
  readonly flavour: Flavour
  readonly beginning: readonly Change[]
  readonly blocks: readonly (readonly [Why, number])[]
  readonly list: readonly Change[]
}

/** A tree that is agreed on, what is blocked of it, and what is changed then. */
function stories(sides: readonly Change['side'][], blocked: 'blocked' | 'open' = 'open'): fc.Arbitrary<Story> {
  const root = fc.tuple(fc.constantFrom<Why>('ignored', 'unreadable', 'unlisted'), fc.nat(20))
  const blocks = fc.array(root, { maxLength: blocked === 'open' ? 0 : 2 })
  return fc.record({ flavour: flavours, beginning: beginnings, blocks, list: changes(sides, 6) })
}

function worldOf({ flavour, beginning, blocks, list }: Story): AbstractWorld {
  const world = agreedWorld(flavour, beginning)
  const paths = [...world.trees.local.nodes.keys()].sort()
  for (const [why, index] of blocks) block(world, why, paths[index % paths.length])
  change(world, list)
  return world
}

function block(world: AbstractWorld, why: Why, path: Path | undefined): void {
  if (path === undefined) return
  const isDirectory = world.node('local', path).kind === 'directory'
  if (why !== 'unlisted') world.blocked.local.set(path, why)
  if (why === 'ignored') world.blocked.remote.set(path, why)
  if (why === 'unlisted' && isDirectory) world.blocked.remote.set(path, why)
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
  return list
    .map(item => [next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}

describe('every plan', { timeout: TIMEOUT_MS }, () => {
  it('P1 P2 P3: leads in a few passes to equal trees with nothing left to do, and no content that only one side knew is lost', () => {
    fc.assert(
      fc.property(stories(['local', 'remote', 'both']), story => {
        const world = worldOf(story)
        const before = contentsOf(world)
        const agreed = new Set([...world.agreements.values()].map(({ content, target }) => target ?? content?.slice(2)))
        const { last } = settle(world)
        const held = heldPaths(last)
        expect(shapeOf(world, 'local', held)).toEqual(shapeOf(world, 'remote', held))
        const after = contentsOf(world)
        for (const content of before) if (!agreed.has(content)) expect(after).toContain(content)
        expect(shapeOf(world, 'local').filter(line => line.includes('.syncline-swap-'))).toEqual([])
      }),
      many,
    )
  })

  it.each(['off', 'plain'] as const)('P2: leads there with moves %s as well', moves => {
    fc.assert(
      fc.property(stories(['local', 'remote', 'both']), story => {
        const world = worldOf(story)
        const { plans, last } = settle(world, moves)
        const held = heldPaths(last)
        expect(shapeOf(world, 'local', held)).toEqual(shapeOf(world, 'remote', held))
        const steps = plans.flatMap(({ waves }) => waves.flatMap(wave => wave.steps))
        expect(steps.filter(({ path }) => path.includes('.syncline-swap-'))).toEqual([])
      }),
      many,
    )
  })

  it.each(['local', 'remote'] as const)(
    'P4: carries changes made only on the %s side over, with moves or without, and reverses none',
    side => {
      fc.assert(
        fc.property(stories([side]), anyMoves, (story, moves) => {
          const world = worldOf(story)
          const wanted = shapeOf(world, side)
          const { last } = settle(world, moves)
          const held = heldPaths(last)
          expect(shapeOf(world, side)).toEqual(wanted)
          expect(shapeOf(world, side === 'local' ? 'remote' : 'local', held)).toEqual(shapeOf(world, side, held))
          if (side === 'remote') expect(last.held).toEqual([])
        }),
        many,
      )
    },
  )

  it('P6: leaves what is blocked as it is, and removes no directory above it', () => {
    fc.assert(
      fc.property(stories(['local', 'remote'], 'blocked'), anyMoves, (story, moves) => {
        const world = worldOf(story)
        const blocked = (side: Side) =>
          [...world.trees[side].nodes]
            .filter(([path]) => world.entry(side, path)?.kind === 'blocked')
            .map(([, node]) => node)
        const before = { local: blocked('local'), remote: blocked('remote') }
        settle(world, moves)
        for (const side of ['local', 'remote'] as const) {
          const ids = new Map([...world.trees[side].nodes.values()].map(node => [node.id, node.content]))
          for (const node of before[side]) expect(ids.get(node.id)).toBe(node.content)
        }
      }),
      many,
    )
  })

  it('P7: gives the same trees in whatever order the steps of a wave are done', () => {
    fc.assert(
      fc.property(stories(['local', 'remote', 'both']), fc.nat(), (story, seed) => {
        const world = worldOf(story)
        const other = world.clone()
        settle(world)
        settle(other, 'on', steps => shuffled(steps, seed))
        expect(shapeOf(other, 'local')).toEqual(shapeOf(world, 'local'))
        expect(shapeOf(other, 'remote')).toEqual(shapeOf(world, 'remote'))
      }),
      many,
    )
  })

  it('P8: is the same for the same triples in another order', () => {
    fc.assert(
      fc.property(stories(['local', 'remote', 'both'], 'blocked'), fc.nat(), (story, seed) => {
        const world = worldOf(story)
        const triples = world.dirtyTriples()
        const context = world.context('on')
        expect(makePlan(shuffled(triples, seed), context)).toEqual(makePlan(triples, context))
      }),
      many,
    )
  })
})
