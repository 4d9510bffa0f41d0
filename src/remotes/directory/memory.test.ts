// A directory's memory may be damaged: it is then tried out again, or refused as another place, and nothing is written outside.
import { mkdirSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { damaged, garbageText } from '../../../test/garbage.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Replica, Source } from '../../replica/replica.ts'
import { connectDirectory } from './connect.ts'

const SIGNAL = new AbortController().signal
const KEYS = ['mtimePrecisionNs', 'modes', 'symlinks', 'caseSensitive', 'normalizes', 'windowsNames']
let base: string
let tree: Tree

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'memory-'))
  mkdirSync(join(base, 'root'))
  tree = await openNodeTree(join(base, 'root'))
})

afterEach(async () => {
  await tree.close()
  await rm(base, { recursive: true })
})

function connect(kept: Map<string, string>): Promise<Replica> {
  const set = (key: string, value: string | undefined) =>
    void (value === undefined ? kept.delete(key) : kept.set(key, value))
  const memory = { get: (key: string) => kept.get(key), set }
  return connectDirectory({ tree, world: nodeWorld({ log: () => {} }), memory, mode: 'read-write', trash: 'none' })
}

test('remembered traits of any kind are either sound or found out again', async () => {
  const kept = new Map<string, string>()
  const { can } = await connect(kept)
  const known = kept.get('traits') ?? '{}'
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged(known, KEYS), garbageText(KEYS)), async text => {
      const replica = await connect(new Map([...kept, ['traits', text]]))
      for (const [name, value] of Object.entries(can))
        expect(typeof replica.can[name as keyof typeof can], name).toBe(typeof value)
      expect(replica.can.mtimePrecisionNs).toBeGreaterThan(0n)
    }),
    { numRuns: 150 },
  )
})

test('a remembered place of any kind is this one or another one', async () => {
  const kept = new Map<string, string>()
  await connect(kept)
  await fc.assert(
    fc.asyncProperty(garbageText(), async text => {
      fc.pre(text !== kept.get('place'))
      await expect(connect(new Map([...kept, ['place', text]]))).rejects.toMatchObject({ code: 'wrong-place' })
    }),
    { numRuns: 50 },
  )
})

test('a resume token of any kind leads nowhere else, and costs a fresh start at most', async () => {
  const replica = await connect(new Map())
  const bytes = Buffer.from('whole')
  const source: Source = {
    path: 'file' as Path,
    size: bytes.length,
    mtimeNs: undefined,
    async *open(from) {
      yield bytes.subarray(from)
    },
    sum: async () => undefined,
  }
  const tokens = fc.oneof(garbageText(), fc.constantFrom('../remote-id', '..', '', 'a'.repeat(24), '../../../outside'))
  await fc.assert(
    fc.asyncProperty(tokens, async token => {
      const staged = await replica.stage(source, { token, save: () => {} }, SIGNAL)
      expect(staged.size).toBe(5)
      await replica.discard(staged, SIGNAL)
      await expect(
        replica
          .discard({ ...staged, id: token }, SIGNAL)
          .catch(error => (error instanceof SyncError ? 'refused' : error)),
      ).resolves.toSatisfy(result => result === undefined || result === 'refused')
    }),
    { numRuns: 100 },
  )
  expect(readdirSync(base)).toEqual(['root'])
  expect(readdirSync(join(base, 'root/.syncline')).sort()).toEqual(['remote-id', 'staging'])
})
