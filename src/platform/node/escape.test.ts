// The tree against people who put links, pipes and odd names in its way.
import { execFileSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, type Tree } from '../tree.ts'
import { openNodeTree } from './node-tree.ts'

let place: string
let root: string
let tree: Tree

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'escape-'))
  root = join(place, 'root')
  mkdirSync(root)
  mkdirSync(join(place, 'outside'))
  writeFileSync(join(place, 'outside', 'secret'), 'secret')
  tree = await openNodeTree(root)
})

afterEach(async () => {
  await tree.close()
  await rm(place, { recursive: true })
})

const outside = () => ({
  names: readdirSync(join(place, 'outside')),
  content: readFileSync(join(place, 'outside', 'secret'), 'utf8'),
  mode: statSync(join(place, 'outside', 'secret')).mode,
  mtime: statSync(join(place, 'outside', 'secret')).mtimeMs,
})

async function codeFrom(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    error => codeOf(error),
  )
}

describe('a tree on disk', () => {
  test('leads nowhere through an absolute link, in whatever call', async () => {
    symlinkSync(join(place, 'outside'), join(root, 'way'))
    const before = outside()
    writeFileSync(join(root, 'mine'), 'mine')
    const calls = [
      tree.stat('way/secret'),
      tree.list('way'),
      tree.readSmall('way/secret', 100),
      tree.removeFile('way/secret'),
      tree.rename('mine', 'way/secret', 'replace'),
      tree.rename('mine', 'way/new', 'keep'),
      tree.rename('way/secret', 'stolen', 'keep'),
      tree.setMode('way/secret', 0o777),
      tree.setMtime('way/secret', 0n),
      tree.openWrite('way/secret', 0),
      tree.makeDirectory('way/new'),
      tree.makeSymlink('way/new', 'x'),
    ]
    for (const call of calls) expect(await codeFrom(call)).toBe('ENOTDIR')
    const files = Array.from({ length: 30 }, (_, i) => ({ path: `way/f${i}`, bytes: Buffer.from('x') }))
    for (const result of await tree.writeSmall(files)) expect(codeOf(result)).toBe('ENOTDIR')
    for (const result of await tree.hash(
      Array.from({ length: 30 }, () => 'way/secret'),
      new AbortController().signal,
    )) {
      expect(codeOf(result)).toBe('ENOTDIR')
    }
    expect(outside()).toEqual(before)
  })

  test('changes nothing outside through a link in the last place', async () => {
    symlinkSync(join(place, 'outside', 'secret'), join(root, 'way'))
    const before = outside()
    expect(await codeFrom(tree.setMode('way', 0o777))).toBe('ELOOP')
    expect(await codeFrom(tree.setMtime('way', 0n))).toBe('ELOOP')
    expect(await codeFrom(tree.readSmall('way', 100))).toBe('ELOOP')
    expect(await codeFrom(tree.openWrite('way', 1))).toBe('ELOOP')
    await (await tree.openWrite('way', 0)).finish({ mode: 0o640 })
    expect(outside()).toEqual(before)
    expect((await tree.stat('way'))?.kind).toBe('file')
  })

  test('never writes to a leftover that has another name too', async () => {
    writeFileSync(join(root, 'visible'), 'precious')
    linkSync(join(root, 'visible'), join(root, 'staged'))
    expect(await codeFrom(tree.openWrite('staged', 3))).toBe('EINVAL')
    const writing = await tree.openWrite('staged', 0)
    await writing.write(Buffer.from('new'))
    await writing.finish({})
    await tree.writeSmall([{ path: 'staged', bytes: Buffer.from('newer') }])
    expect(readFileSync(join(root, 'visible'), 'utf8')).toBe('precious')
  })

  test('goes on with its own directory when another one takes its name', async () => {
    writeFileSync(join(root, 'mine'), 'mine')
    renameSync(root, join(place, 'moved'))
    symlinkSync(join(place, 'outside'), root)
    expect((await tree.list('')).map(({ name }) => name)).toEqual(['mine'])
    await tree.writeSmall([{ path: 'new', bytes: Buffer.from('x') }])
    expect(readdirSync(join(place, 'moved')).sort()).toEqual(['mine', 'new'])
    expect(outside().names).toEqual(['secret'])
  })

  test('says that its directory is gone instead of showing an empty one', async () => {
    rmSync(root, { recursive: true })
    mkdirSync(root)
    expect(await codeFrom(tree.list(''))).toBe('ENOENT')
  })

  test('does not wait for the other end of a pipe, and does not take one for a file', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect((await tree.list(''))[0]?.stat?.kind).toBe('other')
    expect(await codeFrom(tree.readSmall('pipe', 100))).toBeDefined()
    expect(codeOf((await tree.hash(['pipe'], new AbortController().signal))[0])).toBeDefined()
    expect(await codeFrom(tree.openWrite('pipe', 1))).toBeDefined()
  })

  test('shows a name that is no Unicode as a fault', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff, 0xfe])]), 'x')
    writeFileSync(join(root, 'good'), 'x')
    const listed = await tree.list('')
    expect(listed.find(({ name }) => name === 'good')?.fault).toBeUndefined()
    expect(listed.filter(({ fault }) => fault === 'not-unicode')).toMatchObject([{ stat: undefined }])
  })

  test('does nothing any more once it is closed', async () => {
    writeFileSync(join(root, 'mine'), 'mine')
    await tree.close()
    await tree.close()
    const calls = [
      tree.stat('mine'),
      tree.list(''),
      tree.removeFile('mine'),
      tree.writeSmall([{ path: 'new', bytes: Buffer.from('x') }]),
      tree.hash(['mine'], new AbortController().signal),
      tree.flush(),
    ]
    for (const call of calls) expect(await codeFrom(call)).toBe('EBADF')
    expect(readdirSync(root)).toEqual(['mine'])
  })
})
