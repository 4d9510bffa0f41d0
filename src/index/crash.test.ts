import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import type { DeviceId } from '../model/version.ts'
import { openIndex } from './sqlite-index.ts'

// Each round is one transaction of ten files, their agreements, a move and a note of the round; then it says so.
const WRITER = `
import { openIndex } from './sqlite-index.ts'
const index = openIndex(process.argv[1], { device: 1n, now: () => 1e12 })
const pair = index.pair('r')
for (let round = Number(index.get('round') ?? 0) + 1; ; round += 1) {
  index.transaction(() => {
    const directory = { path: 'd' + round, state: { kind: 'directory', mark: 'm', inode: BigInt(round), mode: 0o755 } }
    const files = Array.from({ length: 10 }, (_, i) => ({
      path: 'd' + round + '/f' + i,
      state: { kind: 'file', mark: 'm', inode: 1n, size: i, mtimeNs: 1n, mode: 0o644, content: 'c'.repeat(500) },
    }))
    const rows = index.record([directory, ...files])
    pair.agree(rows.map(row => ({ path: row.path, kind: row.state.kind, local: String(row.sequence), remote: 'e' })))
    index.moveRows('d' + round, 'moved' + round)
    pair.moveAgreements('d' + round, 'moved' + round)
    index.set('round', String(round))
  })
  process.stdout.write(round + '\\n')
}
`

it('an index whose writer is killed at any moment holds whole transactions, and all that were committed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'index-crash-'))
  const file = join(directory, 'index.db')
  const program = await bundled()
  try {
    for (let kill = 1; kill <= 12; kill += 1) {
      const told = await runUntilKilled(program, file, 1 + ((kill * 7) % 23))
      const index = openIndex(file, { device: 1n as DeviceId, now: () => 1e12 })
      const round = Number(index.get('round') ?? 0)
      expect(index.check()).toEqual([])
      expect(round).toBeGreaterThanOrEqual(told)
      expect(index.count()).toBe(round * 11)
      expect(index.pair('r').countAgreements('entries')).toBe(round * 11)
      expect(index.sequence).toBe(round * 33)
      index.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}, 60_000)

/** Kills the writer once it has told of so many rounds; returns the last one it told of. */
async function runUntilKilled(program: string, file: string, rounds: number): Promise<number> {
  const writer = spawn(process.execPath, ['--input-type=module', '-e', program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  let lines = 0
  writer.stdout.on('data', (bytes: Buffer) => {
    told += bytes.toString()
    lines = told.split('\n').length - 1
    if (lines >= rounds) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  expect(lines).toBeGreaterThanOrEqual(rounds)
  return Number(told.split('\n').at(-2))
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: WRITER, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
