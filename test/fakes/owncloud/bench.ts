// For tests: a replica connected to the fake server, and short ways to use it.
import { randomBytes, randomInt } from 'node:crypto'
import type { Stamp } from '../../../src/model/entry.ts'
import { type Path, type Place, parsePath } from '../../../src/model/path.ts'
import type { World } from '../../../src/platform/world.ts'
import { httpClient } from '../../../src/remotes/http/client.ts'
import { connectOwncloud } from '../../../src/remotes/owncloud/connect.ts'
import { sumOf } from '../../../src/remotes/owncloud/hashing.ts'
import type { Committed, Memory, Observation, Replica, Resume, Seen, Source } from '../../../src/replica/replica.ts'
import type { FakeOwncloud } from './server.ts'

export const SIGNAL = new AbortController().signal
export const NOTHING_SEEN: Seen = { directory: () => undefined, skips: () => false }

export interface Bench {
  readonly replica: Replica
  readonly memory: Map<string, string>
  path(text: string): Path
  /** A listing of everything, by place. */
  observe(seen?: Seen): Promise<Map<Place, Observation>>
  put(path: string, text: string | Uint8Array, expect?: Stamp | 'absent', resume?: Resume): Promise<Committed>
  read(path: string, stamp: Stamp, from?: number): Promise<string>
}

/** Sleeps end at once, so that repetitions cost no time. */
export function testWorld(now: () => number = Date.now): World {
  const sleep = async (_: number, signal: AbortSignal): Promise<void> => signal.throwIfAborted()
  return {
    clock: { now, sleep },
    random: { bytes: count => randomBytes(count), below: limit => randomInt(limit) },
    log: () => {},
  }
}

export async function benchOn(
  server: FakeOwncloud,
  options: { directory?: string; memory?: Map<string, string>; now?: () => number; user?: string } = {},
): Promise<Bench> {
  const { directory = '', memory = new Map<string, string>(), now, user = 'alice' } = options
  const world = testWorld(now)
  const credentials = { kind: 'password', user, password: 'secret' } as const
  const client = httpClient({ base: new URL(server.url), credentials, world })
  const place = { server: new URL(server.url), user, directory }
  const replica = await connectOwncloud({ client, place, world, memory: memoryOn(memory), mode: 'create' })
  return { replica, memory, path, ...shortWays(replica) }
}

export function path(text: string): Path {
  const parsed = parsePath(text)
  if (parsed === undefined) throw new Error(`${text} is no path`)
  return parsed
}

export function memoryOn(map: Map<string, string>): Memory {
  return {
    get: key => map.get(key),
    set: (key, value) => void (value === undefined ? map.delete(key) : map.set(key, value)),
  }
}

export function sourceOf(at: string, content: string | Uint8Array): Source {
  const bytes = Buffer.from(content)
  return {
    path: path(at),
    size: bytes.length,
    mtimeNs: 1_700_000_000_000_000_000n,
    async *open(from) {
      for (let i = from; i < bytes.length; i += 65536) yield bytes.subarray(i, i + 65536)
    },
    sum: async kind => sumOf(bytes, kind),
  }
}

function shortWays(replica: Replica): Pick<Bench, 'observe' | 'put' | 'read'> {
  return {
    async observe(seen = NOTHING_SEEN) {
      const found = new Map<Place, Observation>()
      for await (const observation of replica.observe(seen, SIGNAL)) found.set(observation.place, observation)
      return found
    },
    async put(at, content, expect = 'absent', resume = { token: undefined, save: () => {} }) {
      const source = sourceOf(at, content)
      const staged = await replica.stage(source, resume, SIGNAL)
      return replica.commit({ do: 'put', path: source.path, staged, mtimeNs: source.mtimeNs, expect }, SIGNAL)
    },
    async read(at, stamp, from = 0) {
      const chunks: Uint8Array[] = []
      for await (const bytes of replica.read(path(at), stamp, from, SIGNAL)) chunks.push(bytes)
      return Buffer.concat(chunks).toString()
    },
  }
}
