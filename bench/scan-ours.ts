// Our own first scan as a contestant.
import { compiled } from './compiled.ts'
import type { Contestant } from './in-turns.ts'
import { measure } from './measure.ts'

/** Counts the scan itself, as the peers' figures do; the CPU time is that of the whole process. */
export function scanOurs(folder: string, files: number): Contestant {
  return {
    name: 'syncline',
    run: async signal => {
      const program = await compiled('scan-folder')
      const { cpuSeconds, peakBytes, stdout } = await measure(
        { program: process.execPath, args: [program, folder] },
        signal,
      )
      const found = JSON.parse(stdout) as { seconds: number; files: number }
      if (found.files !== files) throw new Error(`scanned ${found.files} files of ${files}`)
      return { seconds: found.seconds, cpuSeconds: cpuSeconds ?? 0, peakBytes: peakBytes ?? 0 }
    },
  }
}
