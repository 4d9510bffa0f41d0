// The program under test, as users start it.
import { fileURLToPath } from 'node:url'
import type { Command } from './measure.ts'

const PROGRAM = fileURLToPath(new URL('../bin/syncline', import.meta.url))

export function syncline(folder: string, remote: string): Command {
  return { program: process.execPath, args: [PROGRAM, 'sync', folder, remote] }
}
