// Scans a folder that was never scanned, with the compiled program's own scanner, and prints how many seconds that took.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [, , folder = ''] = process.argv
const { openNodeTree } =
  await compiled<typeof import('../src/platform/node/node-tree.ts')>('platform/node/node-tree.js')
const { nodeWorld } = await compiled<typeof import('../src/platform/node/node-world.ts')>('platform/node/node-world.js')
const { openIndex } = await compiled<typeof import('../src/index/sqlite-index.ts')>('index/sqlite-index.js')
const { loadIgnore } = await compiled<typeof import('../src/scan/load-ignore.ts')>('scan/load-ignore.js')
const { scan } = await compiled<typeof import('../src/scan/scan.ts')>('scan/scan.js')

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

function compiled<T>(module: string): Promise<T> {
  return import(new URL(`../dist/${module}`, import.meta.url).href) as Promise<T>
}
