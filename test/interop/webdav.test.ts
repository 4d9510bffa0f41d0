// The plain WebDAV remote against real servers.

import { randomBytes, randomInt } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../../src/platform/world.ts'
import { httpClient } from '../../src/remotes/http/client.ts'
import { connectWebdav } from '../../src/remotes/webdav/connect.ts'
import { type Foreign, type Opened, replicaConformance } from '../../src/replica/conformance.ts'
import type { Memory } from '../../src/replica/replica.ts'
import { giveToServer } from './servers/account.ts'
import { startApache } from './servers/apache.ts'
import { startNginx } from './servers/nginx.ts'
import type { NotInstalled, RunningServer } from './servers/program.ts'
import { startRclone } from './servers/rclone.ts'
import { startSabre } from './servers/sabre.ts'

const world: World = {
  clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }).then(() => undefined) },
  random: { bytes: count => randomBytes(count), below: limit => randomInt(limit) },
  log: () => {},
}

const SERVERS: Readonly<Record<string, (dir: string) => Promise<RunningServer | NotInstalled>>> = {
  Apache: startApache,
  nginx: startNginx,
  rclone: startRclone,
  'sabre/dav': startSabre,
}

for (const [name, start] of Object.entries(SERVERS)) replicaConformance(`WebDAV on ${name}`, () => openOn(start))

async function openOn(start: (dir: string) => Promise<RunningServer | NotInstalled>): Promise<Opened | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'syncline-dav-'))
  const server = await start(dir)
  if ('missing' in server) {
    await rm(dir, { recursive: true })
    console.warn(`not tested: ${server.missing} is not installed`)
    return undefined
  }
  const kept = new Map<string, string>()
  const memory: Memory = {
    get: key => kept.get(key),
    set: (key, value) => (value === undefined ? kept.delete(key) : kept.set(key, value)),
  }
  const open = () =>
    connectWebdav({
      client: httpClient({ base: server.url, world }),
      root: server.url,
      world,
      memory,
      mode: 'read-write',
    })
  const replica = await open()
  return {
    replica,
    reopen: open,
    foreign: onDisk(server.root),
    async dispose() {
      if (process.env['SYNCLINE_SHOW_TRAITS'] !== undefined) console.log(kept)
      await replica.close()
      await server.stop()
      await rm(dir, { recursive: true })
    },
  }
}

/** Changes the served directory itself. */
function onDisk(root: string): Foreign {
  return {
    async put(path, bytes) {
      await writeFile(join(root, path), bytes)
      await giveToServer(join(root, path), dirname(join(root, path)))
    },
    remove: path => rm(join(root, path)),
    async makeDirectory(path) {
      await mkdir(join(root, path))
      await giveToServer(join(root, path))
    },
  }
}
