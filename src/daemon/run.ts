// A daemon in the foreground: from the command to the signal that ends it.
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { type Daemon, startDaemon } from './daemon.ts'
import type { GivenAtStart } from './home/daemon-lock.ts'
import { findHome } from './home/home-directory.ts'
import { openLog } from './log/log.ts'

export interface RunOptions {
  readonly home?: string | undefined
  readonly given: GivenAtStart
  readonly version: string
  /** A link that signs in is told to a terminal only: anything else may be kept. */
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean | undefined }
  readonly err: { write(text: string): unknown }
  /** Aborts when the daemon is to stop. */
  readonly signal: AbortSignal
}

/** What is not at rest by then is left as a crash would leave it, which the next start copes with. */
const STOP_MS = 10_000

/** Resolves when it has stopped. Throws what keeps it from starting. */
export async function runDaemon(options: RunOptions): Promise<'stopped' | 'given-up'> {
  const home = findHome({ home: options.home, environment: process.env, platform: process.platform })
  // A disk that it was started from can be unmounted. From here on all paths are absolute.
  process.chdir('/')
  const daemon = await startDaemon({
    home,
    version: options.version,
    given: options.given,
    openLog: (config, secrets, disk) =>
      openLog({
        config: config.log,
        file: home.files.log,
        environment: process.env,
        now: Date.now,
        secrets: () => secrets.all(),
        onFile: (file, error) => disk.note(file, error),
        writeError: text => void options.err.write(text),
      }),
  })
  for (const problem of daemon.problems) options.err.write(`syncline: ${problem}\n`)
  options.out.write(`${greetingOf(daemon)}\n`)
  if (options.out.isTTY === true)
    options.out.write(`To sign in there, once and within ten minutes: ${daemon.signInLink()}\n`)
  await aborted(options.signal)
  return stop(daemon)
}

function greetingOf({ urls, firstFolder }: Daemon): string {
  const folder = firstFolder === undefined ? '' : ` What you put into ${inWords(firstFolder)} can be synced.`
  return `Syncline is running: open ${urls[0]}/${folder}`
}

function inWords(path: string): string {
  const home = homedir()
  const real = (each: string) => {
    try {
      return realpathSync(each)
    } catch {
      return each
    }
  }
  return real(path).startsWith(`${real(home)}/`) ? `~${real(path).slice(real(home).length)}` : path
}

async function stop(daemon: Daemon): Promise<'stopped' | 'given-up'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'given-up'>(resolve => {
    timer = setTimeout(() => resolve('given-up'), STOP_MS)
  })
  const ended = await Promise.race([daemon.stop().then((): 'stopped' => 'stopped'), late])
  clearTimeout(timer)
  return ended
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
