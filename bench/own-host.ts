// Our own WebDAV server over a hosted space, as a process of its own.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, type RunningServer, startProgram } from '../test/interop/servers/program.ts'

const SCRIPT = fileURLToPath(new URL('serve-dav.ts', import.meta.url))

/** Keeps what it serves below `dir`, which is empty and writable. */
export async function startOwnHost(dir: string): Promise<RunningServer> {
  const root = join(dir, 'files')
  await mkdir(root)
  const port = await freePort()
  const stop = await startProgram({
    command: process.execPath,
    args: ['--import', 'tsx', SCRIPT, root, String(port)],
    env: { NODE_ENV: 'production' },
    port,
  })
  return { url: new URL(`http://127.0.0.1:${port}/remote.php/webdav/`), root, stop }
}
