import { afterEach, describe, expect, test } from 'vitest'
import { spaceConformance } from './conformance.ts'
import { mountedSpace } from './mounted.ts'
import type { Changed, FileNode, Space } from './space.ts'
import { openStorage, type Storage, temporaryDirectory } from './testing/hosted.ts'
import { all, benchIn, expectRefused, flat, nodeOf, pathOf, type SpaceBench, thatIs } from './testing/space-bench.ts'

interface Bed {
  readonly home: Space
  readonly shared: Space
  readonly storage: Storage
}

const closers: (() => Promise<void>)[] = []

async function bed(): Promise<Bed> {
  const { directory, remove } = temporaryDirectory()
  const storage = await openStorage(directory)
  closers.push(async () => {
    await storage.close()
    remove()
  })
  const home = await storage.spaces.create({ id: 'home-1', label: 'Home' })
  const shared = await storage.spaces.create({ id: 'shared', label: 'Shared' })
  return { home, shared, storage }
}

async function clear(): Promise<void> {
  for (const close of closers.splice(0)) await close()
}

spaceConformance(
  'a home without mounts',
  async () => ({ space: mountedSpace({ home: (await bed()).home, mounts: [] }), dispose: clear }),
  ['reopening'],
)

spaceConformance('a folder that is mounted for writing', async () => {
  const { home, shared } = await bed()
  const space = mountedSpace({ home, mounts: [{ name: 'Team', space: shared, rights: 'write' }] })
  return { space, within: pathOf('Team'), dispose: clear }
}, ['reopening', 'emptying the trash'])

interface View extends Bed {
  readonly at: SpaceBench
  /** The mounted space by itself. */
  readonly inside: SpaceBench
}

/** A home with `mine` (a file) and `dir/own` in it, and a space with `d/f` and `g` mounted as `Team`. */
async function view(rights: 'read' | 'write'): Promise<View> {
  const { home, shared, storage } = await bed()
  const inside = benchIn(shared, '')
  await inside.directory('d')
  await inside.file('d/f', 'shared')
  await inside.file('g', 'other')
  const space = mountedSpace({ home, mounts: [{ name: 'Team', space: shared, rights }] })
  const at = benchIn(space, '')
  await at.file('mine', 'mine')
  await at.directory('dir')
  await at.file('dir/own', 'own')
  return { home, shared, storage, at, inside }
}

describe('a mount', () => {
  afterEach(clear)

  test('is a directory at the top, with the ids of what is in it', async () => {
    const { at, shared } = await view('write')
    expect((await at.list('')).map(({ path, place }) => [path, place])).toEqual([
      ['Team', 'mount'],
      ['dir', undefined],
      ['mine', undefined],
    ])
    const inner = thatIs(await shared.find(pathOf('d/f')))
    const file = await at.there('Team/d/f')
    expect(file).toEqual({ ...inner, path: 'Team/d/f', place: 'mounted' })
    expect(await at.space.findById(inner.id)).toEqual(file)
    expect((await at.list('Team/d'))[0]).toEqual(file)
    expect(String(await at.read('Team/d/f'))).toBe('shared')
    expect(await at.space.findById(thatIs(await shared.find('')).id)).toEqual(await at.there('Team'))
  })

  test('tells by the etag and the size of the root what happens in it', async () => {
    const { at, inside } = await view('read')
    const before = await at.there('')
    expect(before.size).toBe('mine'.length + 'own'.length + 'shared'.length + 'other'.length)
    expect(await at.space.findById(before.id)).toEqual(before)
    await inside.file('d/new', '12')
    const after = await at.there('')
    expect(after.etag).not.toBe(before.etag)
    expect(after.size).toBe(before.size + 2)
    expect(await at.there('')).toEqual(after)
  })

  test('that comes, goes or is renamed is another etag of the root', async () => {
    const { home, shared } = await view('read')
    const etagWith = async (names: readonly string[]) => {
      const mounts = names.map(name => ({ name, space: shared, rights: 'read' as const }))
      return thatIs(await mountedSpace({ home, mounts }).find('')).etag
    }
    const etags = await Promise.all([etagWith([]), etagWith(['Team']), etagWith(['Other'])])
    expect(new Set(etags).size).toBe(3)
  })

  test('steps aside for what is in the home, and for another mount', async () => {
    const { home, shared, storage } = await view('read')
    const third = await storage.spaces.create({ id: 'third', label: 'Third' })
    const own = benchIn(home, '')
    const mounts = [shared, third].map(space => ({ name: 'Team', space, rights: 'write' as const }))
    const at = benchIn(mountedSpace({ home, mounts }), '')
    const names = async () => (await at.list('')).map(({ path }) => path)
    expect(await names()).toEqual(['Team', 'Team (2)', 'dir', 'mine'])
    await own.file('Team', 'a file of the home')
    expect(await names()).toEqual(['Team', 'Team (2)', 'Team (3)', 'dir', 'mine'])
    expect(String(await at.read('Team'))).toBe('a file of the home')
    expect(String(await at.read('Team (2)/g'))).toBe('other')
    expect(await at.find('Team (3)/g')).toBeUndefined()
  })

  test('is shown as it was last while its folder cannot be reached', async () => {
    const { home, shared } = await view('read')
    let isThere = true
    const flaky = besides(shared, {
      find: async path => {
        if (!isThere) throw new Error('the disk is away')
        return shared.find(path)
      },
    })
    const at = benchIn(mountedSpace({ home, mounts: [{ name: 'Team', space: flaky, rights: 'read' }] }), '')
    const before = [await at.there(''), ...(await at.list(''))]
    isThere = false
    expect([await at.there(''), ...(await at.list(''))]).toEqual(before)
    await expect(at.find('Team/d')).rejects.toThrow('the disk is away')
  })

  test('has its own quota', async () => {
    const { at, storage } = await view('write')
    await storage.spaces.setQuota('shared', 20)
    expect(await at.space.usage(pathOf('Team/d'))).toEqual({ usedBytes: 11, freeBytes: 9 })
    expect(await at.space.usage('')).toMatchObject({ usedBytes: 7, freeBytes: 'unlimited' })
    expectRefused(await at.put('Team/large', '0123456789'), 'over-quota')
    expect((await at.put('large', '0123456789')).as).toBe('done')
    const before = await at.there('')
    expectRefused(await at.copy('large', 'Team/large'), 'over-quota')
    expectRefused(await at.move('large', 'Team/large'), 'over-quota')
    expect(await at.there('')).toEqual(before)
  })

  test('tells watchers of what others change in it, until the view is closed', async () => {
    const { at, inside } = await view('read')
    const told: number[] = []
    at.space.watch(changed => void told.push(...changed))
    const { id } = await inside.file('new', 'x')
    expect(told).toEqual([id])
    await at.space.close()
    await inside.file('newer', 'x')
    expect(told).toEqual([id])
    expect(String(await inside.read('new'))).toBe('x')
  })
})

describe('rights', () => {
  afterEach(clear)

  type Act = (at: SpaceBench) => Promise<unknown>
  const CHANGES: Readonly<Record<string, Act>> = {
    'put a new file': at => at.put('Team/new', 'x'),
    'put a new file below': at => at.put('Team/d/new', 'x'),
    'replace a file': at => at.put('Team/d/f', 'x'),
    'make a directory': at => at.makeDirectory('Team/made'),
    'delete a file': at => at.trash('Team/d/f'),
    'delete a directory': at => at.trash('Team/d'),
    'set a time': at => at.setMtime('Team/d/f', 5000),
    'rename a file': at => at.move('Team/g', 'Team/renamed'),
    'rename a directory': at => at.move('Team/d', 'Team/renamed'),
    'move within': at => at.move('Team/g', 'Team/d/g'),
    'move over': at => at.move('Team/g', 'Team/d/f', { overwrite: 'overwrite' }),
    'move in': at => at.move('mine', 'Team/mine'),
    'move a directory in': at => at.move('dir', 'Team/dir'),
    'move in over': at => at.move('mine', 'Team/g', { overwrite: 'overwrite' }),
    'move out': at => at.move('Team/g', 'out'),
    'move a directory out': at => at.move('Team/d', 'out'),
    'copy in': at => at.copy('mine', 'Team/mine'),
    'copy in over': at => at.copy('mine', 'Team/g', { overwrite: 'overwrite' }),
    'copy within': at => at.copy('Team/g', 'Team/copy'),
    'set a property': async at => at.space.setProperties((await at.there('Team/d/f')).id, new Map([['{n}p', '1']])),
    'set a property of the mount': async at =>
      at.space.setProperties((await at.there('Team')).id, new Map([['{n}p', '1']])),
    'restore a version': async at => {
      const { id } = await at.there('Team/v')
      const [version] = await at.space.versions.list(id)
      return at.space.versions.restore(id, thatIs(version).key)
    },
    'receive bytes': at => at.receive('Team/new', 'x'),
  }

  test.each(Object.entries(CHANGES))('who may only read may not %s', async (_, act) => {
    const { at, inside, home } = await view('read')
    await inside.file('v', 'one')
    await inside.file('v', 'two')
    const before = [await inside.there(''), await home.find('')]
    const outcome = await outcomeOf(() => act(at))
    expect(outcome).toBe('refused')
    expect([await inside.there(''), await home.find('')]).toEqual(before)
    expect(await flat(inside.space.trash.list())).toEqual([])
    for (const node of [await inside.there(''), await inside.there('d/f')]) {
      expect(await inside.space.properties(node.id)).toEqual(new Map())
    }
  })

  test.each(Object.entries(CHANGES))('who may write may %s', async (_, act) => {
    const { at, inside } = await view('write')
    await inside.file('v', 'one')
    await inside.file('v', 'two')
    expect(await outcomeOf(() => act(at))).toBe('done')
  })

  const AT_THE_MOUNT: Readonly<Record<string, Act>> = {
    'put over it': at => at.put('Team', 'x'),
    'make it': at => at.makeDirectory('Team'),
    'delete it': at => at.trash('Team'),
    'rename it': at => at.move('Team', 'Mine'),
    'move it into a directory': at => at.move('Team', 'dir/Team'),
    'move it into itself': at => at.move('Team', 'Team/x'),
    'copy it into itself': at => at.copy('Team', 'Team/x'),
    'set its time': at => at.setMtime('Team', 5000),
    'move something over it': at => at.move('mine', 'Team', { overwrite: 'overwrite' }),
    'copy something over it': at => at.copy('dir', 'Team', { overwrite: 'overwrite' }),
  }

  test.each(
    (['read', 'write'] as const).flatMap(rights =>
      Object.entries(AT_THE_MOUNT).map(([name, act]) => [rights, name, act] as const),
    ),
  )('with the right to %s nobody may %s', async (rights, _, act) => {
    const { at } = await view(rights)
    const before = [await at.there(''), ...(await at.list(''))]
    expect(await outcomeOf(() => act(at))).toBe('refused')
    expect([await at.there(''), ...(await at.list(''))]).toEqual(before)
  })

  test('a trash that one may not write to is neither shown nor touched', async () => {
    const { at, inside } = await view('read')
    await inside.trash('g')
    const [entry] = await flat(inside.space.trash.list())
    expect(await at.trashed()).toEqual([])
    const number = Math.floor((await inside.there('')).id / 2 ** 40)
    const id = `${number}.${entry?.id}`
    expectRefused(await at.space.trash.restore(id), 'missing')
    expect(await at.space.trash.remove(id)).toBe('missing')
    await expect(all(at.space.trash.read(id, 0))).rejects.toMatchObject({ code: 'missing' })
    await at.space.trash.empty()
    expect(await flat(inside.space.trash.list())).toEqual([entry])
  })

  test('every node says what may be done with it', async () => {
    const reader = await view('read')
    const all = { write: true, remove: true, rename: true, move: true, addFiles: true, addDirectories: true }
    const none = { write: false, remove: false, rename: false, move: false, addFiles: false, addDirectories: false }
    for (const name of ['Team', 'Team/d', 'Team/d/f']) expect((await reader.at.there(name)).rights).toEqual(none)
    expect((await reader.at.there('mine')).rights ?? all).toEqual(all)
    const writer = await view('write')
    expect((await writer.at.there('Team')).rights).toEqual({ ...none, addFiles: true, addDirectories: true })
    expect((await writer.at.there('Team/d')).rights ?? all).toEqual(all)
  })

  test('a reader may read it all, and copy it out', async () => {
    const { at } = await view('read')
    expect((await at.copy('Team/d', 'copy')).as).toBe('done')
    expect(String(await at.read('copy/f'))).toBe('shared')
    expect((await at.copy('Team', 'whole')).as).toBe('done')
    expect(String(await at.read('whole/d/f'))).toBe('shared')
  })
})

describe('from one space to another', () => {
  afterEach(clear)

  test('a move takes content, times, properties and all below along, and leaves the source in its trash', async () => {
    const { at, inside } = await view('write')
    const own = await at.there('dir/own')
    await at.space.setProperties(own.id, new Map([['{n}p', '1']]))
    const moved = nodeOf(await at.move('dir', 'Team/d/dir'))
    expect(moved).toMatchObject({ kind: 'directory', path: 'Team/d/dir', size: 3 })
    expect(await at.find('dir')).toBeUndefined()
    const file = (await at.there('Team/d/dir/own')) as FileNode
    expect(file).toMatchObject({ mtimeMs: own.mtimeMs, content: (own as FileNode).content })
    expect(await at.space.properties(file.id)).toEqual(new Map([['{n}p', '1']]))
    expect(String(await inside.read('d/dir/own'))).toBe('own')
    expect((await at.trashed()).map(({ origin }) => origin)).toEqual(['dir'])
  })

  test('what is replaced goes to the trash of the space it was in', async () => {
    const { at, shared } = await view('write')
    expect(await at.move('mine', 'Team/g', { overwrite: 'overwrite' })).toMatchObject({ as: 'done', made: 'replaced' })
    expect(String(await at.read('Team/g'))).toBe('mine')
    expect((await flat(shared.trash.list())).map(({ origin }) => origin)).toEqual(['g'])
    expect((await at.trashed()).map(({ origin }) => origin).sort()).toEqual(['Team/g', 'mine'])
  })

  test('conditions and refusals are those of a move within one space', async () => {
    const { at } = await view('write')
    const before = await at.there('')
    for (const act of ['move', 'copy'] as const) {
      expectRefused(await at[act]('none', 'Team/x'), 'missing')
      expectRefused(await at[act]('mine', 'Team/none/x'), 'no-parent')
      expectRefused(await at[act]('mine', 'Team/g/x'), 'no-parent')
      expectRefused(await at[act]('mine', 'Team/g'), 'exists')
      expectRefused(await at[act]('mine', 'Team/x', { when: ['0' as never] }), 'stale')
    }
    expect(await at.there('')).toEqual(before)
  })

  test('a move whose source changes meanwhile is taken back, and what it replaced is back', async () => {
    const { home, shared, inside } = await view('write')
    const own = benchIn(home, '')
    const { id } = await inside.there('g')
    // The last look at the source comes when the copy is there already: only its trash finds the change.
    const busy = besides(home, {
      change: async (change, signal) => {
        if (change.do === 'trash') await own.file('dir/new', 'came in between')
        return home.change(change, signal)
      },
    })
    const at = benchIn(mountedSpace({ home: busy, mounts: [{ name: 'Team', space: shared, rights: 'write' }] }), '')
    const changed = await at.move('dir', 'Team/g', { overwrite: 'overwrite' })
    expectRefused(changed, 'stale')
    expect(await inside.there('g')).toMatchObject({ kind: 'file', id })
    expect(String(await inside.read('g'))).toBe('other')
    expect(String(await at.read('dir/new'))).toBe('came in between')
    expect(await at.trashed()).toEqual([])
  })

  test('a copy of a directory itself is empty', async () => {
    const { at } = await view('write')
    expect((await at.copy('dir', 'Team/dir', { depth: 'itself' })).as).toBe('done')
    expect(await at.list('Team/dir')).toEqual([])
  })
})

describe('the trash of a view', () => {
  afterEach(clear)

  test('is that of all spaces, newest first, and each entry goes back to its own', async () => {
    const { at, shared } = await view('write')
    await at.trash('mine')
    await at.trash('Team/d')
    await at.trash('dir')
    const entries = await at.trashed()
    expect(entries.map(({ origin }) => origin).sort()).toEqual(['Team/d', 'dir', 'mine'])
    const times = entries.map(({ deletedAt }) => deletedAt)
    expect([...times].sort((a, b) => b - a)).toEqual(times)
    const entry = thatIs(entries.find(({ origin }) => origin === 'Team/d'))
    expect(nodeOf(await at.space.trash.restore(entry.id)).path).toBe('Team/d')
    expect(await shared.find(pathOf('d/f'))).toBeDefined()
    await at.trash('Team/g')
    await at.space.trash.empty()
    expect((await at.trashed()).map(({ origin }) => origin)).toEqual(['Team/g'])
  })
})

/** `space`, with some of its methods in another way. */
function besides(space: Space, methods: Partial<Space>): Space {
  return new Proxy(space, {
    get(target, name) {
      const found: unknown = Reflect.get(name in methods ? methods : target, name)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
}

/** What is refused is a value, or is thrown as `denied`; a bug is neither. */
async function outcomeOf(act: () => Promise<unknown>): Promise<'done' | 'refused'> {
  try {
    const outcome = (await act()) as Changed | undefined
    return outcome !== undefined && 'as' in outcome ? outcome.as : 'done'
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'denied') return 'refused'
    throw error
  }
}
