// `syncline open`: lets the browser of whoever runs the daemon in, by a link that is good once.
import { spawn } from 'node:child_process'
import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ApiError } from '../api/errors.ts'
import { findDaemon } from '../daemon/home/daemon-lock.ts'
import { daemonClient } from './ask-daemon.ts'
import type { HomeOption } from './daemon-options.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { homeOf } from './stop.ts'

export interface OpenOptions extends HomeOption {
  readonly print?: boolean
}

/** Opens it where there is a desktop, and prints it in any case. */
export async function openCommand({ home, print }: OpenOptions, { out }: Streams): Promise<number> {
  const { code } = await daemonClient(home === undefined ? {} : { home }).signInLink()
  const place = homeOf(home)
  const url = findDaemon(place)?.urls[0]
  if (url === undefined) throw new ApiError('not-running', 'The daemon does not say where it listens.')
  const link = `${url}/sign-in#${code}`
  out.write(`This link signs one browser in, once, within ten minutes:\n${link}\n`)
  if (print !== true) show(join(place.state, 'open.html'), link)
  return EXIT.equal
}

/**
 * By a page in the home that leads there: every user of this machine can read the arguments of every program, and the link is for one of
 * them only.
 */
function show(file: string, link: string): void {
  const command = openerOf(process.platform, process.env)
  if (command === undefined) return
  const page = openSync(file, 'w', 0o600)
  try {
    fchmodSync(page, 0o600)
    writeSync(page, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${link}">\n`)
  } finally {
    closeSync(page)
  }
  // Where there is none of that name, the link was printed.
  spawn(command, [file], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref()
}

function openerOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string | undefined {
  if (platform === 'darwin') return 'open'
  const isDesktop = environment['DISPLAY'] !== undefined || environment['WAYLAND_DISPLAY'] !== undefined
  return platform === 'linux' && isDesktop ? 'xdg-open' : undefined
}
