// A real host on 127.0.0.1 with a temporary home, for tests, and what they count and change about it.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Accounts, User } from '../../src/accounts/accounts.ts'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { type Host, type HostOptions, openHost } from '../../src/daemon/host/host.ts'
import { serveRequests } from '../../src/dav/body.ts'
import type { Path } from '../../src/model/path.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import type { World } from '../../src/platform/world.ts'
import type { Space } from '../../src/store/space.ts'
import { putText } from './host-tree.ts'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  status: number
}

export interface TestHost {
  readonly host: Host
  readonly accounts: Accounts
  readonly alice: User
  readonly url: string
  readonly port: number
  readonly directory: string
  /** Requests since the start, or since it was emptied. */
  readonly seen: Seen[]
  readonly world: World
  /** Everything the host logged as a warning or an error. */
  readonly complaints: string[]
  /** A folder with these files that can be granted. */
  addFolder(id: string, files: Readonly<Record<string, string>>): Promise<Space>
  /** The disk of a folder is unplugged, or back. */
  setFolder(id: string, to: Space | undefined): void
  /** Stops, and starts again on the same port with what is on disk. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export const PASSWORD = 'correct horse battery'

export interface StartOptions extends Omit<Partial<HostOptions>, 'home' | 'accounts' | 'world'> {
  /** Milliseconds since 1970; the real time where absent. */
  readonly now?: () => number
}

export async function startHost(options: StartOptions = {}): Promise<TestHost> {
  const { now, ...hostOptions } = options
  const directory = mkdtempSync(join(tmpdir(), 'syncline-host-'))
  const complaints: string[] = []
  const world = worldFor(complaints, now)
  const seen: Seen[] = []
  const folders = new Map<string, Space>()
  const parts = { directory, world, seen, hostOptions: { folder: (id: string) => folders.get(id), ...hostOptions } }
  let running = await run({ ...parts, port: 0 })
  const alice = await running.accounts.users.add({ name: 'alice', displayName: 'Alice', password: PASSWORD })
  return {
    get host() {
      return running.host
    },
    get accounts() {
      return running.accounts
    },
    alice,
    port: running.port,
    url: `http://127.0.0.1:${running.port}`,
    ...{ directory, seen, world, complaints },
    async addFolder(id, files) {
      const space = await running.host.spaces.create({ id: `folder-${id}`, label: id })
      folders.set(id, space)
      running.host.foldersChanged()
      const made = new Set<string>()
      for (const [path, text] of Object.entries(files)) {
        const names = path.split('/')
        for (let depth = 1; depth < names.length; depth += 1) {
          const at = names.slice(0, depth).join('/') as Path
          if (!made.has(at)) await space.change({ do: 'make-directory', at }, new AbortController().signal)
          made.add(at)
        }
        await putText(space, path, text)
      }
      return space
    },
    setFolder(id, to) {
      if (to === undefined) folders.delete(id)
      else folders.set(id, to)
      running.host.foldersChanged()
    },
    async restart() {
      await running.stop()
      running = await run({ ...parts, port: running.port })
      for (const id of folders.keys()) folders.set(id, await running.host.spaces.open(`folder-${id}`))
    },
    async stop() {
      await running.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

interface Running {
  readonly host: Host
  readonly accounts: Accounts
  readonly port: number
  stop(): Promise<void>
}

interface Parts {
  readonly directory: string
  readonly world: World
  readonly seen: Seen[]
  readonly port: number
  readonly hostOptions: StartOptions
}

async function run({ directory, world, seen, port, hostOptions }: Parts): Promise<Running> {
  const { clock, random } = world
  const cost = { logN: 10, r: 8, p: 1 }
  const accounts = openAccounts({ file: join(directory, 'accounts.db'), clock, random, cost })
  const host = await openHost({ ...hostOptions, home: join(directory, 'host'), accounts, world })
  const server = createServer({ requestTimeout: 0 })
  serveRequests(server, (request, response) => {
    const entry = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, status: 0 }
    seen.push(entry)
    response.on('close', () => {
      entry.status = response.headersSent ? response.statusCode : 0
    })
    void host.answer(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    if (!host.upgrade(request, socket, head)) socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    host,
    accounts,
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await host.close()
      await closed
      accounts.close()
    },
  }
}

function worldFor(complaints: string[], now: (() => number) | undefined): World {
  const world = nodeWorld({
    log: (level, message, fields) => {
      if (level === 'warn' || level === 'error') complaints.push(`${message} ${JSON.stringify(fields ?? {})}`)
    },
  })
  return now === undefined ? world : { ...world, clock: { ...world.clock, now } }
}

export function basic(user = 'alice', password = PASSWORD): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
