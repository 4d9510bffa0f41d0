// `syncline stop`: ends the daemon of a home, and waits until it has ended.
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, type RunningDaemon } from '../daemon/home/daemon-lock.ts'
import { findHome, type HomeDirectory } from '../daemon/home/home-directory.ts'
import { SyncError } from '../model/errors.ts'
import type { HomeOption } from './daemon-options.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

const LOOK_EVERY_MS = 50
/** The daemon gives itself ten seconds. */
const WAIT_MS = 15_000

export async function stopCommand({ home }: HomeOption, { out }: Streams): Promise<number> {
  const place = homeOf(home)
  const daemon = findDaemon(place)
  if (daemon === undefined) {
    out.write('No daemon runs.\n')
    return EXIT.equal
  }
  await stopDaemon(place, daemon)
  out.write('Stopped.\n')
  return EXIT.equal
}

export function homeOf(home: string | undefined): HomeDirectory {
  return findHome({ home, environment: process.env, platform: process.platform })
}

/** Throws `folder-locked` when it does not end. */
export async function stopDaemon(home: HomeDirectory, { pid }: RunningDaemon): Promise<void> {
  process.kill(pid, 'SIGTERM')
  const until = performance.now() + WAIT_MS
  while (findDaemon(home) !== undefined) {
    if (performance.now() > until)
      throw new SyncError('folder-locked', `The daemon (process ${pid}) does not end. Look into its log.`)
    await sleep(LOOK_EVERY_MS)
  }
}
