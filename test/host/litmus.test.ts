// litmus, the test suite for WebDAV servers: every test of every suite passes.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { describePeer } from '../peers.ts'
import { startDav } from './dav-server.ts'

const run = promisify(execFile)
const SUITES: readonly [name: string, tests: number][] = [
  ['basic', 16],
  ['copymove', 13],
  ['props', 30],
  ['locks', 41],
  ['http', 4],
]

describePeer('litmus', ['litmus'], () => {
  test('passes, and skips nothing', async () => {
    const server = await startDav()
    const directory = await mkdtemp(join(tmpdir(), 'litmus-'))
    try {
      const { stdout } = await run('litmus', [server.url.href, 'alice', 'secret'], { cwd: directory })
      for (const [name, tests] of SUITES) {
        const summary = `<- summary for \`${name}': of ${tests} tests run: ${tests} passed, 0 failed. 100.0%`
        expect(stdout).toContain(summary)
      }
      expect(stdout).not.toMatch(/skipped|WARNING|FAIL/)
      expect(server.said).toEqual([])
    } finally {
      await server.stop()
      await rm(directory, { recursive: true })
    }
  }, 300_000)
})
