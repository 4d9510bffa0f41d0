import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contentIdOfBytes } from '../index/content-id.ts'
import type { FolderIndex, Row } from '../index/folder-index.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { Stamp } from '../model/entry.ts'
import { isWithin, type Path, parsePath } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Hashed, Tree } from '../platform/tree.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { type ScanOptions, scan } from './scan.ts'

const never = new AbortController().signal
const world = nodeWorld({ log: () => undefined })
const keepAll: IgnoreRules = { verdict: () => 'kept', mayHoldKept: () => false, fingerprint: '' }

let root: string
let tree: Tree
let index: FolderIndex

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'scan-test-'))
  tree = await openNodeTree(root)
  index = openIndex(':memory:', { device: 1n as DeviceId, now: () => 1e12 })
})
afterEach(async () => {
  expect(index.check()).toEqual([])
  index.close()
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

describe('a scan', () => {
  it('records what is there, parents before children', async () => {
    write('d/e/f.txt', 'hello')
    write('empty', '')
    symlinkSync('d/e', join(root, 'link'))
    write('.syncline/index.db', 'ours')
    const report = await look()
    expect(report).toMatchObject({ files: 2, directories: 2, hashedFiles: 2, hashedBytes: 5, changed: 5 })
    expect(kinds()).toEqual({ d: 'directory', 'd/e': 'directory', 'd/e/f.txt': 'file', empty: 'file', link: 'symlink' })
    const stat = lstatSync(join(root, 'd/e/f.txt'), { bigint: true })
    expect(row('d/e/f.txt')?.state).toMatchObject({
      size: 5,
      mtimeNs: stat.mtimeNs,
      inode: stat.ino,
      mode: Number(stat.mode & 0o777n),
      content: contentIdOfBytes(Buffer.from('hello')),
    })
    expect(row('link')?.state).toMatchObject({ target: 'd/e' })
    const order = ['d', 'd/e', 'd/e/f.txt'].map(text => row(text)!.sequence)
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  it('of an unchanged folder reads and records nothing', async () => {
    write('d/f', 'x')
    symlinkSync('d', join(root, 'link'))
    await look()
    const before = [...index.rowsBelow('')]
    expect(await look()).toMatchObject({ files: 1, directories: 1, hashedFiles: 0, changed: 0 })
    expect([...index.rowsBelow('')]).toEqual(before)
  })

  it('sees edits, mode changes, new times and deletions, each as one piece of news', async () => {
    for (const name of ['edited', 'mode', 'time', 'gone/x', 'gone/y', 'same']) write(name, name)
    await look()
    write('edited', 'other!')
    chmodSync(join(root, 'mode'), 0o600)
    utimesSync(join(root, 'time'), 1, 1)
    rmSync(join(root, 'gone'), { recursive: true })
    const before = index.sequence
    expect(await look()).toMatchObject({ changed: 6 })
    expect(index.sequence).toBe(before + 6)
    expect(row('time')?.state).toMatchObject({ mtimeNs: 1_000_000_000n })
    expect(row('mode')?.state).toMatchObject({ mode: 0o600 })
    expect(['gone', 'gone/x', 'gone/y'].map(text => row(text)?.state.kind)).toEqual(Array(3).fill('deleted'))
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('takes a file that was only touched in its inode as no news', async () => {
    write('f', 'x')
    await look()
    const before = row('f')
    chmodSync(join(root, 'f'), 0o600)
    chmodSync(join(root, 'f'), 0o644)
    expect(await look()).toMatchObject({ hashedFiles: 1, changed: 0 })
    expect(row('f')?.sequence).toBe(before?.sequence)
    expect(await look()).toMatchObject({ hashedFiles: 0 })
  })

  it('keeps the wanted time where the disk holds it less finely', async () => {
    write('f', 'x')
    utimesSync(join(root, 'f'), 1_600_000_000, 1_600_000_000.123456)
    await look()
    const disk = (row('f')!.state as { mtimeNs: bigint }).mtimeNs
    const wanted = disk - (disk % 1000n) + 789n
    index.record([{ path: path('f'), state: { ...row('f')!.state, mtimeNs: wanted } as Row['state'] }])
    utimesSync(join(root, 'f'), 1_600_000_000, Number(disk / 1000n) / 1e6)
    chmodSync(join(root, 'f'), 0o600)
    chmodSync(join(root, 'f'), 0o644)
    expect(await look()).toMatchObject({ hashedFiles: 1, changed: 0 })
    expect(row('f')?.state).toMatchObject({ mtimeNs: wanted })
  })

  it('follows changes of kind both ways', async () => {
    write('a/x', '1')
    write('b', '2')
    symlinkSync('b', join(root, 'c'))
    await look()
    rmSync(join(root, 'a'), { recursive: true })
    write('a', 'now a file')
    unlinkSync(join(root, 'b'))
    write('b/y', '3')
    unlinkSync(join(root, 'c'))
    write('c', '4')
    await look()
    expect(kinds()).toEqual({ a: 'file', b: 'directory', 'b/y': 'file', c: 'file' })
    expect(await look()).toMatchObject({ changed: 0 })
  })
})

describe('moves', () => {
  it('carry the node of a file along', async () => {
    write('a/f', 'some')
    mkdirSync(join(root, 'b'))
    await look()
    const node = row('a/f')?.node
    renameSync(join(root, 'a/f'), join(root, 'b/g'))
    expect(await look()).toMatchObject({ changed: 2 })
    expect([row('b/g')?.node, row('a/f')?.state.kind]).toEqual([node, 'deleted'])
  })

  it('of a directory carry everything along and read nothing', async () => {
    for (const name of ['x', 'y', 'deep/z']) write(`old/${name}`, name)
    await look()
    const nodes = [...index.rowsBelow(path('old'))].map(each => each.node)
    renameSync(join(root, 'old'), join(root, 'new'))
    expect(await look()).toMatchObject({ hashedFiles: 0, changed: 10 })
    expect([...index.rowsBelow(path('new'))].map(each => each.node)).toEqual(nodes)
    expect(kinds()).toEqual({
      new: 'directory',
      'new/deep': 'directory',
      'new/deep/z': 'file',
      'new/x': 'file',
      'new/y': 'file',
    })
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('of a directory with edits inside end as the disk is', async () => {
    for (const name of ['kept', 'edited', 'gone', 'out']) write(`old/${name}`, name)
    await look()
    const out = row('old/out')?.node
    renameSync(join(root, 'old'), join(root, 'new'))
    write('new/edited', 'longer than before')
    unlinkSync(join(root, 'new/gone'))
    renameSync(join(root, 'new/out'), join(root, 'out'))
    write('new/added', '')
    await look()
    expect(Object.keys(kinds())).toEqual(['new', 'new/added', 'new/edited', 'new/kept', 'out'])
    expect(row('out')?.node).toBe(out)
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('give the node to the new name, and a new one to what took the old name', async () => {
    write('a', 'first')
    await look()
    const node = row('a')?.node
    renameSync(join(root, 'a'), join(root, 'b'))
    write('a', 'other content')
    await look()
    expect(row('b')?.node).toBe(node)
    expect(row('a')?.node).not.toBe(node)
    expect(kinds()).toEqual({ a: 'file', b: 'file' })
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('are not seen in a second hard link', async () => {
    write('a', 'first')
    await look()
    linkSync(join(root, 'a'), join(root, 'b'))
    linkSync(join(root, 'a'), join(root, 'c'))
    await look()
    const nodes = ['a', 'b', 'c'].map(text => row(text)?.node)
    expect(new Set(nodes).size).toBe(3)
    unlinkSync(join(root, 'a'))
    linkSync(join(root, 'b'), join(root, 'd'))
    await look()
    expect(row('d')?.node).toBe(nodes[0])
    expect(row('b')?.node).toBe(nodes[1])
  })

  it("of two files to each other's names carry both nodes along", async () => {
    for (const [name, text] of Object.entries({ a: 'aaa', b: 'bbbb', c: 'stays' })) write(name, text)
    await look()
    const [a, b, c] = nodesOf('a', 'b', 'c')
    rotate('a', 'b')
    await look()
    expect(row('a')?.state).toMatchObject({ size: 4 })
    expect(nodesOf('a', 'b', 'c')).toEqual([b, a, c])
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('around a ring carry every node along, also across directories', async () => {
    for (const name of ['a', 'd/b', 'e/c']) write(name, `${name} `.repeat(name.length))
    await look()
    const [a, b, c] = nodesOf('a', 'd/b', 'e/c')
    rotate('a', 'd/b', 'e/c')
    await look()
    expect(nodesOf('d/b', 'e/c', 'a')).toEqual([a, b, c])
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('over another file give its name the node of what moved', async () => {
    write('a', 'mover')
    write('b', 'is replaced')
    await look()
    const [a] = nodesOf('a')
    renameSync(join(root, 'a'), join(root, 'b'))
    expect(await look()).toMatchObject({ changed: 2 })
    expect(nodesOf('b')).toEqual([a])
    expect(row('a')?.state.kind).toBe('deleted')
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('are not seen where a number was given again to other bytes', async () => {
    write('a', 'one')
    write('b', 'two')
    await look()
    const [a, b] = nodesOf('a', 'b')
    // As when an editor replaces first the one, then the other, and the second new file gets the inode that the first has freed.
    rotate('a', 'b')
    write('a', '1st')
    write('b', '2nd')
    await look()
    expect(nodesOf('a', 'b')).toEqual([a, b])
  })

  it('are not seen in a hard link that took the place of a file', async () => {
    write('a', 'first')
    write('b', 'other')
    await look()
    const nodes = nodesOf('a', 'b')
    unlinkSync(join(root, 'b'))
    linkSync(join(root, 'a'), join(root, 'b'))
    await look()
    expect(nodesOf('a', 'b')).toEqual(nodes)
  })

  it('give a node to one path only, also when a directory that held the file moved and a second link stayed in it', async () => {
    write('x/a', 'first')
    await look()
    linkSync(join(root, 'x/a'), join(root, 'y'))
    renameSync(join(root, 'x'), join(root, 'z'))
    await look()
    expect(kinds()).toEqual({ y: 'file', z: 'directory', 'z/a': 'file' })
    expect(row('y')?.node).not.toBe(row('z/a')?.node)
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })

  it('that were seen in part leave no node at two paths', async () => {
    write('a', 'aaa')
    write('b', 'bbbb')
    await look()
    rotate('a', 'b')
    // A directory that is new makes the scan record what it has so far.
    write('c/x', '')
    const aborter = new AbortController()
    const failing = withTree({
      hash: async (paths, signal) => {
        const hashed = await tree.hash(paths, signal)
        aborter.abort(new Error('enough'))
        return hashed.map((each, i) => (paths[i] === 'b' ? Object.assign(new Error('no'), { code: 'EIO' }) : each))
      },
    })
    await expect(scan(options({ tree: failing }), aborter.signal)).rejects.toThrow('enough')
    expect(index.check()).toEqual([])
    await look()
    expect(kinds()).toMatchObject({ a: 'file', b: 'file' })
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
  })
})

describe('what cannot or shall not be seen', () => {
  it('is no deletion when a directory cannot be listed', async () => {
    write('d/f', 'x')
    write('d/sub/g', 'y')
    await look()
    const failing = withTree({
      list: async place => {
        if (place === 'd') throw Object.assign(new Error('no'), { code: 'EACCES' })
        return tree.list(place)
      },
    })
    expect(await look({ tree: failing })).toMatchObject({
      unreadable: [{ place: 'd', reason: 'permission was denied' }],
      changed: 0,
    })
    expect(Object.keys(kinds())).toEqual(['d', 'd/f', 'd/sub', 'd/sub/g'])
  })

  it('is no deletion when a file or name cannot be read', async () => {
    write('f', 'x')
    write('g', 'y')
    await look()
    write('f', 'changed')
    const failing = withTree({
      hash: async () => [Object.assign(new Error('no'), { code: 'EIO' })],
      list: async place =>
        (await tree.list(place)).map(each =>
          each.name === 'g' ? { name: 'g', stat: undefined, fault: 'unreadable' } : each,
        ),
    })
    const { unreadable } = await look({ tree: failing })
    expect(unreadable.map(({ place }) => place).sort()).toEqual(['f', 'g'])
    expect(row('f')?.state).toMatchObject({ size: 1 })
    expect(row('g')?.state.kind).toBe('file')
  })

  it('says whether the disk, the rights or the number of open files keep it from being read', async () => {
    for (const name of ['closed', 'broken', 'many']) write(`${name}/f`, 'x')
    const codes = new Map([
      ['closed', 'EACCES'],
      ['broken', 'EIO'],
      ['many', 'EMFILE'],
    ])
    const failing = withTree({
      list: async place => {
        const code = codes.get(place)
        if (code !== undefined) throw Object.assign(new Error(code), { code })
        return tree.list(place)
      },
    })
    const { unreadable } = await look({ tree: failing })
    expect(new Map(unreadable.map(({ place, ...rest }) => [place, rest]))).toEqual(
      new Map([
        ['closed', { reason: 'permission was denied' }],
        ['broken', { reason: 'the disk reported an error', because: 'io' }],
        ['many', { reason: 'too many files are open', because: 'too-many-files' }],
      ]),
    )
  })

  it('stops everything when the root is gone', async () => {
    write('f', 'x')
    await look()
    const gone = withTree({ list: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' })) })
    await expect(look({ tree: gone })).rejects.toMatchObject({ code: 'folder-unusable' })
    expect(row('f')?.state.kind).toBe('file')
  })

  it('is blocked, with everything below, when rules come to ignore it, and comes back as it was', async () => {
    write('d/f', 'x')
    write('other', 'y')
    await look()
    const nodes = [row('d')?.node, row('d/f')?.node]
    await look({ ignore: ignoring('d') })
    expect([row('d')?.state, row('d/f')?.state]).toEqual(Array(2).fill({ kind: 'blocked', why: 'ignored' }))
    expect(await look({ ignore: ignoring('d') })).toMatchObject({ changed: 0 })
    rmSync(join(root, 'd/f'))
    await look({ ignore: ignoring('d') })
    rmSync(join(root, 'd'), { recursive: true })
    expect(await look({ ignore: ignoring('d') })).toMatchObject({ changed: 0 })
    write('d/f', 'x')
    await look()
    expect([row('d')?.node, row('d/f')?.node]).toEqual(nodes)
  })

  it('was never there when it went while it was ignored: no tombstone, no agreement, wherever it was', async () => {
    for (const name of ['d/f', 'd/deep/g', 'f', 'kept']) write(name, 'x')
    await look()
    const agreed = index.pair('r')
    agreed.agree([{ path: path('f'), kind: 'file', local: 'ours' as Stamp, remote: 'theirs' as Stamp }])
    const rules = { ...keepAll, fingerprint: 'only what is kept', verdict: keepOnly('kept') }
    await look({ ignore: rules })
    for (const name of ['d', 'f']) rmSync(join(root, name), { recursive: true })
    await look({ ignore: rules })
    const { sequence } = index
    expect(await look()).toMatchObject({ changed: 0 })
    for (const name of ['d', 'd/f', 'd/deep', 'd/deep/g', 'f']) expect(row(name)).toBeUndefined()
    expect(agreed.agreement(path('f'))).toBeUndefined()
    expect(index.sequence).toBe(sequence)
  })

  it('gets no row when it was never synced, and is entered only for what may be kept', async () => {
    write('d/f', 'x')
    write('d/kept', 'y')
    await look({ ignore: ignoring('d') })
    expect(kinds()).toEqual({})
    const except = { ...ignoring('d'), mayHoldKept: () => true, verdict: keepOnly('d/kept') }
    await look({ ignore: except })
    expect(kinds()).toEqual({ 'd/kept': 'file' })
  })

  it('is reported: pipes, and names that are not ours to keep', async () => {
    write('was-file', 'x')
    await look()
    const strange = withTree({
      list: async place => {
        const stat = (await tree.stat('was-file'))!
        return place === ''
          ? [
              { name: 'was-file', stat: { ...stat, kind: 'other' } },
              { name: 'pipe', stat: { ...stat, kind: 'other' } },
              { name: 'bad\uFFFD', stat: undefined, fault: 'not-unicode' },
              { name: 'x'.repeat(2000), stat },
            ]
          : []
      },
    })
    const report = await look({ tree: strange })
    expect(report.unsupported.map(each => each.path)).toEqual(['was-file', 'pipe'])
    expect(report.unusable.map(each => each.reason)).toEqual([
      'the name is not valid Unicode',
      'the name or its path is too long',
    ])
    expect(kinds()).toEqual({ 'was-file': 'blocked' })
  })
})

describe('hashing', () => {
  it('of a file that changes meanwhile is not believed', async () => {
    write('f', 'x')
    await look()
    const before = row('f')
    write('f', 'xx')
    const busy = withTree({
      hash: async (paths, signal) => {
        writeFileSync(join(root, 'f'), 'xxx')
        return tree.hash(paths, signal)
      },
    })
    expect(await look({ tree: busy })).toMatchObject({ unsettled: ['f'], changed: 0 })
    expect(row('f')).toEqual(before)
    expect(await look()).toMatchObject({ unsettled: [], changed: 1 })
  })

  it('is repeated when a young file changed right after it was read', async () => {
    write('f', 'one')
    let rounds = 0
    const busy = withTree({
      hash: async (paths, signal) => {
        rounds += 1
        const hashed = await tree.hash(paths, signal)
        if (rounds === 1) write('f', 'two!')
        return hashed
      },
    })
    await look({ tree: busy })
    expect(rounds).toBe(2)
    expect(row('f')?.state).toMatchObject({ content: contentIdOfBytes(Buffer.from('two!')), size: 4 })
  })

  it('is repeated by the next scan when the disk keeps times too coarsely to tell', async () => {
    write('f', 'one')
    const second = BigInt(Math.floor(world.clock.now() / 1000)) * 1_000_000_000n
    let at = second
    const coarse = withTree({
      list: async place => (await tree.list(place)).map(each => ({ ...each, stat: { ...each.stat!, ...times() } })),
      hash: async (paths, signal) =>
        (await tree.hash(paths, signal)).map(each => {
          const hashed = each as Hashed
          return { ...hashed, before: { ...hashed.before, ...times() }, after: { ...hashed.after, ...times() } }
        }),
    })
    const times = () => ({ mtimeNs: at, ctimeNs: at })
    await look({ tree: coarse })
    at = second - 5_000_000_000n
    expect(await look({ tree: coarse })).toMatchObject({ hashedFiles: 1 })
    expect(await look({ tree: coarse })).toMatchObject({ hashedFiles: 0 })
  })

  it('of everything finds damage and does not call it an edit', async () => {
    write('f', 'good')
    await look()
    const before = row('f')
    const rotten = withTree({
      hash: async (paths, signal) =>
        (await tree.hash(paths, signal)).map(each => ({ ...(each as Hashed), blocks: new Uint8Array(32) })),
    })
    expect(await look({ tree: rotten, trust: 'metadata' })).toMatchObject({ damaged: [], hashedFiles: 0 })
    expect(await look({ tree: rotten, trust: 'content' })).toMatchObject({ damaged: ['f'], changed: 0 })
    expect(row('f')).toEqual(before)
  })

  it('remembers the blocks of what has more than one', async () => {
    write('big', 'x'.repeat(300_000))
    write('small', 'x')
    await look()
    const contentOf = (text: string) => (row(text)!.state as { content: Parameters<FolderIndex['blocks']>[0] }).content
    expect(index.blocks(contentOf('big'))).toHaveLength(96)
    expect(index.blocks(contentOf('small'))).toBeUndefined()
  })

  it('stops with the reason of the signal and loses nothing that was recorded', async () => {
    for (let i = 0; i < 600; i += 1) write(`d/f${i}`, String(i))
    const stop = new AbortController()
    const stopping = withTree({
      hash: (paths, signal) => {
        stop.abort(new Error('enough'))
        return tree.hash(paths, signal)
      },
    })
    await expect(scan(options({ tree: stopping }), stop.signal)).rejects.toThrow('enough')
    await look()
    expect(index.count()).toBe(601)
  })
})

describe('directories that are as the index has them', () => {
  it('are not listed, and are counted all the same', async () => {
    for (const name of ['a/f', 'a/g', 'a/sub/h', 'b/i', 'top']) write(name, name)
    const first = await look()
    const { listed, seen } = countingTree()
    const { files, directories, changed, hashedFiles } = await look({ tree: seen })
    expect({ files, directories }).toEqual({ files: first.files, directories: first.directories })
    expect({ changed, hashedFiles, listed }).toEqual({ changed: 0, hashedFiles: 0, listed: [] })
  })

  it('are passed by on the way to those that are not', async () => {
    for (const name of ['a/f', 'a/sub/g', 'a/sub/deep/h', 'b/i']) write(name, name)
    mkdirSync(join(root, 'empty'))
    await look()
    write('a/sub/new', 'x')
    rmSync(join(root, 'b/i'))
    write('empty/first', 'y')
    const { listed, seen } = countingTree()
    expect(await look({ tree: seen })).toMatchObject({ changed: 3 })
    expect(listed.sort()).toEqual(['a/sub', 'b', 'empty'])
    expect(kinds()).toMatchObject({ 'a/sub/new': 'file', 'empty/first': 'file', 'a/sub/deep/h': 'file' })
    expect(row('b/i')?.state.kind).toBe('deleted')
  })

  it('are listed when the rules have changed, and after a scan under them that could not look everywhere', async () => {
    write('a/f', 'x')
    write('b/g', 'y')
    await look()
    const unreadable = withTree({
      list: async place => {
        if (place === 'b') throw Object.assign(new Error('no'), { code: 'EACCES' })
        return tree.list(place)
      },
    })
    await look({ tree: unreadable, ignore: ignoring('b/g') })
    expect(kinds()).toMatchObject({ 'b/g': 'file' })
    await look({ ignore: ignoring('b/g') })
    expect(kinds()).toMatchObject({ 'b/g': 'blocked' })
  })

  it('are looked into all the same when only contents are trusted', async () => {
    write('a/f', 'x')
    await look()
    expect(await look({ trust: 'content' })).toMatchObject({ hashedFiles: 1 })
  })
})

describe('places', () => {
  it('limit what is looked at', async () => {
    write('a/b/c', '1')
    write('a/x', '1')
    await look()
    write('a/b/new', '2')
    write('a/x', 'not looked at')
    write('y', 'not looked at')
    expect(await look({ places: [path('a/b'), path('a/b/c')] })).toMatchObject({ changed: 1 })
    expect(row('a/x')?.state).toMatchObject({ size: 1 })
    expect(await look({ places: [path('a/x')] })).toMatchObject({ changed: 1, files: 1 })
    expect(row('a/x')?.state).toMatchObject({ size: 13 })
    expect(row('y')).toBeUndefined()
  })

  it('that are new bring the directories above them along', async () => {
    write('a/b/c', '1')
    write('a/z', '1')
    expect(await look({ places: [path('a/b'), path('a/q')] })).toMatchObject({ changed: 3, unsettled: [] })
    expect(kinds()).toEqual({ a: 'directory', 'a/b': 'directory', 'a/b/c': 'file' })
  })

  it('that are gone are deleted, from the highest directory that is gone', async () => {
    write('a/b/c', '1')
    write('keep', '1')
    await look()
    rmSync(join(root, 'a'), { recursive: true })
    await look({ places: [path('a/b/c')] })
    expect(kinds()).toEqual({ keep: 'file' })
  })

  it('of this program are never looked at', async () => {
    write('.syncline/x', '1')
    await look({ places: ['.syncline/x' as Path, '.syncline' as Path] })
    expect(kinds()).toEqual({})
  })
})

it('random edits end as the disk is, and a second look is quiet', async () => {
  const random = seeded(7)
  const names = ['a', 'b', 'c', 'd']
  const anyPath = () => Array.from({ length: 1 + random(3) }, () => names[random(4)]).join('/')
  for (let round = 0; round < 150; round += 1) {
    for (let i = random(6); i >= 0; i -= 1) edit(random(7), anyPath(), anyPath(), String(random(99)))
    const first = await look()
    expect(first.unsettled).toEqual([])
    expect(kinds()).toEqual(await disk())
    expect(await look()).toMatchObject({ changed: 0, hashedFiles: 0 })
    expect(index.check()).toEqual([])
  }
})

function edit(what: number, at: string, to: string, content: string): void {
  try {
    if (what === 0) rmSync(join(root, at), { recursive: true })
    else if (what === 1) renameSync(join(root, at), join(root, to))
    else if (what === 2) mkdirSync(join(root, at), { recursive: true })
    else if (what === 3) swapApart(at, to)
    else if (what === 4) linkSync(join(root, at), join(root, to))
    else write(at, content)
  } catch (error) {
    // What the disk refuses is no edit.
    if ((error as { code?: string }).code === undefined) throw error
  }
}

/** Renames the first to the second and so on, and the last to the first. */
function rotate(...names: readonly string[]): void {
  const [first, ...others] = names.map(name => join(root, name)).reverse()
  renameSync(first!, `${root}.hand`)
  let free = first!
  for (const name of others) {
    renameSync(name, free)
    free = name
  }
  renameSync(`${root}.hand`, free)
}

function swapApart(a: string, b: string): void {
  const isNested = `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)
  if (!isNested && existsSync(join(root, a)) && existsSync(join(root, b))) rotate(a, b)
}

function nodesOf(...names: readonly string[]) {
  return names.map(name => row(name)?.node)
}

async function disk(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const walk = async (place: string) => {
    for (const { name, stat } of await tree.list(place)) {
      const at = place === '' ? name : `${place}/${name}`
      found[at] = stat!.kind
      if (stat!.kind === 'directory') await walk(at)
      else expect(row(at)?.state).toMatchObject({ content: contentIdOfBytes(readFileSync(join(root, at))) })
    }
  }
  await walk('')
  return found
}

function seeded(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

function options(some: Partial<ScanOptions>): ScanOptions {
  return { tree, index, ignore: keepAll, world, trust: 'metadata', ...some }
}

function look(some: Partial<ScanOptions> = {}) {
  return scan(options(some), never)
}

// The tree, with a few answers replaced: what a disk may do, and a test cannot make it do.
function withTree(some: Partial<Tree>): Tree {
  return new Proxy(tree, {
    get: (target, key) => {
      // What lists otherwise does not answer to its rolls either.
      const no = async (rolls: readonly unknown[]) => rolls.map(() => false)
      const own = (some as Record<PropertyKey, unknown>)[key] ?? (key === 'answersTo' && some.list ? no : undefined)
      const value = own ?? (target as unknown as Record<PropertyKey, unknown>)[key]
      return typeof value === 'function' && own === undefined ? value.bind(target) : value
    },
  })
}

/** The tree, and the places that were listed. */
function countingTree(): { readonly listed: string[]; readonly seen: Tree } {
  const listed: string[] = []
  const list = (place: string) => {
    listed.push(place)
    return tree.list(place)
  }
  return { listed, seen: withTree({ list, answersTo: rolls => tree.answersTo(rolls) }) }
}

function ignoring(place: string): IgnoreRules {
  return {
    ...keepAll,
    verdict: each => (isWithin(each, path(place)) ? 'ignored' : 'kept'),
    fingerprint: `without ${place}`,
  }
}

function keepOnly(kept: string): IgnoreRules['verdict'] {
  return each => (each === kept ? 'kept' : 'ignored')
}

function write(name: string, content: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
}

function path(text: string): Path {
  return parsePath(text)!
}

function row(text: string): Row | undefined {
  return index.row(path(text))
}

function kinds(): Record<string, string> {
  return Object.fromEntries([...index.rowsBelow('')].map(each => [each.path, each.state.kind]))
}
