import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Path } from '../../model/path.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import { openDiskBlobs } from '../disk/disk-blobs.ts'
import { openHostedSpaces } from './hosted-spaces.ts'

const SIGNAL = new AbortController().signal

test('it works', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hosted-'))
  const { clock, random } = nodeWorld({ log: () => {} })
  const tree = await openNodeTree(directory)
  const blobs = await openDiskBlobs({ tree, clock, random })
  const spaces = openHostedSpaces({ database: ':memory:', blobs, clock, random })
  const space = await spaces.create({ id: 'home-1', label: 'Home' })
  const at = 'a.txt' as Path
  const bytes = async function* () {
    yield Buffer.from('hello')
  }
  const received = await space.receive({ at, size: 5, bytes: bytes(), kinds: ['SHA1', 'ADLER32'] }, SIGNAL)
  const changed = await space.change({ do: 'put', at, received, mtimeMs: 1000, when: 'absent' }, SIGNAL)
  expect(changed.as).toBe('done')
  await spaces.close()
  await tree.close()
  rmSync(directory, { recursive: true })
})
