// Makes the program that users run: a few files in dist/ in place of a hundred, so that it starts in a fraction of the time.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

const options = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.20',
  outdir: 'dist/cli',
  sourcemap: true,
  sourcesContent: false,
}

rmSync('dist', { recursive: true, force: true })
// A command that is loaded only when it is asked for stays in a file of its own.
await build({ ...options, entryPoints: ['src/cli/main.ts'], splitting: true, legalComments: 'inline' })
// Looked for beside the file that starts it. A thread needs little of the program.
await build({ ...options, entryPoints: ['src/platform/node/worker.ts'] })
