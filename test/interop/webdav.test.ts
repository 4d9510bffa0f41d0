// The plain WebDAV remote against real servers.

import { randomBytes, randomInt } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import type { World } from '../../src/platform/world.ts'
import { httpClient } from '../../src/remotes/http/client.ts'
import { connectWebdav } from '../../src/remotes/webdav/connect.ts'
import { type Foreign, type Opened, replicaConformance } from '../../src/replica/conformance.ts'
import type { Commit, Memory, Replica, Seen } from '../../src/replica/replica.ts'
import { describePeer } from '../peers.ts'
import { giveToServer } from './servers/account.ts'
import { APACHE, startApache } from './servers/apache.ts'
import { NGINX, startNginx } from './servers/nginx.ts'
import type { NotInstalled, RunningServer } from './servers/program.ts'
import { RCLONE, startRclone } from './servers/rclone.ts'
import { SABRE, startSabre } from './servers/sabre.ts'

const world: World = {
  clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }).then(() => undefined) },
  random: { bytes: count => randomBytes(count), below: limit => randomInt(limit) },
  log: () => {},
}

interface Place {
  readonly server: RunningServer
  readonly memory: Map<string, string>
  /** Methods in the order they were sent. */
  readonly sent: string[]
  open(): Promise<Replica>
  dispose(): Promise<void>
}

interface Server {
  readonly start: Start
  readonly programs: readonly string[]
  /** What it was found to do. A server that mends its ways makes this fail, and is then treated better. */
  readonly traits: object
}

const SERVERS: Readonly<Record<string, Server>> = {
  Apache: {
    start: startApache,
    programs: APACHE,
    traits: { ifMatch: true, ifNoneMatch: true, precise: true, atomicPut: true, makesParents: false, hidesDots: false },
  },
  nginx: {
    start: startNginx,
    programs: NGINX,
    traits: {
      ifMatch: false,
      ifNoneMatch: false,
      precise: false,
      atomicPut: true,
      makesParents: true,
      hidesDots: true,
    },
  },
  rclone: {
    start: startRclone,
    programs: RCLONE,
    traits: {
      ifMatch: false,
      ifNoneMatch: false,
      precise: true,
      atomicPut: false,
      makesParents: false,
      hidesDots: false,
    },
  },
  'sabre/dav': {
    start: startSabre,
    programs: SABRE,
    traits: { ifMatch: true, ifNoneMatch: true, precise: false, makesParents: false, hidesDots: false },
  },
}

/** None of these servers has them. */
const LACKS = ['an atomic guard', 'ids', 'modes', 'recursive stamps', 'removal of trees', 'symlinks', 'times'] as const

for (const [name, server] of Object.entries(SERVERS))
  describePeer(name, server.programs, () => {
    replicaConformance('as a replica', () => openOn(server.start), LACKS)
    test('is found out before the first write, once, and left clean', () => testTraits(server))
    if (name === 'Apache')
      test('a rename is one MOVE between two looks, and twenty new files cost one request each and one more', testCost)
  })

async function testTraits({ start, traits }: Server): Promise<void> {
  const place = await placeOn(start)
  try {
    const first = await place.open()
    await first.commit({ do: 'make-directory', path: 'd' as Path }, SIGNAL)
    const found = JSON.parse(place.memory.get('webdav-traits') ?? '{}').traits
    expect(found).toMatchObject({ ...traits, mtime: 'none', moveGuarded: true, caseSensitive: true })
    // `.DAV` is where Apache keeps properties; it shows it to nobody.
    expect((await readdir(place.server.root)).filter(entry => entry !== '.DAV')).toEqual(['d'])
    await first.close()
    const later = await place.open()
    place.sent.length = 0
    await later.commit({ do: 'make-directory', path: 'd/e' as Path }, SIGNAL)
    expect(place.sent).toEqual(['MKCOL'])
    await later.close()
  } finally {
    await place.dispose()
  }
}

async function testCost(): Promise<void> {
  const place = await placeOn(startApache)
  const replica = await place.open()
  try {
    await replica.commit({ do: 'make-directory', path: 'd' as Path }, SIGNAL)
    place.sent.length = 0
    const results = await replica.commitMany?.(await putsOf(replica, 20), SIGNAL)
    expect(place.sent.sort()).toEqual(['PROPFIND', ...Array.from({ length: 20 }, () => 'PUT')])
    const [first] = results ?? []
    if (first === undefined || first instanceof Error || first.as !== 'done' || first.entry?.kind !== 'file')
      throw first
    place.sent.length = 0
    const move: Commit = {
      do: 'move',
      from: 'd/0' as Path,
      to: 'd/moved' as Path,
      kind: 'file',
      expect: first.entry.stamp,
    }
    expect(await replica.commit(move, SIGNAL)).toMatchObject({ as: 'done' })
    expect(place.sent).toEqual(['PROPFIND', 'MOVE', 'PROPFIND'])
  } finally {
    await replica.close()
    await place.dispose()
  }
}
const NOTHING_SEEN: Seen = { directory: () => undefined, skips: () => false }
const SIGNAL = new AbortController().signal

async function putsOf(replica: Replica, count: number): Promise<Commit[]> {
  const bytes = Buffer.from('some bytes')
  const paths = Array.from({ length: count }, (_, i) => `d/${i}` as Path)
  return Promise.all(
    paths.map(async path => {
      const open = async function* () {
        yield bytes
      }
      const source = { path, size: bytes.length, mtimeNs: undefined, bytes, open, sum: async () => undefined }
      const staged = await replica.stage(source, { token: undefined, save: () => {} }, SIGNAL)
      return { do: 'put', path, staged, mtimeNs: undefined, expect: 'absent' } satisfies Commit
    }),
  )
}

async function openOn(start: Start): Promise<Opened> {
  const place = await placeOn(start)
  const replica = await place.open()
  return {
    replica,
    reopen: place.open,
    foreign: onDisk(place.server.root),
    async dispose() {
      await replica.close()
      await place.dispose()
    },
  }
}

type Start = (dir: string) => Promise<RunningServer | NotInstalled>

async function placeOn(start: Start): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'syncline-dav-'))
  const server = await start(dir)
  if ('missing' in server) throw new Error(`${server.missing} is not installed`)
  const kept = new Map<string, string>()
  const sent: string[] = []
  const memory: Memory = {
    get: key => kept.get(key),
    set: (key, value) => (value === undefined ? kept.delete(key) : kept.set(key, value)),
  }
  const logged: World = { ...world, log: (_, message) => sent.push(message.split(' ')[0] ?? '') }
  return {
    server,
    memory: kept,
    sent,
    open: async () => {
      const client = httpClient({ base: server.url, world: logged })
      const replica = await connectWebdav({ client, root: server.url, world: logged, memory, mode: 'read-write' })
      // From then on it is known what the server can do.
      for await (const _ of replica.observe(NOTHING_SEEN, SIGNAL)) break
      return replica
    },
    async dispose() {
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
