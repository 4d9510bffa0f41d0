import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Path, parentOf, pathIn } from '../../model/path.ts'
import type { Changed, Received, Refusal, Space, SpaceChange, SpaceNode, TrashEntry } from '../space.ts'
import { openStorage, temporaryDirectory } from '../testing/hosted.ts'
import { flat, pathOf, SIGNAL } from '../testing/space-bench.ts'

/** The same tree, as simply as it can be told. */
interface ModelNode {
  readonly id: number
  /** Of a file. */
  body: string | undefined
  mtimeMs: number
  readonly children: Map<string, ModelNode>
}

class Model {
  readonly root: ModelNode
  readonly trash = new Map<number, { readonly node: ModelNode; readonly origin: Path }>()

  constructor(rootId: number) {
    this.root = { id: rootId, body: undefined, mtimeMs: 0, children: new Map() }
  }

  find(path: string): ModelNode | undefined {
    let node: ModelNode | undefined = this.root
    for (const name of path === '' ? [] : path.split('/')) node = node?.children.get(name)
    return node
  }

  put(path: Path, node: ModelNode): void {
    const parent = this.find(parentOf(path))
    if (parent === undefined) throw new Error('the model has no parent for it')
    parent.children.set(nameIn(path), node)
  }

  putAway(path: Path): void {
    const node = this.find(path)
    if (node === undefined) return
    this.trash.set(node.id, { node, origin: path })
    this.find(parentOf(path))?.children.delete(nameIn(path))
  }

  refusal(change: SpaceChange): Refusal | undefined {
    if (change.do === 'move' || change.do === 'copy') return this.#refusalOfTwo(change)
    const there = this.find(change.at)
    if (change.do === 'trash' || change.do === 'set-mtime') return there === undefined ? 'missing' : undefined
    const parent = this.find(parentOf(change.at))
    if (parent === undefined || parent.body !== undefined) return 'no-parent'
    if (change.do === 'make-directory') return there === undefined ? undefined : 'exists'
    if (there !== undefined && there.body === undefined) return 'is-a-directory'
    return change.when === 'absent' && there !== undefined ? 'stale' : undefined
  }

  #refusalOfTwo({ from, to, overwrite }: SpaceChange & { readonly do: 'move' | 'copy' }): Refusal | undefined {
    if (this.find(from) === undefined) return 'missing'
    if (from === to || `${to}/`.startsWith(`${from}/`) || `${from}/`.startsWith(`${to}/`)) return 'into-itself'
    const parent = this.find(parentOf(to))
    if (parent === undefined || parent.body !== undefined) return 'no-parent'
    return this.find(to) !== undefined && overwrite === 'keep' ? 'exists' : undefined
  }
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function sizeOf(node: ModelNode): number {
  if (node.body !== undefined) return node.body.length
  return [...node.children.values()].reduce((sum, child) => sum + sizeOf(child), 0)
}

const NAMES = ['a', 'b', 'c', 'ä', '%', 'B']
const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map(names => pathOf(names.join('/')))
const overwrite = fc.constantFrom('overwrite', 'keep')
type Act =
  | { readonly act: 'put'; readonly at: Path; readonly body: string; readonly when: 'any' | 'absent' }
  | { readonly act: 'change'; readonly change: SpaceChange }
  | { readonly act: 'restore' | 'remove'; readonly pick: number }
const any = fc.constant('any' as const)
const change = fc.oneof(
  fc.record({ do: fc.constant('make-directory'), at: path }),
  fc.record({ do: fc.constant('make-directory'), at: path }),
  fc.record({ do: fc.constant('move'), from: path, to: path, overwrite, when: any }),
  fc.record({
    do: fc.constant('copy'),
    from: path,
    to: path,
    overwrite,
    depth: fc.constantFrom('tree', 'itself'),
    when: any,
  }),
  fc.record({ do: fc.constant('trash'), at: path, when: any }),
  fc.record({ do: fc.constant('set-mtime'), at: path, mtimeMs: fc.integer({ min: 0, max: 2e12 }), when: any }),
) as fc.Arbitrary<SpaceChange>
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('put' as const),
      at: path,
      body: fc.string({ maxLength: 9, unit: 'grapheme-ascii' }),
      when: fc.constantFrom('any', 'absent'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('change' as const), change }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('restore', 'remove'), pick: fc.nat() }) },
) as fc.Arbitrary<Act>

test('any sequence of changes leaves what the simplest tree would, sizes and etags of directories included', {
  timeout: 120_000,
}, async () => {
  const { directory, remove } = temporaryDirectory()
  const storage = await openStorage(directory)
  let spaces = 0
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async acts => {
        spaces += 1
        const space = await storage.spaces.create({ id: `space ${spaces}`, label: '' })
        const model = new Model((await space.find(''))?.id ?? 0)
        for (const each of acts) await step(space, model, each)
        await expectSame(space, model)
        await storage.spaces.remove(`space ${spaces}`)
      }),
      { numRuns: 150 },
    )
  } finally {
    await storage.close()
    remove()
  }
})

async function step(space: Space, model: Model, each: Act): Promise<void> {
  const before = await directoryEtags(space)
  const shape = shapes(model)
  await perform(space, model, each)
  const after = await directoryEtags(space)
  // A directory below which the model changed has another etag; one that is as it was has the same.
  for (const [id, now] of shapes(model)) {
    const was = shape.get(id)
    if (was === undefined || before.get(id) === undefined || after.get(id) === undefined) continue
    if (was !== now) expect(after.get(id)).not.toBe(before.get(id))
  }
}

async function perform(space: Space, model: Model, each: Act): Promise<void> {
  if ('pick' in each) return tidy(space, model, each)
  const change = 'change' in each ? each.change : await putOf(space, each)
  const expected = model.refusal(change)
  const changed = await space.change(change, SIGNAL)
  if (expected !== undefined) return void expect(changed).toMatchObject({ as: 'refused', why: expected })
  expect(changed).toMatchObject({ as: 'done' })
  apply(model, change, changed as Done, each.act === 'put' ? each.body : '')
  if (change.do === 'copy') await adoptIds(space, model, change.to)
}

type Done = Extract<Changed, { readonly as: 'done' }>

async function putOf(space: Space, { at, body, when }: Act & { readonly act: 'put' }): Promise<SpaceChange> {
  const bytes = async function* () {
    yield Buffer.from(body)
  }
  const received: Received = await space.receive({ at, size: body.length, bytes: bytes() }, SIGNAL)
  return { do: 'put', at, received, mtimeMs: 1000, when }
}

function apply(model: Model, change: SpaceChange, { node }: Done, body: string): void {
  switch (change.do) {
    case 'put': {
      const there = model.find(change.at)
      if (there === undefined) model.put(change.at, { id: node?.id ?? 0, body, mtimeMs: 1000, children: new Map() })
      else Object.assign(there, { body, mtimeMs: 1000 })
      return
    }
    case 'make-directory':
      return model.put(change.at, { id: node?.id ?? 0, body: undefined, mtimeMs: 0, children: new Map() })
    case 'trash':
      return model.putAway(change.at)
    case 'set-mtime': {
      const there = model.find(change.at)
      if (there !== undefined) there.mtimeMs = change.mtimeMs
      return
    }
    case 'move': {
      const moved = model.find(change.from) as ModelNode
      model.putAway(change.to)
      model.find(parentOf(change.from))?.children.delete(nameIn(change.from))
      return model.put(change.to, moved)
    }
    case 'copy': {
      const source = model.find(change.from) as ModelNode
      const copied = copyOf(source, change.depth)
      model.putAway(change.to)
      return model.put(change.to, copied)
    }
  }
}

function copyOf({ body, mtimeMs, children }: ModelNode, depth: 'tree' | 'itself'): ModelNode {
  const below = depth === 'itself' ? [] : [...children].map(([name, child]) => [name, copyOf(child, depth)] as const)
  return { id: 0, body, mtimeMs, children: new Map(below) }
}

/** The space gives the ids of copies; the model takes them over, and they must be new. */
async function adoptIds(space: Space, model: Model, at: Path): Promise<void> {
  const taken = new Set([...shapes(model).keys()].filter(id => id !== 0))
  const due = [at]
  for (const path of due) {
    const node = model.find(path) as ModelNode
    const id = (await space.find(path))?.id ?? 0
    expect(taken.has(id)).toBe(false)
    Object.assign(node, { id })
    for (const name of node.children.keys()) due.push(pathIn(path, name))
  }
}

async function tidy(space: Space, model: Model, { act, pick }: Act & { readonly pick: number }): Promise<void> {
  const entries = await flat(space.trash.list())
  const entry = entries[pick % Math.max(1, entries.length)]
  if (entry === undefined) return
  const kept = model.trash.get(entry.node) as { readonly node: ModelNode; readonly origin: Path }
  if (act === 'remove') expect(await space.trash.remove(entry.id)).toBe('removed')
  else await restore(space, model, entry, kept.node)
  model.trash.delete(entry.node)
}

async function restore(space: Space, model: Model, entry: TrashEntry, node: ModelNode): Promise<void> {
  const changed = (await space.trash.restore(entry.id)) as Done
  const path = changed.node?.path as Path
  expect(model.find(path)).toBeUndefined()
  // Directories that were gone are made again.
  for (const above of placesAbove(path)) {
    if (model.find(above) !== undefined) continue
    const id = (await space.find(above))?.id ?? 0
    model.put(above, { id, body: undefined, mtimeMs: 0, children: new Map() })
  }
  model.put(path, node)
}

function placesAbove(path: Path): readonly Path[] {
  const names = path.split('/').slice(0, -1)
  return names.map((_, i) => pathOf(names.slice(0, i + 1).join('/')))
}

async function expectSame(space: Space, model: Model): Promise<void> {
  const due: { readonly path: string; readonly node: ModelNode }[] = [{ path: '', node: model.root }]
  for (const { path, node } of due) {
    const found = (await space.find(path as Path)) as SpaceNode
    expect(found).toMatchObject({
      id: node.id,
      size: sizeOf(node),
      kind: node.body === undefined ? 'directory' : 'file',
    })
    if (node.body !== undefined) {
      expect(found.mtimeMs).toBe(node.mtimeMs)
      continue
    }
    const listed = await flat(space.list(path as Path))
    expect(listed.map(child => nameIn(child.path)).sort()).toEqual([...node.children.keys()].sort())
    for (const [name, child] of node.children) due.push({ path: path === '' ? name : `${path}/${name}`, node: child })
  }
  const kept = (await flat(space.trash.list())).map(({ node, size, origin }) => ({ node, size, origin }))
  const expected = [...model.trash.values()].map(({ node, origin }) => ({ node: node.id, size: sizeOf(node), origin }))
  const byNode = (a: { readonly node: number }, b: { readonly node: number }) => a.node - b.node
  expect(kept.sort(byNode)).toEqual(expected.sort(byNode))
}

/** All that is at and below each directory in the tree, as text. */
function shapes(model: Model): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  const shapeOf = (node: ModelNode): string => {
    if (node.body !== undefined) return JSON.stringify([node.id, node.body, node.mtimeMs])
    const below = [...node.children].map(([name, child]) => [name, shapeOf(child)] as const).sort()
    const shape = JSON.stringify([node.id, below])
    found.set(node.id, shape)
    return shape
  }
  shapeOf(model.root)
  return found
}

async function directoryEtags(space: Space): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  const due = ['']
  for (const path of due) {
    const node = (await space.find(path as Path)) as SpaceNode
    found.set(node.id, node.etag)
    for (const child of await flat(space.list(path as Path))) if (child.kind === 'directory') due.push(child.path)
  }
  return found
}
