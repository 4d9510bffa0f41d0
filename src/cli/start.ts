// `syncline start`: the daemon in the foreground.
import { runDaemon } from '../daemon/run.ts'
import type { StartOptions } from './daemon-options.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { listenForStop } from './stop-signals.ts'

/** Returns when a signal has ended it. */
export async function startCommand(options: StartOptions, version: string, { out, err }: Streams): Promise<number> {
  using stop = listenForStop()
  const { home, ...given } = options
  const ended = await runDaemon({ home, given, version, out, err, signal: stop.signal })
  if (ended === 'stopped') return EXIT.equal
  err.write('syncline: It took too long to stop. What was under way is taken up again by the next start.\n')
  // Something is still at work, and would keep the process alive.
  process.exit(EXIT.equal)
}
