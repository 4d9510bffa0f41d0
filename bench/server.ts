// The WebDAV servers that benchmarks run against.
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startApache } from '../test/interop/servers/apache.ts'
import type { RunningServer } from '../test/interop/servers/program.ts'
import { startRclone } from '../test/interop/servers/rclone.ts'

export const SERVERS = {
  'Apache mod_dav': startApache,
  'rclone serve webdav': startRclone,
} as const

/** Runs `body` with a server in a new directory below `dir`, and ends the server. */
export async function withServer<T>(
  name: keyof typeof SERVERS,
  dir: string,
  body: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const server = await SERVERS[name](await mkdtemp(join(dir, 'server-')))
  if ('missing' in server) throw new Error(`${name} needs ${server.missing}`)
  try {
    return await body(server)
  } finally {
    await server.stop()
  }
}
