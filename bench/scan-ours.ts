// Our own first scan as a contestant.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Contestant } from './in-turns.ts'
import { measure } from './measure.ts'

const SCAN_FOLDER = fileURLToPath(new URL('./scan-folder.ts', import.meta.url))
const WORKER = fileURLToPath(new URL('../src/platform/node/worker.ts', import.meta.url))
const OUT = fileURLToPath(new URL('../dist/bench', import.meta.url))

/** Counts the scan itself, as the peers' figures do; the CPU time is that of the whole process. */
export function scanOurs(folder: string, files: number): Contestant {
  return {
    name: 'syncline',
    run: async signal => {
      await compile()
      const { cpuSeconds, peakBytes, stdout } = await measure(
        { program: process.execPath, args: [`${OUT}/scan-folder.js`, folder] },
        signal,
      )
      const found = JSON.parse(stdout) as { seconds: number; files: number }
      if (found.files !== files) throw new Error(`scanned ${found.files} files of ${files}`)
      return { seconds: found.seconds, cpuSeconds: cpuSeconds ?? 0, peakBytes: peakBytes ?? 0 }
    },
  }
}

/** As the program itself is made: the worker beside what starts it. */
async function compile(): Promise<void> {
  const entryPoints = [
    { in: SCAN_FOLDER, out: 'scan-folder' },
    { in: WORKER, out: 'worker' },
  ]
  await build({ entryPoints, bundle: true, packages: 'external', platform: 'node', format: 'esm', outdir: OUT })
}
