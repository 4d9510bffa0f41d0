import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createServer as createTls } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { SyncError } from '../model/errors.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { RELAY_SUCCESS, writeRelayMessage } from '../wire/bep/relay.ts'
import { GlobalDiscovery } from './global-discovery.ts'
import { type Identity, openIdentity } from './identity.ts'
import { Network } from './network.ts'
import { Unreached } from './unreached.ts'

let cleanUps: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  cleanUps = []
})

const refused = new SyncError('offline', 'It refused.')
const offline = new SyncError('offline', 'It is far.', { cause: Object.assign(new Error(), { code: 'ENETUNREACH' }) })

test('a server is blamed from its first fault to its next success', () => {
  let now = 1000
  const unreached = new Unreached({ now: () => now })
  unreached.note('a', refused)
  now = 2000
  unreached.note('a', refused)
  expect(unreached.list()).toEqual([{ address: 'a', fault: refused, blamedSince: 1000 }])
  unreached.note('a', undefined)
  expect(unreached.list()).toEqual([])
  unreached.note('a', refused)
  expect(unreached.list()[0]?.blamedSince).toBe(2000)
})

test('no server is blamed for what happened while this machine had no network', () => {
  let now = 1000
  const unreached = new Unreached({ now: () => now })
  unreached.note('a', offline)
  expect(unreached.list()).toEqual([{ address: 'a', fault: offline, blamedSince: undefined }])
  now = 2000
  unreached.note('a', refused)
  expect(unreached.list()[0]?.blamedSince).toBe(2000)
  unreached.note('a', offline)
  expect(unreached.list()[0]?.blamedSince).toBeUndefined()
})

async function identity(): Promise<Identity> {
  const place = mkdtempSync(join(tmpdir(), 'syncline-unreached-'))
  cleanUps.push(() => rmSync(place, { recursive: true, force: true }))
  return openIdentity(place)
}

/** Waits are over at once. */
const clock = { now: () => 0, sleep: async () => void (await turn()) }
const world = { ...nodeWorld({ log: () => {} }), clock }

test('a discovery server that refuses what it is told is unreached until it takes it', async () => {
  const [own, theirs] = [await identity(), await identity()]
  let status = 403
  const server = createHttps({ cert: theirs.cert, key: theirs.key }, (request, response) => {
    request.resume()
    response.writeHead(status, { connection: 'close' }).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  cleanUps.push(() => server.close())
  const port = (server.address() as AddressInfo).port
  const told: (SyncError | undefined)[] = []
  await new Promise<void>(resolve => {
    const discovery = new GlobalDiscovery({
      ...{ server: `https://127.0.0.1:${port}/?id=${theirs.device}`, identity: own, clock },
      addresses: () => [],
      onFault: () => {},
      onAnnounced: (_, fault) => {
        told.push(fault)
        status = 204
        if (fault === undefined) resolve()
      },
    })
    cleanUps.push(() => discovery.stop())
    discovery.start()
  })
  expect(told[0]?.message).toContain(`127.0.0.1:${port} refused our announcement (403)`)
})

test('a relay that hangs up is unreached until it lets this device stay', async () => {
  const [own, theirs] = [await identity(), await identity()]
  let calls = 0
  const relay = createTls({ cert: theirs.cert, key: theirs.key, ALPNProtocols: ['bep-relay'] }, socket => {
    socket.on('error', () => {})
    calls += 1
    if (calls === 1) socket.destroy()
    else socket.once('data', () => socket.write(writeRelayMessage(LET_IN)))
    cleanUps.push(() => socket.destroy())
  })
  relay.on('tlsClientError', () => {})
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  cleanUps.push(() => relay.close())
  const port = (relay.address() as AddressInfo).port
  const told: (readonly [string, SyncError | undefined])[] = []
  await new Promise<void>((resolve, reject) => {
    const network = new Network({
      ...{ identity: own, world, finders: [] },
      hello: { deviceName: 'a', clientName: 'syncline', clientVersion: 'v0.1.0' },
      ...{ onConnection: () => {}, onLost: () => {}, onStranger: () => {}, onFault: () => {} },
      onRelay: (address, fault) => {
        told.push([address, fault])
        if (fault === undefined) resolve()
      },
    })
    cleanUps.push(() => network.stop())
    network.listen(`relay://127.0.0.1:${port}/`).catch(reject)
  })
  expect(told[0]?.[0]).toContain(`127.0.0.1:${port}`)
  expect(told[0]?.[1]).toBeInstanceOf(SyncError)
  expect(told.at(-1)?.[1]).toBeUndefined()
})

const LET_IN = { type: 'response', code: RELAY_SUCCESS, message: 'success' } as const
