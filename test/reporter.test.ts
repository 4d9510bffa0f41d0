// The last line of a test run, as scripts read it, and the peers that a run has or lacks.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { peer } from './peers.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')
const MISSING_PEER = `import { expect, test } from 'vitest'
import { describePeer } from '${join(ROOT, 'test/peers.ts')}'
test('two', () => expect(1 + 1).toBe(2))
describePeer('a server', ['no-such-command'], () => {
  test('answers', () => {})
  test('answers again', () => {})
})
`

test('a run that passes ends with its totals, after the peers it did without', async () => {
  const { code, lines } = await runTests(MISSING_PEER, {})
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped')
  expect(lines).toContain('skipped: a server [no-such-command is not installed]')
  expect(code).toBe(0)
})

test('a missing peer fails the run that requires it', async () => {
  const { code, lines } = await runTests(MISSING_PEER, { SYNCLINE_REQUIRE_PEERS: '1' })
  expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
  expect(code).toBe(1)
})

test('what breaks outside of a test counts as a failure', async () => {
  const hook = `import { describe, beforeAll, test } from 'vitest'
describe('group', () => { beforeAll(() => { throw new Error('no') }); test('one', () => {}) })`
  expect((await runTests(hook, {})).lines.at(-1)).toMatch(/^0 passed, [1-9] failed, \d skipped$/)
  const broken = `import './no-such-file.ts'`
  expect((await runTests(broken, {})).lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
  const stray = `import { test } from 'vitest'
test('one', () => { void Promise.reject(new Error('nobody waits for this')) })`
  expect((await runTests(stray, {})).lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
})

test('a peer is found by its command or by its file', () => {
  expect(peer('Node', 'node')).toMatchObject({ available: true, why: '' })
  expect(peer('this file', fileURLToPath(import.meta.url))).toMatchObject({ available: true })
  expect(peer('nothing', '/no/such/file')).toEqual({
    name: 'nothing',
    available: false,
    why: '/no/such/file is not installed',
  })
})

/** Runs one test file with the reporter. */
async function runTests(
  source: string,
  environment: Record<string, string>,
): Promise<{ code: number; lines: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'reporter-'))
  try {
    await mkdir(join(folder, 'test'))
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'test/one.test.ts'), source)
    const options = ['--config', join(ROOT, 'vitest.config.ts'), '--root', folder]
    const { SYNCLINE_REQUIRE_PEERS: _, ...inherited } = process.env
    const env = { ...inherited, NO_COLOR: '1', ...environment }
    const child = spawn(process.execPath, [VITEST, 'run', ...options], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    const said: string[] = []
    child.stdout.on('data', chunk => said.push(String(chunk)))
    const code = await new Promise<number>(resolve => child.on('close', status => resolve(status ?? -1)))
    return { code, lines: said.join('').trimEnd().split('\n') }
  } finally {
    await rm(folder, { recursive: true })
  }
}
