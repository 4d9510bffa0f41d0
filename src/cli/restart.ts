// `syncline restart`: ends the daemon of a home and starts another one in the background.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, type GivenAtStart } from '../daemon/home/daemon-lock.ts'
import type { HomeDirectory } from '../daemon/home/home-directory.ts'
import { SyncError } from '../model/errors.ts'
import type { HomeOption } from './daemon-options.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { programArguments } from './service.ts'
import { homeOf, stopDaemon } from './stop.ts'

const LOOK_EVERY_MS = 50
const WAIT_MS = 20_000

export async function restartCommand({ home }: HomeOption, { out }: Streams): Promise<number> {
  const place = homeOf(home)
  const before = findDaemon(place)
  if (before !== undefined) await stopDaemon(place, before)
  const [url] = await startInBackground(place, [...programArguments(home), ...argumentsOf(before?.given ?? {})])
  out.write(`Started: ${url}/\n`)
  return EXIT.equal
}

/** As `start` takes them. */
function argumentsOf({ listen, bepListen = [] }: GivenAtStart): readonly string[] {
  const at =
    listen === undefined
      ? []
      : ['--listen', `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`]
  return [...at, ...bepListen.flatMap(url => ['--bep-listen', url])]
}

/** The addresses at which the new daemon listens. */
async function startInBackground(
  place: HomeDirectory,
  [command = '', ...args]: readonly string[],
): Promise<readonly string[]> {
  const child = spawn(command, args, { detached: true, stdio: 'ignore' })
  let ended: number | null | undefined
  child.on('error', () => {
    ended = null
  })
  child.on('exit', status => {
    ended = status
  })
  const until = performance.now() + WAIT_MS
  for (;;) {
    const found = findDaemon(place)
    if (found !== undefined && found.urls.length > 0) {
      child.unref()
      return found.urls
    }
    if (ended !== undefined || performance.now() > until)
      throw new SyncError('folder-locked', 'The daemon did not start. `syncline start` tells why.')
    await sleep(LOOK_EVERY_MS)
  }
}
