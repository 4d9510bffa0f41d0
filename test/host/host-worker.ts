// The host in a thread of its own, so that a test can ask it something and wait for the answer without giving way to anything else.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type MessagePort, workerData } from 'node:worker_threads'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { openHost } from '../../src/daemon/host/host.ts'
import { serveRequests } from '../../src/dav/body.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import { Database } from '../../src/platform/node/sqlite.ts'
import type { Asked, Told, WorkerData } from './host-thread.ts'
import { hostSurface } from './host-worker-surface.ts'

const { directory, flag, port } = workerData as WorkerData & { readonly port: MessagePort }
let ahead = 0
let database: Database | undefined

const world = nodeWorld({ log: () => {} })
const clock = { ...world.clock, now: () => Date.now() + ahead }
const cost = { logN: 4, r: 1, p: 1 }
const accounts = openAccounts({ file: join(directory, 'accounts.db'), clock, random: world.random, cost })
const host = await openHost({ home: join(directory, 'host'), accounts, world: { ...world, clock } })
const server = createServer({ requestTimeout: 0 })
serveRequests(server, (request, response) => void host.answer(request, response))
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

async function answer(asked: Asked): Promise<Told> {
  if ('now' in asked) ahead = asked.now - Date.now()
  switch (asked.do) {
    case 'port':
      return (server.address() as AddressInfo).port
    case 'begin': {
      const old = accounts.users.findByName('alice')
      if (old !== undefined) {
        accounts.users.remove(old.id)
        await host.removeHome(old.id)
      }
      await accounts.users.add({ name: 'alice', password: asked.password })
      return null
    }
    case 'stop':
      server.closeAllConnections()
      server.close()
      database?.close()
      await host.close()
      accounts.close()
      return null
    default: {
      const alice = accounts.users.findByName('alice')
      if (alice === undefined) throw new Error('nobody has begun')
      const id = `home-${alice.id}`
      const home = (await host.spaces.has(id))
        ? await host.spaces.open(id)
        : await host.spaces.create({ id, label: 'Files of alice' })
      // Stays open: closing writes everything into the main file, and people look many times in each story.
      database ??= new Database(join(directory, 'host', 'spaces.db'), { name: 'spaces', mend: '' })
      return hostSurface({ home, database, directory, user: alice.id }, asked)
    }
  }
}

port.on('message', ({ asked, count }: { readonly asked: Asked; readonly count: number }) => {
  answer(asked)
    .then(
      told => port.postMessage({ count, told }),
      error =>
        port.postMessage({ count, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
    .finally(() => {
      Atomics.add(flag, 0, 1)
      Atomics.notify(flag, 0)
      if (asked.do === 'stop') port.close()
    })
})
Atomics.store(flag, 0, 1)
