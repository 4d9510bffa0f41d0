// Makes the program that users run: one file in dist/ in place of hundreds, and what the engine compiled of it, so that it starts at once.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const options = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.20',
  outdir: 'dist/cli',
  sourcemap: true,
  sourcesContent: false,
}

rmSync('dist/cli', { recursive: true, force: true })
// Modules of the older kind: the engine keeps what it compiled of a script, and a script is loaded without asking for one file after the other.
// What only some commands need is still not run until it is asked for.
await build({
  ...options,
  entryPoints: ['src/cli/main.ts'],
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  legalComments: 'inline',
  // A script that is loaded by itself has no `import()`.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: '"use strict"; const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
})
// Looked for beside the file that starts them. A thread needs little of the program, and starts sooner without the loader of newer modules.
for (const thread of ['src/platform/node/worker.ts', 'src/bep/router-thread.ts'])
  await build({ ...options, entryPoints: [thread], format: 'cjs', outExtension: { '.js': '.cjs' } })
keepCompiled()

/** Has the program do what it does most, and keep what was compiled for that. Another version of Node does without. */
function keepCompiled() {
  const dir = mkdtempSync(join(tmpdir(), 'syncline-build-'))
  try {
    const [folder, remote] = ['folder', 'remote'].map(name => join(dir, name))
    for (const place of [folder, remote]) mkdirSync(place)
    for (let i = 0; i < 3; i += 1) writeFileSync(join(folder, `file ${i}`), String(i))
    // The first run copies, the second passes an edit on, the third finds nothing to do: of the last two everybody waits.
    for (const [run, start] of ['../bin/syncline', 'keep-compiled.cjs', 'keep-compiled.cjs'].entries()) {
      const program = fileURLToPath(new URL(start, import.meta.url))
      if (run === 1) writeFileSync(join(folder, 'file 0'), 'edited')
      execFileSync(process.execPath, [program, 'sync', folder, remote], { stdio: ['ignore', 'ignore', 'inherit'] })
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
