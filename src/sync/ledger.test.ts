import { expect, it } from 'vitest'
import { openIndex } from '../index/sqlite-index.ts'
import type { Stamp } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { GOOD_SERVER, MemoryRemote } from '../remotes/memory/memory-remote.ts'
import { MemoryServer } from '../remotes/memory/memory-server.ts'
import { Ledger } from './ledger.ts'

it('what took the place of a directory that it was in is agreed on anew', async () => {
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: () => 1e12 })
  const side = () => new MemoryRemote(new MemoryServer(() => 1e12), { traits: GOOD_SERVER, hop: async () => undefined })
  const records = index.pair('r')
  const agreed = (path: string) => ({
    ...{ path: path as Path, kind: 'directory' as const },
    ...{ local: '1' as Stamp, remote: 'e' as Stamp },
  })
  records.agree(['a', 'a/b', 'a/b/c', 'x'].map(agreed))
  const world = nodeWorld({ log: () => undefined })
  const ends = { local: side(), remote: side(), index, records, world, report: () => undefined, moved: new Map() }
  const ledger = new Ledger(ends)
  ledger.add([{ do: 'follow', from: 'a/b' as Path, to: 'a' as Path }])
  await ledger.settle(new AbortController().signal)
  expect(records.agreementsBelow('').map(({ path }) => path)).toEqual(['a', 'x'])
  index.close()
})
