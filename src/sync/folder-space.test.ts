import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openIndex } from '../index/sqlite-index.ts'
import { type Path, type Place, parsePath } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { openTrash } from '../revisions/trash.ts'
import { ignoreRules } from '../scan/ignore.ts'
import { spaceConformance } from '../store/conformance.ts'
import type { Condition, FileNode, NodeId, Space } from '../store/space.ts'
import { type Folder, openFolder } from './folder.ts'
import { folderSpace } from './folder-space.ts'

const SIGNAL = new AbortController().signal
const world = nodeWorld({ log: () => undefined })

interface Opened {
  readonly folder: Folder
  readonly space: Space
  readonly hints: Place[]
  readonly told: () => number
  close(): Promise<void>
}

async function openAt(root: string, ignored = ''): Promise<Opened> {
  const tree = await openNodeTree(root)
  mkdirSync(join(root, '.syncline'), { recursive: true })
  const index = openIndex(join(root, '.syncline/index.db'), { device: 1n as DeviceId, now: Date.now })
  const revisions = openTrash({ tree, clock: world.clock, random: world.random })
  const memory = { get: () => undefined, set: () => undefined }
  const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
  const ignore = ignoreRules({ files: [{ name: 'test', text: ignored }], caseFold: false })
  const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'metadata', mode: 'sync' })
  const hints: Place[] = []
  let told = 0
  const space = folderSpace({
    ...{ id: 'f', label: 'Folder', number: 7, folder, ignore },
    hint: place => void hints.push(place),
    onChanged: () => {
      told += 1
    },
  })
  const close = async () => {
    await space.close()
    expect(index.check()).toEqual([])
    index.close()
    await tree.close()
  }
  return { folder, space, hints, told: () => told, close }
}

spaceConformance('a folder as a space', async () => {
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'folder-space-'))
  let opened = await openAt(root, '!~\n')
  let isOpen = true
  const close = async () => {
    if (isOpen) await opened.close()
    isOpen = false
  }
  const reopen = async () => {
    await close()
    opened = await openAt(root)
    isOpen = true
    return new Proxy(opened.space, {
      get: (space, key) => {
        const value = Reflect.get(space, key, space) as unknown
        if (key === 'close') return close
        return typeof value === 'function' ? value.bind(space) : value
      },
    })
  }
  const dispose = async () => {
    await close()
    rmSync(root, { recursive: true, force: true })
  }
  return { space: opened.space, reopen, dispose }
}, ['ids through the trash'])

describe('a folder that is served', () => {
  let root: string
  let at: Opened

  beforeEach(async () => {
    root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'folder-space-'))
    at = await openAt(root, '*.tmp\nbuild/\n')
  })
  afterEach(async () => {
    await at.close()
    rmSync(root, { recursive: true, force: true })
  })

  it('shows neither links nor what is ignored, and takes nothing under such a name', async () => {
    write('d/kept', 'x')
    write('d/some.tmp', 'x')
    symlinkSync('kept', join(root, 'd/link'))
    await scan()
    expect((await list('d')).map(({ path }) => path)).toEqual(['d/kept'])
    for (const name of ['d/link', 'd/some.tmp']) expect(await at.space.find(path(name))).toBeUndefined()
    expect(await put('d/other.tmp', 'x')).toMatchObject({ as: 'refused', why: 'name-not-allowed' })
    expect(await at.space.change({ do: 'make-directory', at: path('build') }, SIGNAL)).toMatchObject({
      as: 'refused',
      why: 'name-not-allowed',
    })
    expect(await put('d/link', 'x')).toMatchObject({ as: 'refused', why: 'exists' })
  })

  it('refuses a put onto a file that nobody has looked at yet, and asks for a look', async () => {
    write('new', 'from a program')
    expect(await put('new', 'from a client')).toMatchObject({ as: 'refused', why: 'stale' })
    expect(at.hints).toContain('')
    expect(readFileSync(join(root, 'new'), 'utf8')).toBe('from a program')
    await scan()
    expect(await put('new', 'from a client')).toMatchObject({ as: 'done', made: 'replaced' })
    expect(readFileSync(join(root, 'new'), 'utf8')).toBe('from a client')
  })

  it('refuses to replace, move or delete a file that was edited since it was looked at', async () => {
    await put('a', 'one')
    write('a', 'edited on disk')
    const from = path('a')
    expect(await put('a', 'two')).toMatchObject({ as: 'refused', why: 'stale' })
    for (const change of [
      { do: 'trash', at: from, when: 'any' },
      { do: 'move', from, to: path('b'), overwrite: 'keep', when: 'any' },
      { do: 'copy', from, to: path('b'), overwrite: 'keep', depth: 'tree', when: 'any' },
      { do: 'set-mtime', at: from, mtimeMs: 5, when: 'any' },
    ] as const) {
      expect(await at.space.change(change, SIGNAL)).toMatchObject({ as: 'refused', why: 'stale' })
    }
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('edited on disk')
    expect(existsSync(join(root, 'b'))).toBe(false)
  })

  it('does not serve bytes that are not those of the row', async () => {
    const node = await file('a', 'one')
    write('a', 'two')
    await expect(text(node)).rejects.toMatchObject({ code: 'changed' })
    expect(at.hints).toContain('')
  })

  it('sees what the disk brings: ids stay through a rename there, etags of all directories above change', async () => {
    for (const place of ['d', 'd/e']) await at.space.change({ do: 'make-directory', at: path(place) }, SIGNAL)
    const node = await file('d/e/a', 'one')
    const [root0, d0] = [await at.space.find(''), await at.space.find(path('d'))]
    const told: NodeId[][] = []
    const watching = at.space.watch(changed => void told.push([...changed]))
    write('d/e/a', 'longer than before')
    await scan()
    const after = (await at.space.find(path('d/e/a'))) as FileNode
    expect(after.id).toBe(node.id)
    expect(after.etag).not.toBe(node.etag)
    expect((await at.space.find(''))?.etag).not.toBe(root0?.etag)
    expect((await at.space.find(path('d')))?.etag).not.toBe(d0?.etag)
    expect((await at.space.find(''))?.size).toBe('longer than before'.length)
    while (told.length === 0) await new Promise(setImmediate)
    expect(told.flat()).toEqual([node.id])
    watching[Symbol.dispose]()
  })

  it('tells its folder that there is something to sync', async () => {
    await put('a', 'one')
    expect(at.told()).toBe(1)
    await put('a', 'two', 'absent')
    expect(at.told()).toBe(1)
  })

  it('a directory that was deleted takes along what no row knows of, and brings it back', async () => {
    await at.space.change({ do: 'make-directory', at: path('d') }, SIGNAL)
    await put('d/a', 'one')
    write('d/unseen', 'unseen')
    write('d/x.tmp', 'ignored')
    await at.space.change({ do: 'trash', at: path('d'), when: 'any' }, SIGNAL)
    expect(existsSync(join(root, 'd'))).toBe(false)
    const [entry] = await trashed()
    await at.space.trash.restore(entry?.id ?? '')
    expect((await list('d')).map(node => node.path)).toEqual(['d/a', 'd/unseen'])
    expect(readFileSync(join(root, 'd/x.tmp'), 'utf8')).toBe('ignored')
  })

  it('shows what a run deleted, file by file', async () => {
    const { home, index } = at.folder
    await file('a', 'one')
    const row = index.row(path('a'))
    await home.commit({ do: 'remove', path: path('a'), kind: 'file', expect: String(row?.sequence) as never }, SIGNAL)
    const [entry, ...others] = await trashed()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ kind: 'file', origin: 'a', size: 3 })
    expect(await at.space.trash.restore(entry?.id ?? '')).toMatchObject({ as: 'done', node: { path: 'a' } })
    expect(await trashed()).toEqual([])
  })

  it('leaves nothing in its corner: neither of what was put nor of what failed', async () => {
    await put('a', 'one')
    await put('a', 'two', 'absent')
    const bytes = async function* () {
      yield Buffer.alloc(3_000_000)
    }
    const incoming = { at: path('b'), size: 4_000_000, bytes: bytes() }
    await expect(at.space.receive(incoming, SIGNAL)).rejects.toMatchObject({ code: 'protocol' })
    const left = await at.folder.tree.list('.syncline/staging')
    // What was received and not put is discarded by its owner.
    expect(left).toHaveLength(1)
  })

  // --- doing ----------------------------------------------------------------------------------------------------------------

  const scan = () => at.folder.scan('everything', SIGNAL)

  function write(name: string, content: string): void {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }

  async function put(name: string, body: string, when: Condition = 'any') {
    const bytes = Buffer.from(body)
    const once = async function* () {
      yield bytes
    }
    const received = await at.space.receive({ at: path(name), size: bytes.length, bytes: once() }, SIGNAL)
    return at.space.change({ do: 'put', at: path(name), received, mtimeMs: 1_700_000_000_000, when }, SIGNAL)
  }

  async function file(name: string, body: string): Promise<FileNode> {
    const changed = await put(name, body)
    expect(changed).toMatchObject({ as: 'done', node: { kind: 'file' } })
    return (changed as { readonly node: FileNode }).node
  }

  async function text(node: FileNode): Promise<string> {
    const pieces: Uint8Array[] = []
    for await (const piece of at.space.read(node, { from: 0 }, SIGNAL)) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }

  async function list(place: string) {
    const pages = []
    for await (const page of at.space.list(place as Place)) pages.push(...page)
    return pages
  }

  async function trashed() {
    const pages = []
    for await (const page of at.space.trash.list()) pages.push(...page)
    return pages
  }
})

function path(text: string): Path {
  const parsed = parsePath(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}
