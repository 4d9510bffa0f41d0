import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openIndex } from '../index/sqlite-index.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { MemoryRemote, PLAIN_SERVER } from '../remotes/memory/memory-remote.ts'
import { MemoryServer } from '../remotes/memory/memory-server.ts'
import { openTrash } from '../revisions/trash.ts'
import { ignoreRules } from '../scan/ignore.ts'
import { openFolder } from './folder.ts'
import { Pair } from './pair.ts'

const never = new AbortController().signal

describe('a damaged file', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'syncline-quarantine-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('goes to the trash, is fetched again, and its damage is never uploaded', async () => {
    const server = new MemoryServer(() => Date.now())
    server.put('photo' as Path, Buffer.from('good bytes'), 1_700_000_000_000_000_000n)
    const pair = await openPair(root, server)
    await pair.run()
    pair.damage('photo', 'bad bytes!')
    const summary = await pair.run()
    expect(summary.unsynced).toEqual([])
    expect(readFileSync(join(root, 'photo'), 'utf8')).toBe('good bytes')
    expect(Buffer.from(server.nodes.get('photo' as Path)?.bytes ?? []).toString()).toBe('good bytes')
    expect(await pair.trashed()).toEqual(['photo'])
    await pair.close()
  })

  it('is left and told of where the other side has no good one', async () => {
    const server = new MemoryServer(() => Date.now())
    server.put('photo' as Path, Buffer.from('good bytes'), 1_700_000_000_000_000_000n)
    const pair = await openPair(root, server)
    await pair.run()
    pair.damage('photo', 'bad bytes!')
    server.put('photo' as Path, Buffer.from('changed there'))
    const summary = await pair.run()
    expect(summary.unsynced.map(({ path, because }) => [path, because])).toEqual([['photo', 'damaged']])
    expect(readFileSync(join(root, 'photo'), 'utf8')).toBe('bad bytes!')
    await pair.close()
  })
})

/** A folder on a real disk with a server; `damage` changes bytes as a failing disk does: nothing else shows it. */
async function openPair(root: string, server: MemoryServer) {
  const world = nodeWorld({ log: () => undefined })
  const tree = await openNodeTree(root)
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: () => Date.now() })
  const revisions = openTrash({ tree, clock: world.clock, random: world.random })
  const memory = {
    get: (key: string) => index.get(key),
    set: (key: string, value: string | undefined) => index.set(key, value),
  }
  const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
  const ignore = ignoreRules({ files: [], caseFold: false })
  const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'content', mode: 'sync' })
  const remote = new MemoryRemote(server, { traits: PLAIN_SERVER })
  const pair = new Pair({
    home: folder.home,
    remote,
    index,
    ignore,
    world,
    revisions,
    report: () => undefined,
    scan: folder.scan.bind(folder),
  })
  return {
    run: () => pair.run(never),
    damage: (path: string, bytes: string) => {
      const { atime, mtime } = statSync(join(root, path))
      writeFileSync(join(root, path), bytes)
      utimesSync(join(root, path), atime, mtime)
      // The change time cannot be set back: the index is made to expect the one that is there now.
      const row = index.row(path as Path)
      const { ctimeNs } = statSync(join(root, path), { bigint: true })
      if (row?.state.kind !== 'file') throw new Error('no file')
      const mark = row.state.mark.replace(/^(\??f\.\d+\.-?\d+)\.-?\d+/, `$1.${ctimeNs}`) as typeof row.state.mark
      index.record([{ path: path as Path, state: { ...row.state, mark }, news: 'same' }])
    },
    trashed: async () => {
      const found: string[] = []
      for await (const { path } of revisions.list()) found.push(path)
      return found
    },
    close: async () => {
      index.close()
      await tree.close()
    },
  }
}
