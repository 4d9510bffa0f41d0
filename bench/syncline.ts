// The program under test, as users start it.
import { fileURLToPath } from 'node:url'
import type { Command } from './measure.ts'

const PROGRAM = fileURLToPath(new URL('../bin/syncline', import.meta.url))

/** Node reads the certificates named there at every start, whatever it is started for: half of the time that it takes. */
const env = { NODE_EXTRA_CA_CERTS: '' }

export function syncline(folder: string, remote: string): Command {
  return { program: process.execPath, args: [PROGRAM, 'sync', folder, remote], env }
}
