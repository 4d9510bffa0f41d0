import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Message } from '../wire/bep/messages.ts'
import { type Channel, openChannel } from './channel.ts'
import { type Identity, openIdentity } from './identity.ts'
import { secureAsClient, secureAsServer } from './secure.ts'

const { clock } = nodeWorld({ log: () => {} })
const never = new AbortController().signal
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanUps.splice(0).reverse()) clean()
})

async function identity(): Promise<Identity> {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-identity-'))
  cleanUps.push(() => rmSync(directory, { recursive: true }))
  return openIdentity(directory)
}

async function listening(take: (socket: import('node:net').Socket) => void): Promise<number> {
  const server: Server = createServer(take)
  cleanUps.push(() => server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function pair(compression: 'metadata' | 'always' | 'never' = 'metadata'): Promise<[Channel, Channel]> {
  const [a, b] = [await identity(), await identity()]
  const hello = (deviceName: string) => ({ deviceName, clientName: 'syncline', clientVersion: 'v0' })
  let called: (channel: Promise<Channel>) => void = () => {}
  const there = new Promise<Channel>((resolve, reject) => {
    called = channel => channel.then(resolve, reject)
  })
  const port = await listening(raw => {
    called(
      secureAsServer(raw, b, never).then(({ stream, device }) => {
        expect(device).toBe(a.device)
        return openChannel({ stream, isOwned: true, hello: hello('b'), clock, label: 'a', compression }, never)
      }),
    )
  })
  const { stream } = await secureAsClient(connect(port, '127.0.0.1'), a, b.device, never)
  const here = openChannel({ stream, isOwned: true, hello: hello('a'), clock, label: 'b', compression }, never)
  const both = await Promise.all([here, there])
  cleanUps.push(() => {
    for (const channel of both) void channel.close('the test is over')
  })
  return both
}

describe('an identity', () => {
  test('stays, and is for this user alone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'syncline-identity-'))
    cleanUps.push(() => rmSync(directory, { recursive: true }))
    const made = await openIdentity(directory)
    expect(await openIdentity(directory)).toEqual(made)
    expect(statSync(join(directory, 'key.pem')).mode & 0o777).toBe(0o600)
  })

  test('of which one half is lost is not made anew', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'syncline-identity-'))
    cleanUps.push(() => rmSync(directory, { recursive: true }))
    await openIdentity(directory)
    rmSync(join(directory, 'key.pem'))
    await expect(openIdentity(directory)).rejects.toThrow('key.pem is missing')
  })
})

test('another device than the one that was called is refused before a byte is sent to it', async () => {
  const [a, b, c] = [await identity(), await identity(), await identity()]
  const heard: unknown[] = []
  const port = await listening(raw => {
    secureAsServer(raw, b, never).then(
      ({ stream }) => stream.on('data', data => heard.push(data)),
      () => {},
    )
  })
  await expect(secureAsClient(connect(port, '127.0.0.1'), a, c.device, never)).rejects.toThrow('another device')
  expect(heard).toEqual([])
})

describe('a channel', () => {
  test('greets by name', async () => {
    const [here, there] = await pair()
    expect([here.hello.deviceName, there.hello.deviceName]).toEqual(['b', 'a'])
  })

  test.each(['metadata', 'always', 'never'] as const)('brings messages in order, compressed: %s', async compression => {
    const [here, there] = await pair(compression)
    const sent: Message[] = Array.from({ length: 200 }, (_, id) => ({
      type: 'response',
      id,
      data: Buffer.alloc(id * 1000, `text that repeats ${id} `),
      code: 'ok',
    }))
    const got: number[] = []
    const all = new Promise<void>(resolve => {
      there.start(async message => {
        if (message.type !== 'response') return
        // Slower than they come.
        await new Promise(setImmediate)
        expect(Buffer.compare(message.data, (sent[message.id] as { data: Uint8Array }).data)).toBe(0)
        got.push(message.id)
        if (got.length === sent.length) resolve()
      })
    })
    here.start(() => {})
    for (const message of sent) await here.send(message)
    await all
    expect(got).toEqual(sent.map((_, id) => id))
  })

  test('tells the other end why it is closed', async () => {
    const [here, there] = await pair()
    here.start(() => {})
    there.start(() => {})
    await here.close('enough for today')
    expect((await there.ended)?.message).toContain('enough for today')
    expect(await here.ended).toBeUndefined()
  })

  test('ends when what arrives is refused, and says so to the other end', async () => {
    const [here, there] = await pair()
    here.start(() => {})
    there.start(() => {
      throw new Error('no such folder')
    })
    await here.send({
      type: 'request',
      id: 1,
      folder: 'f',
      name: 'n',
      offset: 0,
      size: 1,
      hash: new Uint8Array(32),
      fromTemporary: false,
      weakHash: 0,
      blockNumber: 0,
    })
    expect((await there.ended)?.code).toBe('offline')
    expect((await here.ended)?.message).toContain('no such folder')
  })

  test('ends when the other end is gone', async () => {
    const [a, b] = [await identity(), await identity()]
    const port = await listening(raw => {
      secureAsServer(raw, b, never).then(
        ({ stream }) => stream.destroy(),
        () => {},
      )
    })
    const { stream } = await secureAsClient(connect(port, '127.0.0.1'), a, b.device, never)
    const hello = { deviceName: 'a', clientName: 'syncline', clientVersion: 'v0' }
    await expect(openChannel({ stream, hello, clock, label: 'b', compression: 'never' }, never)).rejects.toMatchObject({
      code: 'offline',
    })
  })
})
