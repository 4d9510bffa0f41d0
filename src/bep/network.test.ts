// Which of two connections to one device stays: one end is a network, the other a device that calls and is called as the test wants it.
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { World } from '../platform/world.ts'
import { type Address, parseAddress } from './address.ts'
import { type Channel, openChannel } from './channel.ts'
import { type Identity, openIdentity } from './identity.ts'
import { type Connection, Network } from './network.ts'
import { secureAsClient, secureAsServer } from './secure.ts'

const never = new AbortController().signal
const HELLO = { deviceName: 'one of two', clientName: 'syncline', clientVersion: 'v0' }
const LONG_MS = 11_000

let cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUps.reverse()) await clean()
  cleanUps = []
})

/** Time stands still unless the test lets it pass: nobody calls again by himself. */
let nowMs = 0
const world: World = {
  clock: {
    now: () => nowMs,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
  },
  random: { bytes: count => new Uint8Array(count), below: () => 0 },
  log: () => {},
}

let lower: Identity
let higher: Identity
beforeEach(async () => {
  nowMs = 1e12
  const both = [await identity(), await identity()] as const
  ;[lower, higher] = both[0].device < both[1].device ? both : [both[1], both[0]]
})

async function identity(): Promise<Identity> {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-identity-'))
  cleanUps.push(() => rmSync(directory, { recursive: true }))
  return openIdentity(directory)
}

/** A network of one device, which knows one other, and what it tells of its connections. */
class Ours {
  readonly told: string[] = []
  readonly network: Network
  readonly #other: Identity
  #address = ''
  #awaited: { readonly line: string; readonly resolve: () => void }[] = []

  constructor(own: Identity, other: Identity) {
    this.#other = other
    this.network = new Network({
      ...{ identity: own, hello: HELLO, world, finders: [] },
      onConnection: connection => {
        connection.channel.start(() => {})
        this.#tell(`came ${connection.called}`, connection)
      },
      onLost: connection => this.#tell(`lost ${connection.called}`, this.network.connection(connection.device)),
      onStranger: () => this.#tell('a stranger', undefined),
      onFault: (_, { message }) => this.#tell(message, undefined),
    })
    cleanUps.push(() => this.network.stop())
  }

  async open(addresses: readonly string[]): Promise<void> {
    this.#address = await this.network.listen('tcp://127.0.0.1:0')
    this.network.setDevices([{ device: this.#other.device, addresses, compression: 'metadata', paused: false }])
  }

  get address(): Extract<Address, { kind: 'tcp' }> {
    return parseAddress(this.#address) as Extract<Address, { kind: 'tcp' }>
  }

  /** Resolves when this was told, with all that was told until then. */
  async until(line: string): Promise<readonly string[]> {
    if (!this.told.includes(line)) await new Promise<void>(resolve => this.#awaited.push({ line, resolve }))
    return this.told
  }

  /** What happened, and by whose call the connection came that counts at that moment. */
  #tell(what: string, counts: Connection | undefined): void {
    const line = `${what}, ${counts === undefined || counts.channel.isOver ? 'none' : `one ${counts.called}`} counts`
    this.told.push(line)
    for (const { line: wanted, resolve } of this.#awaited) if (wanted === line) resolve()
  }
}

/** The other device's end of a connection. */
interface End {
  readonly channel: Channel
  /** Why it is over, once it is. */
  readonly over: Promise<string>
}

async function ended(stream: Socket, label: string): Promise<End> {
  const channel = await openChannel({ stream, hello: HELLO, clock: world.clock, label, compression: 'metadata' }, never)
  cleanUps.push(() => channel.close('the test is over'))
  channel.start(() => {})
  return { channel, over: channel.ended.then(reason => reason?.message ?? 'by itself') }
}

/** The other device calls. */
async function call(ours: Ours, other: Identity, own: Identity): Promise<End> {
  const { host, port } = ours.address
  const { stream } = await secureAsClient(connect(port, host), other, own.device, never)
  return ended(stream, 'ours')
}

/** The other device listens, and answers when it is told to. */
async function called(other: Identity): Promise<{ readonly address: string; answer(): Promise<End> }> {
  const waiting: Socket[] = []
  let here: (socket: Socket) => void = socket => void waiting.push(socket)
  const server = createServer(socket => here(socket.on('error', () => {})))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => server.close())
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: async () => {
      const first = waiting.shift()
      const socket = first ?? (await new Promise<Socket>(resolve => (here = resolve)))
      const { stream } = await secureAsServer(socket, other, never)
      return ended(stream, 'ours')
    },
  }
}

test('who calls again at once is told that he is connected, and the connection stays', async () => {
  const ours = new Ours(lower, higher)
  await ours.open([])
  const first = await call(ours, higher, lower)
  await ours.until('came by-them, one by-them counts')
  const second = await call(ours, higher, lower)
  expect(await second.over).toContain('already connected')
  expect(ours.told).toEqual(['came by-them, one by-them counts'])
  expect(first.channel.isOver).toBe(false)
})

test('who calls again after a while has come anew: the old connection goes, and at no moment there is none', async () => {
  const ours = new Ours(lower, higher)
  await ours.open([])
  const first = await call(ours, higher, lower)
  await ours.until('came by-them, one by-them counts')
  const before = ours.network.connection(higher.device)
  nowMs += LONG_MS
  const second = await call(ours, higher, lower)
  expect(await first.over).toContain('replacing connection')
  await ours.until('lost by-them, one by-them counts')
  expect(ours.told).toEqual([
    'came by-them, one by-them counts',
    'lost by-them, one by-them counts',
    'came by-them, one by-them counts',
  ])
  // The old one's end changes nothing any more.
  await before?.channel.ended
  const now = ours.network.connection(higher.device)
  expect(now?.since).toBe(nowMs)
  expect([now?.channel.isOver, second.channel.isOver]).toEqual([false, false])
})

// Both call each other at once. Each end sees the two in its own order, and both keep the call of the lower key.
const CROSSINGS = [
  { we: 'lower', first: 'by-us', stays: 'by-us' },
  { we: 'lower', first: 'by-them', stays: 'by-us' },
  { we: 'higher', first: 'by-us', stays: 'by-them' },
  { we: 'higher', first: 'by-them', stays: 'by-them' },
] as const

test.each(CROSSINGS)(
  'two calls cross, ours is the $we key and the one $first is there first: the one $stays stays',
  async story => {
    const [own, other] = story.we === 'lower' ? [lower, higher] : [higher, lower]
    const ours = new Ours(own, other)
    const listener = await called(other)
    await ours.open([listener.address])
    const make = {
      'by-us': () => listener.answer(),
      'by-them': () => call(ours, other, own),
    }
    const second = story.first === 'by-us' ? 'by-them' : 'by-us'
    const firstEnd = await make[story.first]()
    await ours.until(`came ${story.first}, one ${story.first} counts`)
    const secondEnd = await make[second]()
    if (story.stays === story.first) {
      expect(await secondEnd.over).toContain('already connected')
      expect(ours.told).toEqual([`came ${story.first}, one ${story.first} counts`])
      expect(firstEnd.channel.isOver).toBe(false)
    } else {
      expect(await firstEnd.over).toContain('replacing connection')
      expect(await ours.until(`came ${second}, one ${second} counts`)).toEqual([
        `came ${story.first}, one ${story.first} counts`,
        `lost ${story.first}, one ${second} counts`,
        `came ${second}, one ${second} counts`,
      ])
      expect(secondEnd.channel.isOver).toBe(false)
    }
    expect(ours.network.connection(other.device)?.called).toBe(story.stays)
  },
)
