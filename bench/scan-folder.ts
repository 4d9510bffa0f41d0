// Scans a folder that was never scanned, with the program's own scanner, and prints how many seconds that took.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openIndex } from '../src/index/sqlite-index.ts'
import { openNodeTree } from '../src/platform/node/node-tree.ts'
import { nodeWorld } from '../src/platform/node/node-world.ts'
import { loadIgnore } from '../src/scan/load-ignore.ts'
import { scan } from '../src/scan/scan.ts'

const [, , folder = ''] = process.argv
const place = await mkdtemp(join(tmpdir(), 'syncline-scan-'))
try {
  const from = performance.now()
  const tree = await openNodeTree(folder)
  const index = openIndex(join(place, 'index.db'), { device: 1n as never, now: Date.now })
  const ignore = await loadIgnore(tree, { caseFold: false })
  const world = nodeWorld({ log: () => undefined })
  const found = await scan({ tree, index, ignore, world, trust: 'metadata' }, new AbortController().signal)
  index.close()
  const seconds = (performance.now() - from) / 1000
  await tree.close()
  console.log(JSON.stringify({ seconds, files: found.hashedFiles, bytes: found.hashedBytes }))
} finally {
  await rm(place, { recursive: true, force: true })
}
