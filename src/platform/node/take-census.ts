// Takes a census of a tree, or the one that was begun before there was a tree.
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import type { Census } from '../tree.ts'
import { readCensus } from './census.ts'
import type { Root } from './confined.ts'
import { find, type Said } from './find.ts'

/** Undefined where nobody can take one here, or where it could not look at everything. */
export async function takeCensus(root: Root, signal: AbortSignal): Promise<Census | undefined> {
  if (root.descriptor === undefined) return undefined
  const said = await (takeBegun(root.descriptor)?.said ?? find(wayTo(root.descriptor), signal))
  return said === undefined ? undefined : readCensus(said)
}

/** Ends the one that was begun, if any. */
export function forgoCensus(root: Root): void {
  const taken = root.descriptor === undefined ? undefined : takeBegun(root.descriptor)
  if (taken !== undefined) end(taken)
}

interface Begun {
  readonly directory: number
  readonly said: Promise<Said | undefined>
  readonly stop: AbortController
}

const begun: Begun[] = []

/**
 * Begins a census of the directory at `path`, for the one run that will look at all of it soon: what changes there from now on need not
 * be seen by it. Does nothing where that cannot be.
 */
export function beginCensus(path: string): void {
  if (process.platform !== 'linux') return
  try {
    const directory = openSync(path, O_PATH | constants.O_DIRECTORY)
    const stop = new AbortController()
    begun.push({ directory, said: find(wayTo(directory), stop.signal), stop })
  } catch {
    // The run itself will find out what is wrong with it.
  }
}

/** Ends what was begun and never taken. */
export function endCensuses(): void {
  for (const each of begun.splice(0)) end(each)
}

function end({ said, stop }: Begun): void {
  stop.abort()
  void said.then(found => found && closeSync(found.descriptor))
}

/** Once: who looks again wants to see what is there now. */
function takeBegun(descriptor: number): Begun | undefined {
  const at = begun.findIndex(({ directory }) => isSame(directory, descriptor))
  const [taken] = at < 0 ? [] : begun.splice(at, 1)
  if (taken !== undefined) closeSync(taken.directory)
  return taken
}

function isSame(a: number, b: number): boolean {
  const [one, other] = [fstatSync(a, { bigint: true }), fstatSync(b, { bigint: true })]
  return one.dev === other.dev && one.ino === other.ino
}

// Linux: opens a place without access to its content.
const O_PATH = 0o10000000

function wayTo(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`
}
