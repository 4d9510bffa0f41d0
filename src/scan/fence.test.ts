// What somebody else records while a scan is under way: the host puts, moves and deletes through the same index.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FolderIndex, stampOfRow } from '../index/folder-index.ts'
import { openIndex } from '../index/sqlite-index.ts'
import { type Path, parsePath } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Tree } from '../platform/tree.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { openTrash } from '../revisions/trash.ts'
import { Home } from '../sync/home.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { scan } from './scan.ts'

const never = new AbortController().signal
const world = nodeWorld({ log: () => undefined })
const keepAll: IgnoreRules = { verdict: () => 'kept', mayHoldKept: () => false, fingerprint: '' }

let root: string
let tree: Tree
let index: FolderIndex
let home: Home

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fence-'))
  tree = await openNodeTree(root)
  index = openIndex(':memory:', { device: 1n as DeviceId, now: () => 1e12 })
  const trash = openTrash({ tree, clock: world.clock, random: world.random })
  const memory = { get: () => undefined, set: () => undefined }
  home = new Home({ disk: await connectDirectory({ tree, world, memory, mode: 'read-write', trash }), index })
  write('d/old.txt', 'old')
  write('d/sub/deep.txt', 'deep')
  write('e/other.txt', 'other')
  await look()
})
afterEach(async () => {
  expect(index.check()).toEqual([])
  index.close()
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

describe('what others record while a scan is under way', () => {
  it('a file put after its directory was listed is not taken for deleted', async () => {
    await look(onceAfter('list', 'd', () => put('d/new.txt', 'new')))
    expect(kinds()).toMatchObject({ 'd/new.txt': 'file', 'd/old.txt': 'file' })
    expect(row('d/new.txt').sequence).toBe(index.sequence)
  })

  it('a file replaced after its directory was listed is no edit of the disk', async () => {
    let given = 0
    const report = await look(
      onceAfter('list', 'd', async () => {
        await put('d/old.txt', 'replaced')
        given = row('d/old.txt').sequence
      }),
    )
    expect(row('d/old.txt').sequence).toBe(given)
    expect(report.unsettled).toEqual([])
  })

  it('a file deleted after its directory was listed does not come back', async () => {
    write('d/old.txt', 'edited on disk')
    await look()
    await look(onceAfter('list', 'd', () => remove('d/old.txt')))
    expect(kinds()).not.toHaveProperty('d/old.txt')
  })

  it('a file whose node somebody took along after it was found elsewhere does not have it too', async () => {
    await put('a.txt', 'moved')
    await look()
    const { node } = row('a.txt')
    renameSync(join(root, 'a.txt'), join(root, 'z.txt'))
    await look(onceAfter('hash', 'z.txt', async () => index.moveRows(path('a.txt'), path('elsewhere.txt'))))
    expect(row('elsewhere.txt').node).toBe(node)
    expect(index.row(path('z.txt'))?.node).not.toBe(node)
  })

  it('a directory moved after its parent was listed is not there twice', async () => {
    const node = row('d/sub').node
    await look(onceAfter('list', 'd', () => move('d/sub', 'e/sub')))
    expect(kinds()).toEqual({
      ...{ d: 'directory', 'd/old.txt': 'file', e: 'directory', 'e/other.txt': 'file' },
      ...{ 'e/sub': 'directory', 'e/sub/deep.txt': 'file' },
    })
    expect(row('e/sub').node).toBe(node)
  })

  it('a file is not recorded under a directory that was moved while it was hashed', async () => {
    write('d/sub/fresh.txt', 'fresh')
    await look(onceAfter('hash', 'd/sub/fresh.txt', () => move('d/sub', 'e/sub')))
    expect(kinds()).not.toHaveProperty('d/sub/fresh.txt')
    await look()
    expect(kinds()).toMatchObject({ 'e/sub/fresh.txt': 'file' })
  })

  it('a directory that the disk has lost does not bury what was put into its successor', async () => {
    rmSync(join(root, 'e'), { recursive: true })
    await look(
      onceAfter('list', '', async () => {
        mkdirSync(join(root, 'e'))
        // Within one turn of the event loop a tree goes on with the directory it was in.
        await new Promise(setImmediate)
        await put('e/new.txt', 'new')
      }),
    )
    expect(kinds()).toMatchObject({ 'e/new.txt': 'file' })
  })

  it('a directory goes with what was put into it, when both are gone by then', async () => {
    await look(
      onceAfter('list', '', async () => {
        await put('e/new.txt', 'new')
        rmSync(join(root, 'e'), { recursive: true })
      }),
    )
    await look()
    expect(Object.keys(kinds())).toEqual(['d', 'd/old.txt', 'd/sub', 'd/sub/deep.txt'])
  })

  it('a directory that is gone from the disk is left as it is while somebody changes something in it', async () => {
    rmSync(join(root, 'e'), { recursive: true })
    await home.alone([path('e/other.txt')], async () => {
      const report = await look()
      expect(report.passedOver).toEqual(['e'])
    })
    expect(kinds()).toMatchObject({ e: 'directory', 'e/other.txt': 'file' })
    await look()
    expect(kinds()).not.toHaveProperty('e')
  })

  it('what is left of a directory that is gone is found when somebody asks for it', async () => {
    const orphan = row('e/other.txt')
    rmSync(join(root, 'e'), { recursive: true })
    index.record([{ path: path('e'), state: { kind: 'deleted' } }])
    await scan({ tree, index, ignore: keepAll, world, trust: 'metadata', places: [orphan.path] }, never)
    expect(kinds()).not.toHaveProperty('e/other.txt')
  })

  it('a name that was passed over is looked at again at once', async () => {
    await look(
      onceAfter('list', 'd', async () => {
        await put('d/new.txt', 'new')
        write('d/new.txt', 'and edited since')
      }),
    )
    const { state } = row('d/new.txt')
    expect(state).toMatchObject({ kind: 'file', size: 'and edited since'.length })
  })

  it('a change that is under way on disk, but in no row yet, is left to the one who makes it', async () => {
    home = new Home({ disk: await diskOf(slow('rename', () => look())), index })
    await home.commit(
      { do: 'move', from: path('d/sub'), to: path('e/sub'), kind: 'directory', expect: stampOfRow(row('d/sub')) },
      never,
    )
    expect(kinds()).toMatchObject({ 'e/sub': 'directory', 'e/sub/deep.txt': 'file' })
    expect(kinds()).not.toHaveProperty('d/sub')
  })

  it('a directory that was listed, and then moved by somebody on disk, leaves nothing behind under its old name', async () => {
    write('e/inner/fresh.txt', 'fresh')
    // `e` is listed where it was, `d` when `e` is in it, and `d` is compared first.
    let hasMoved = () => {}
    const moved = new Promise<void>(resolve => {
      hasMoved = resolve
    })
    await look(
      replaced('list', async (original, args) => {
        if (args[0] === 'd') await moved
        const answer = await original(...args)
        if (args[0] === 'e') {
          renameSync(join(root, 'e'), join(root, 'd/e'))
          hasMoved()
        }
        return answer
      }),
    )
    expect(Object.keys(kinds()).filter(name => !name.startsWith('d'))).toEqual([])
    expect(kinds()).toMatchObject({ 'd/e/inner/fresh.txt': 'file', 'd/e/other.txt': 'file' })
  })

  it('a file that is moved to a name of which only the row is left is seen for what it is', async () => {
    const { state } = row('d/old.txt')
    rmSync(join(root, 'e/other.txt'))
    const expected = stampOfRow(row('d/old.txt'))
    const [from, to] = [path('d/old.txt'), path('e/other.txt')]
    done(await home.commit({ do: 'move', from, to, kind: 'file', expect: expected }, never))
    await look()
    expect(row('e/other.txt').state).toMatchObject({ content: 'content' in state ? state.content : '' })
    expect(kinds()).not.toHaveProperty('d/old.txt')
  })

  it('what the scan records itself is nobody else: a file that gave way to another is recorded at once', async () => {
    renameSync(join(root, 'd/old.txt'), join(root, 'e/moved.txt'))
    write('d/old.txt', 'another one')
    const { node } = row('d/old.txt')
    const report = await look()
    expect(report).toMatchObject({ passedOver: [], unsettled: [] })
    expect(row('e/moved.txt').node).toBe(node)
    expect(row('d/old.txt').state).toMatchObject({ kind: 'file', size: 'another one'.length })
  })
})

// --- doing ------------------------------------------------------------------------------------------------------------------

async function put(text: string, content: string): Promise<void> {
  const bytes = Buffer.from(content)
  const at = path(text)
  const there = index.row(at)
  const source = { path: at, size: bytes.length, mtimeNs: undefined, bytes, open: () => once(bytes), sum: noSum }
  const staged = await home.stage(source, { token: undefined, save: () => undefined }, never)
  const expected = there === undefined || there.state.kind === 'deleted' ? 'absent' : stampOfRow(there)
  done(await home.commit({ do: 'put', path: at, staged, mtimeNs: 1_700_000_000_000_000_000n, expect: expected }, never))
}

async function remove(text: string): Promise<void> {
  done(await home.commit({ do: 'remove', path: path(text), kind: 'file', expect: stampOfRow(row(text)) }, never))
}

async function move(from: string, to: string): Promise<void> {
  const expected = stampOfRow(row(from))
  done(await home.commit({ do: 'move', from: path(from), to: path(to), kind: 'directory', expect: expected }, never))
}

function done(committed: { readonly as: string }): void {
  expect(committed.as).toBe('done')
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

async function noSum() {
  return undefined
}

let looks = 0

function look(seen: Tree = tree) {
  looks += 1
  // Under other rules than before, every directory is listed.
  const ignore = { ...keepAll, fingerprint: String(looks) }
  return scan(
    { tree: seen, index, ignore, world, trust: 'metadata', isBusy: (at, reach) => home.isBusy(at, reach) },
    never,
  )
}

/** The tree; once the answer of the first such call is at hand, and before anybody has it, `deed` is done. */
function onceAfter(call: 'list' | 'hash', at: string, deed: () => Promise<void>): Tree {
  let isDone = false
  return replaced(call, async (original, args) => {
    const answer = await original(...args)
    const first = args[0] as string | readonly string[]
    if (!isDone && (call === 'list' ? first === at : first.includes(at))) {
      isDone = true
      await deed().catch(e => {
        console.error(e)
        throw e
      })
    }
    return answer
  })
}

/** The tree; after a rename `deed` is done before the caller knows. */
function slow(call: 'rename', deed: () => Promise<unknown>): Tree {
  return replaced(call, async (original, args) => {
    const answer = await original(...args)
    await deed()
    return answer
  })
}

type Call = (...args: unknown[]) => Promise<unknown>

function replaced(call: keyof Tree, by: (original: Call, args: unknown[]) => Promise<unknown>): Tree {
  return new Proxy(tree, {
    get: (target, key) => {
      const value = (target as unknown as Record<PropertyKey, unknown>)[key]
      if (typeof value !== 'function') return value
      // Every directory is to be listed.
      if (key === 'answersTo') return async (asked: readonly unknown[]) => asked.map(() => false)
      const original = value.bind(target) as Call
      return key === call ? (...args: unknown[]) => by(original, args) : original
    },
  })
}

async function diskOf(seen: Tree) {
  const trash = openTrash({ tree, clock: world.clock, random: world.random })
  const memory = { get: () => undefined, set: () => undefined }
  return connectDirectory({ tree: seen, world, memory, mode: 'read-write', trash })
}

function write(name: string, content: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
}

function path(text: string): Path {
  const parsed = parsePath(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function row(text: string) {
  const found = index.row(path(text))
  if (found === undefined) throw new Error(`no row ${text}`)
  return found
}

function kinds(): Record<string, string> {
  return Object.fromEntries([...index.rowsBelow('')].map(each => [each.path, each.state.kind]))
}
