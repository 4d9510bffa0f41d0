// Has GNU find look over a whole directory, and keeps what it says in a file that has no name.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, statSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OWN_DIRECTORY } from '../../model/path.ts'

/** What find said. Whoever has it closes the descriptor. */
export interface Said {
  readonly descriptor: number
  readonly bytes: number
  /** When it began, in milliseconds since 1970. */
  readonly from: number
  /** The disk that it looked at, and no other. */
  readonly device: bigint
}

/** Comes before what is said of a name: few names hold it, and it comes before all letters. */
export const MARK = '\u0001'

// The name, the kind, how deep it is, size, the times of its content and of its state, inode and permissions. Size and times of a
// directory change with what is in it, which is told by itself; the number of its disk stands there instead.
const DIRECTORY = `%f${MARK}d%d.%D.1.0000000000.1.0000000000.%i/%m\\0`
const OTHER = `%f${MARK}%y%d.%s.%T@.%C@.%i/%m\\0`

/**
 * Runs find in the directory `way`. What this program keeps in there for itself is left out, and so is what is on other disks: it may be
 * ignored, and then nobody wants to wait for them. Undefined when there is no find, when it is
 * another one than GNU's, or when it could not look at everything. Its output goes to a file, so that it never waits for this program.
 */
export async function find(way: string, signal: AbortSignal): Promise<Said | undefined> {
  if (process.platform !== 'linux' || signal.aborted) return undefined
  const descriptor = openNameless()
  if (descriptor === undefined) return undefined
  try {
    const from = Date.now()
    const device = statSync(way, { bigint: true }).dev
    if (await run(way, descriptor, signal)) return { descriptor, bytes: fstatSync(descriptor).size, from, device }
  } catch {
    // Whatever went wrong: the other way to look still stands, and tells of it if it has to.
  }
  closeSync(descriptor)
  return undefined
}

const ARGUMENTS = [
  ...['.', '-xdev', '-mindepth', '1', '-path', `./${OWN_DIRECTORY}`, '-prune'],
  ...['-o', '-type', 'd', '-printf', DIRECTORY],
  ...['-o', '-printf', OTHER],
]

/** Whether it went through without a complaint. */
function run(way: string, output: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('find', ARGUMENTS, {
      cwd: way,
      stdio: ['ignore', output, 'pipe'],
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      signal,
      killSignal: 'SIGKILL',
    })
    let isQuiet = true
    child.stderr?.on('data', () => {
      isQuiet = false
    })
    child.on('error', reject)
    child.on('close', status => resolve(status === 0 && isQuiet))
  })
}

function openNameless(): number | undefined {
  const path = join(tmpdir(), `syncline-look-${randomUUID()}`)
  try {
    const descriptor = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    return descriptor
  } catch {
    return undefined
  }
}
