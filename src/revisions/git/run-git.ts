// Runs the `git` that is installed, on one repository and nothing else: no settings of the user, no hooks, no network.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'

const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const MAX_COMPLAINT = 2000

export interface GitAnswer {
  readonly status: number
  readonly out: Buffer
  /** What it complained about. */
  readonly complaint: string
}

/** `repository`: absolute path of a bare one. Throws `unsupported` when there is no git. */
export async function runGit(
  repository: string,
  args: readonly string[],
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = [],
): Promise<GitAnswer> {
  const child = startGit(repository, args)
  const out = collected(child.stdout, MAX_ANSWER_BYTES)
  const complaint = collected(child.stderr, MAX_COMPLAINT)
  const ended = endOf(child)
  const fed = feed(child, input)
  const [status] = await Promise.all([ended, fed])
  return { status, out: await out, complaint: (await complaint).toString('utf8').trim() }
}

/** The same, told as an error where it did not work. */
export async function askGit(...asked: Parameters<typeof runGit>): Promise<Buffer> {
  const { status, out, complaint } = await runGit(...asked)
  if (status === 0) return out
  throw new SyncError('io', `Git could not go on with the history (${asked[1][0]}): ${complaint || `status ${status}`}`)
}

/** What it writes, as it comes. */
export async function* readGit(repository: string, args: readonly string[]): AsyncGenerator<Uint8Array> {
  const child = startGit(repository, args)
  child.stdin.end()
  const complaint = collected(child.stderr, MAX_COMPLAINT)
  const ended = endOf(child)
  // Awaited below; one who stops reading does not wait for it.
  ended.catch(() => undefined)
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>
    const status = await ended
    if (status !== 0)
      throw new SyncError('missing', `Git does not have this version any more: ${(await complaint).toString('utf8')}`)
  } finally {
    child.kill()
  }
}

function startGit(repository: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const settings = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.autoDetach=false', 'core.quotePath=false']
  return spawn('git', ['--literal-pathspecs', ...settings.flatMap(each => ['-c', each]), ...args], {
    cwd: '/',
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_DIR: repository,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    },
    stdio: 'pipe',
  })
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', error => reject(codeOf(error) === 'ENOENT' ? noGit(error) : error))
    child.on('close', status => resolve(status ?? -1))
  })
}

function noGit(cause: Error): SyncError {
  return new SyncError(
    'unsupported',
    'A history in Git needs the program `git`, which is not installed here. Install it, or switch this kind of history off.',
    { cause },
  )
}

async function feed(
  child: ChildProcessWithoutNullStreams,
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  let isOver = false
  let drained: (() => void) | undefined
  const wake = () => drained?.()
  // One that ends before it has read everything says why by its status.
  child.stdin.on('error', () => {
    isOver = true
    wake()
  })
  child.on('close', () => {
    isOver = true
    wake()
  })
  child.stdin.on('drain', wake)
  try {
    for await (const piece of input) {
      if (isOver) return
      if (child.stdin.write(piece)) continue
      await new Promise<void>(resolve => {
        drained = resolve
        if (isOver) resolve()
      })
    }
    child.stdin.end()
  } catch (error) {
    // Half of it must not be taken for all.
    child.kill()
    throw error
  }
}

async function collected(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of stream) {
    size += piece.length
    if (size <= most) pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
