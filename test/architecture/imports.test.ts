// The import rule of ARCHITECTURE.md holds, and its checker finds what breaks it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { cruiseImports } from './cruise.ts'
import { ROOMS } from './rooms.ts'
import { importRules } from './rules.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RULES = importRules()

function isInRoom(file: string): boolean {
  return ROOMS.some(({ name }) => file.startsWith(`src/${name}/`))
}

describe('imports', async () => {
  const { files, broken } = await cruiseImports(ROOT, RULES)

  test('every source file belongs to a room', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter(file => !isInRoom(file))).toEqual([])
  })

  test.each(RULES.map(rule => rule.name))('%s', name => {
    expect(broken.get(name) ?? []).toEqual([])
  })
})

describe('the checker', () => {
  test.each([
    ['model imports only itself', 'model/path.ts', 'plan/step.ts'],
    ['plan imports of Node only nothing', 'plan/step.ts', 'node:fs'],
    ['plan imports only model', 'plan/step.ts', 'index/row.ts'],
    [
      'a scan sees the disk through platform/tree, only a watch asks the system itself',
      'scan/walk.ts',
      'node:fs/promises',
    ],
    ['platform imports only model', 'platform/world.ts', 'platform/node/disk.ts'],
    ['the program imports no test and nothing outside src', 'sync/run.ts', 'sync/run.test.ts'],
    ['every import leads somewhere', 'sync/run.ts', 'no-such-package'],
  ])('finds that "%s" is broken', async (rule, from, to) => {
    expect((await cruisePlanted({ [from]: [to] })).get(rule)).toHaveLength(1)
  })

  test('finds a remote that imports another, a sync that imports a remote or the disk, and a circle', async () => {
    const broken = await cruisePlanted({
      'remotes/owncloud/connect.ts': ['remotes/webdav/connect.ts', 'remotes/http/client.ts'],
      'sync/run.ts': ['remotes/memory/memory.ts', 'platform/node/disk.ts', 'sync/pair.ts'],
      'sync/pair.ts': ['sync/run.ts'],
    })
    const named = [...broken].filter(([name]) => /^(remotes\/owncloud|sync) imports only/.test(name))
    expect(named.map(([, imports]) => imports)).toEqual([
      ['src/remotes/owncloud/connect.ts → src/remotes/webdav/connect.ts'],
      ['src/sync/run.ts → src/platform/node/disk.ts', 'src/sync/run.ts → src/remotes/memory/memory.ts'],
    ])
    expect(broken.get('no import goes in a circle')?.length).toBeGreaterThan(0)
  })
})

/** Makes a program of these files, each with its imports, and returns the rules it breaks. */
async function cruisePlanted(
  program: Record<string, readonly string[]>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const root = await mkdtemp(join(tmpdir(), 'rooms-'))
  try {
    for (const target of Object.values(program).flat()) if (target.endsWith('.ts')) await plant(root, target, [])
    for (const [file, imports] of Object.entries(program)) await plant(root, file, imports)
    return (await cruiseImports(root, RULES)).broken
  } finally {
    await rm(root, { recursive: true })
  }
}

async function plant(root: string, file: string, imports: readonly string[]): Promise<void> {
  const up = '../'.repeat(file.split('/').length - 1)
  const lines = imports.map(target => `import '${target.endsWith('.ts') ? up + target : target}'\n`)
  await mkdir(dirname(join(root, 'src', file)), { recursive: true })
  await writeFile(join(root, 'src', file), `${lines.join('')}export {}\n`)
}
