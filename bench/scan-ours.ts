// Our own first scan as a contestant.
import { fileURLToPath } from 'node:url'
import type { Contestant } from './in-turns.ts'
import { measure } from './measure.ts'

const SCAN_FOLDER = fileURLToPath(new URL('./scan-folder.ts', import.meta.url))

/** Counts the scan itself, as the peers' figures do; the CPU time is that of the whole process. */
export function scanOurs(folder: string, files: number): Contestant {
  return {
    name: 'syncline',
    run: async signal => {
      const args = ['--import', 'tsx', SCAN_FOLDER, folder]
      const { cpuSeconds, peakBytes, stdout } = await measure({ program: process.execPath, args }, signal)
      const found = JSON.parse(stdout) as { seconds: number; files: number }
      if (found.files !== files) throw new Error(`scanned ${found.files} files of ${files}`)
      return { seconds: found.seconds, cpuSeconds: cpuSeconds ?? 0, peakBytes: peakBytes ?? 0 }
    },
  }
}
