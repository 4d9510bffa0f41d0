// `rclone serve webdav` on a directory (Debian: rclone).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { firstMissing, freePort, type NotInstalled, type RunningServer, startProgram } from './program.ts'

/** What must be installed. */
export const RCLONE = ['/usr/bin/rclone']

/** Serves `<dir>/files`. `dir` is empty and writable. Unless told otherwise it looks at the disk each time, which costs it a lot. */
export async function startRclone(dir: string, directoryCache = '0s'): Promise<RunningServer | NotInstalled> {
  const missing = await firstMissing(RCLONE)
  if (missing !== undefined) return missing
  const root = join(dir, 'files')
  await mkdir(root)
  const port = await freePort()
  const args = [
    'serve',
    'webdav',
    root,
    '--addr',
    `127.0.0.1:${port}`,
    '--dir-cache-time',
    directoryCache,
    '--config',
    join(dir, 'rclone.conf'),
  ]
  const stop = await startProgram({ command: '/usr/bin/rclone', args, port })
  return { url: new URL(`http://127.0.0.1:${port}/`), root, stop }
}
