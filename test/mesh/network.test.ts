// Connections between this program's devices and real ones: who calls whom, by which way, and who is let in.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { parseAddress } from '../../src/bep/address.ts'
import { Bucket } from '../../src/bep/bucket.ts'
import { GlobalDiscovery } from '../../src/bep/global-discovery.ts'
import { type Identity, openIdentity } from '../../src/bep/identity.ts'
import { type Connection, Network, type NetworkParts } from '../../src/bep/network.ts'
import type { SyncError } from '../../src/model/errors.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'
import type { ClusterConfig, Message } from '../../src/wire/bep/messages.ts'
import { freePort, startProgram } from '../interop/servers/program.ts'
import { Syncthing } from '../interop/syncthing.ts'
import { describePeer } from '../peers.ts'

const world = nodeWorld({ log: () => {} })
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean()
})

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-mesh-'))
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What happened so far, and a way to wait for more. */
class Log<T> {
  readonly all: T[] = []
  #wake: () => void = () => {}

  readonly add = (item: T): void => {
    this.all.push(item)
    this.#wake()
  }

  async first(fits: (item: T) => boolean = () => true): Promise<T> {
    for (;;) {
      const found = this.all.find(fits)
      if (found !== undefined) return found
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}

interface Device {
  readonly identity: Identity
  readonly network: Network
  readonly connections: Log<Connection>
  readonly lost: Log<SyncError | undefined>
  readonly strangers: Log<{ readonly device: DeviceKey; readonly name: string }>
  readonly faults: Log<SyncError>
  readonly messages: Log<Message>
}

async function device(name: string, parts: Partial<NetworkParts> = {}): Promise<Device> {
  const identity = parts.identity ?? (await openIdentity(place()))
  const logs = {
    connections: new Log<Connection>(),
    lost: new Log<SyncError | undefined>(),
    strangers: new Log<{ device: DeviceKey; name: string }>(),
    faults: new Log<SyncError>(),
    messages: new Log<Message>(),
  }
  const network = new Network({
    identity,
    hello: { deviceName: name, clientName: 'syncline', clientVersion: 'v0.1.0' },
    world,
    finders: [],
    onConnection: connection => {
      connection.channel.start(logs.messages.add)
      logs.connections.add(connection)
    },
    onLost: (_, reason) => logs.lost.add(reason),
    onStranger: logs.strangers.add,
    onFault: (_, error) => logs.faults.add(error),
    ...parts,
  })
  cleanUps.push(() => network.stop())
  return { identity, network, ...logs }
}

function knows(one: Device, other: DeviceKey, addresses: readonly string[]): void {
  one.network.setDevices([{ device: other, addresses, compression: 'metadata', paused: false }])
}

test('two devices that know each other find together, and only one connection stays', async () => {
  const [a, b] = [await device('a'), await device('b')]
  const [atA, atB] = [await a.network.listen('tcp://127.0.0.1:0'), await b.network.listen('tcp://127.0.0.1:0')]
  knows(a, b.identity.device, [atB])
  knows(b, a.identity.device, [atA])
  const [here] = await Promise.all([a.connections.first(), b.connections.first()])
  expect(here.way).toBe('lan')
  expect(here.channel.hello.deviceName).toBe('b')
})

test('a stranger is told nothing, reported, and not let in', async () => {
  const [a, b] = [await device('a'), await device('b')]
  const atB = await b.network.listen('tcp://127.0.0.1:0')
  knows(a, b.identity.device, [atB])
  expect(await b.strangers.first()).toMatchObject({ device: a.identity.device, name: 'a' })
  expect(b.connections.all).toEqual([])
  const connection = await a.connections.first()
  expect(connection.channel.hello.deviceName).toBe('')
  expect((await a.lost.first())?.message).toContain('unknown device')
})

test('one that is greeted and not let in calls again after longer and longer', async () => {
  const waits = new Log<number>()
  // Whatever waits below the time of a greeting is a pause between two calls: it is over at once.
  const sleep = (ms: number, signal: AbortSignal) => {
    waits.add(ms)
    return ms < 10_000 ? Promise.resolve() : world.clock.sleep(ms, signal)
  }
  const a = await device('a', { world: { ...world, clock: { ...world.clock, sleep } } })
  const b = await device('b')
  knows(a, b.identity.device, [await b.network.listen('tcp://127.0.0.1:0')])
  for (const from of [1000, 2000, 5000, 8000]) await waits.first(ms => ms >= from && ms < from + 1000)
  expect(a.connections.all.length).toBe(4)
})

test('a device that is no more known is let go', async () => {
  const [a, b] = [await device('a'), await device('b')]
  const atB = await b.network.listen('tcp://127.0.0.1:0')
  knows(b, a.identity.device, [])
  knows(a, b.identity.device, [atB])
  await b.connections.first()
  b.network.setDevices([])
  expect((await a.lost.first())?.message).toContain('no more')
})

/** A passage that counts what went through. */
function turnstile() {
  const passage = {
    bytes: 0,
    take: async (bytes: number) => {
      passage.bytes += bytes
    },
  }
  return passage
}

test('no more goes than may', async () => {
  const bucket = new Bucket(world.clock, 1_000_000)
  const [a, b] = [await device('a', { totals: { up: [bucket], down: [], countsLan: () => true } }), await device('b')]
  const atB = await b.network.listen('tcp://127.0.0.1:0')
  knows(b, a.identity.device, [])
  knows(a, b.identity.device, [atB])
  const { channel } = await a.connections.first()
  const from = performance.now()
  for (let id = 0; id < 8; id += 1)
    void channel.send({ type: 'response', id, code: 'ok', data: new Uint8Array(131_072) })
  const last = await b.messages.first(message => message.type === 'response' && message.id === 7)
  // At least, that is: one that is slow for other reasons is no fault.
  expect(performance.now() - from).toBeGreaterThan(700)
  expect(b.messages.all.indexOf(last)).toBe(7)
})

test('the limits of a device hold everywhere, those of all together in the local network only if it counts', async () => {
  const [total, own] = [turnstile(), turnstile()]
  let doesCount = false
  const totals = { up: [total], down: [total], countsLan: () => doesCount }
  const [a, b] = [await device('a', { totals }), await device('b')]
  const atB = await b.network.listen('tcp://127.0.0.1:0')
  knows(b, a.identity.device, [])
  a.network.setDevices([
    {
      ...{ device: b.identity.device, addresses: [atB], compression: 'metadata', paused: false },
      limits: { up: [own], down: [] },
    },
  ])
  const { channel } = await a.connections.first()
  const sent = (id: number) => {
    void channel.send({ type: 'response', id, code: 'ok', data: new Uint8Array(100_000) })
    return b.messages.first(message => message.type === 'response' && message.id === id)
  }
  await sent(1)
  expect(total.bytes).toBe(0)
  expect(own.bytes).toBeGreaterThan(100_000)
  doesCount = true
  await sent(2)
  expect(total.bytes).toBeGreaterThan(100_000)
})

test('two that call each other at the same time keep the same one connection', async () => {
  const [a, b] = [await device('a'), await device('b')]
  const [atA, atB] = [await a.network.listen('tcp://127.0.0.1:0'), await b.network.listen('tcp://127.0.0.1:0')]
  knows(a, b.identity.device, [atB])
  knows(b, a.identity.device, [atA])
  await Promise.all([a.connections.first(), b.connections.first()])
  const theSame = () => {
    const [here, there] = [a.network.connection(b.identity.device), b.network.connection(a.identity.device)]
    return here !== undefined && there !== undefined && here.called !== there.called ? here : undefined
  }
  for (let here = theSame(); ; here = theSame()) {
    if (here === undefined) await new Promise(setImmediate)
    else {
      await here.channel.send({ type: 'cluster-config', folders: [], secondary: false })
      expect((await b.messages.first()).type).toBe('cluster-config')
      break
    }
  }
})

test('a port in use is told of in a sentence', async () => {
  const [a, b] = [await device('a'), await device('b')]
  const at = await a.network.listen('tcp://127.0.0.1:0')
  await expect(b.network.listen(at)).rejects.toThrow('another program listens there')
})

describePeer('a real syncthing', ['syncthing'], () => {
  async function syncthing(): Promise<Syncthing> {
    const started = await Syncthing.start(place())
    cleanUps.push(() => started.stop())
    return started
  }

  test('is called, and tells of its folders', async () => {
    const [ours, theirs] = [await device('ours'), await syncthing()]
    await theirs.addDevice(ours.identity.device, [])
    await theirs.addFolder({ id: 'shared', path: join(theirs.home, 'shared'), devices: [ours.identity.device] })
    knows(ours, theirs.device as DeviceKey, [theirs.address])
    const config = (await ours.messages.first(({ type }) => type === 'cluster-config')) as ClusterConfig
    expect(config.folders.map(({ id }) => id)).toEqual(['shared'])
    expect(await theirs.isConnected(ours.identity.device)).toBe(true)
  })

  test('calls us', async () => {
    const [ours, theirs] = [await device('ours'), await syncthing()]
    const at = await ours.network.listen('tcp://127.0.0.1:0')
    knows(ours, theirs.device as DeviceKey, [])
    await theirs.addDevice(ours.identity.device, [at])
    const connection = await ours.connections.first()
    expect(connection).toMatchObject({ device: theirs.device, called: 'by-them', way: 'lan' })
    expect(connection.channel.hello.clientName).toBe('syncthing')
  })

  test('that knows nothing of us lists us as pending', async () => {
    const [ours, theirs] = [await device('our name'), await syncthing()]
    knows(ours, theirs.device as DeviceKey, [theirs.address])
    await theirs.until('pending', async () => {
      const pending = (await theirs.call('GET', '/cluster/pending/devices')) as Record<string, { name: string }>
      return pending[ours.identity.device]?.name === 'our name'
    })
  })
})

describePeer('a real relay', ['strelaysrv', 'syncthing'], () => {
  async function relay(): Promise<string> {
    const port = await freePort()
    const home = place()
    const args = [`-keys=${home}`, '-pools=', `-listen=127.0.0.1:${port}`, '-status-srv=']
    cleanUps.push(await startProgram({ command: 'strelaysrv', args, port }))
    return `relay://127.0.0.1:${port}/`
  }

  test('brings two of us together', async () => {
    const at = await relay()
    const [a, b] = [await device('a'), await device('b')]
    await b.network.listen(at)
    knows(b, a.identity.device, [])
    knows(a, b.identity.device, [at])
    const [here, there] = await Promise.all([a.connections.first(), b.connections.first()])
    expect([here.way, there.way]).toEqual(['relay', 'relay'])
    await here.channel.send({ type: 'cluster-config', folders: [], secondary: false })
    expect((await b.messages.first()).type).toBe('cluster-config')
  })

  test('brings a real syncthing to us, and us to it', async () => {
    const at = await relay()
    const ours = await device('ours')
    const theirs = await Syncthing.start(place(), { listen: at, options: { relaysEnabled: true } })
    cleanUps.push(() => theirs.stop())
    await theirs.addDevice(ours.identity.device, [])
    knows(ours, theirs.device as DeviceKey, [at])
    expect((await ours.connections.first()).way).toBe('relay')
    expect((await ours.messages.first()).type).toBe('cluster-config')
  })

  test('with another id than the address says is not believed', async () => {
    const at = await relay()
    const [a, b] = [await device('a'), await device('b')]
    await b.network.listen(at)
    knows(b, a.identity.device, [])
    knows(a, b.identity.device, [`${at}?id=${a.identity.device}`])
    expect((await a.faults.first()).message).toContain('another relay')
  })
})

describePeer('a real discovery server', ['stdiscosrv', 'syncthing'], () => {
  test('tells us where others are, and others where we are', async () => {
    const port = await freePort()
    const home = place()
    const args = [`-cert=${home}/cert.pem`, `-key=${home}/key.pem`, `-db-dir=${home}/db`, `-listen=127.0.0.1:${port}`]
    cleanUps.push(await startProgram({ command: 'stdiscosrv', args, port }))
    const server = await openIdentity(home)
    const address = `https://127.0.0.1:${port}/?id=${server.device}`
    const faults = new Log<SyncError>()
    const announcer = await openIdentity(place())
    const announcing = new GlobalDiscovery({
      server: address,
      identity: announcer,
      addresses: () => ['tcp://192.0.2.7:4242', 'relay://192.0.2.8:22067/'],
      clock: { now: () => Date.now(), sleep: async () => {} },
      onFault: faults.add,
    })
    cleanUps.push(() => announcing.stop())
    const asking = new GlobalDiscovery({
      server: address,
      identity: server,
      addresses: () => [],
      clock: world.clock,
      onFault: faults.add,
    })
    const signal = AbortSignal.timeout(20_000)
    expect(await asking.find(announcer.device, signal)).toEqual([])
    expect(faults.all).toEqual([])
    announcing.start()
    const later = new GlobalDiscovery({
      server: address,
      identity: server,
      addresses: () => [],
      clock: world.clock,
      onFault: faults.add,
    })
    let found = await later.find(announcer.device, signal)
    while (found.length === 0) {
      const again = new GlobalDiscovery({
        server: address,
        identity: server,
        addresses: () => [],
        clock: world.clock,
        onFault: faults.add,
      })
      found = await again.find(announcer.device, signal)
    }
    announcing.stop()
    expect(found).toContainEqual(parseAddress('tcp://192.0.2.7:4242'))
  })
})
