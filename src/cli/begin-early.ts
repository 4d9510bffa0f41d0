// What can begin while the rest of the program is still being loaded.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_DIRECTORY } from '../model/path.ts'
import { beginCensus } from '../platform/node/take-census.ts'
import { threads } from '../platform/node/threads.ts'

/** `args` are those of the program. Wrong guesses cost a little work, nothing else. */
export function beginEarly([command, ...args]: readonly string[]): void {
  if (command !== 'sync') return
  const [folder, remote] = placesOfRun(args)
  if (folder === undefined || !isLarge(folder)) {
    // A run will have work for a thread.
    threads.warm()
    return
  }
  beginCensus(folder)
  if (remote !== undefined && !/^[a-z][a-z\d+.-]+:/i.test(remote)) beginCensus(remote)
}

/** Who stays learns of changes from the moment on when it asks: for that it has to look after that. */
const HARMLESS = new Set(['--json', '-v', '--verbose', '--no-trash', '-n', '--dry-run'])

/** FOLDER and REMOTE of a single run that trusts marks; nothing when it might be anything else. */
function placesOfRun(args: readonly string[]): readonly string[] {
  const options = args.filter(arg => arg.startsWith('-'))
  const places = args.filter(arg => !arg.startsWith('-'))
  return places.length === 2 && options.every(option => HARMLESS.has(option)) ? places : []
}

/** The index takes some 500 bytes for each name: of a few thousand another program is no help. */
const LARGE_BYTES = 2 * 1024 * 1024

function isLarge(folder: string): boolean {
  const index = statSync(join(folder, OWN_DIRECTORY, 'index.db'), { throwIfNoEntry: false })
  return index !== undefined && index.size > LARGE_BYTES
}
