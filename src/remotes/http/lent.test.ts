import { randomBytes } from 'node:crypto'
import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { LENT_AT_ONCE } from '../../platform/tree.ts'
import type { World } from '../../platform/world.ts'
import { httpClient } from './client.ts'
import type { HttpClient } from './message.ts'

const SIGNAL = new AbortController().signal
const CONTENT = randomBytes(9_300_001)

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const world: World = {
  clock: { now: Date.now, sleep: async () => undefined },
  random: { bytes: count => new Uint8Array(count).fill(7), below: () => 0 },
  log: () => {},
}

async function clientOf(answer: (response: ServerResponse) => void): Promise<HttpClient> {
  const server = http.createServer((_, response) => answer(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const client = httpClient({ base: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), world })
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => client.close(),
  )
  return client
}

async function lentBody(client: HttpClient, signal = SIGNAL): Promise<AsyncIterable<Uint8Array>> {
  return (await client.request({ method: 'GET', path: '/', chunks: 'lent' }, signal)).body
}

/** What it yields, copied at once; what went wrong in the end. */
async function collect(body: AsyncIterable<Uint8Array>, pause?: () => Promise<unknown>) {
  const pieces: Buffer[] = []
  try {
    for await (const piece of body) {
      pieces.push(Buffer.from(piece))
      await pause?.()
    }
    return { bytes: Buffer.concat(pieces), error: undefined }
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error }
  }
}

const whole = (response: ServerResponse) => response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT)

test('a large body arrives whole, again and again on the same client', async () => {
  const client = await clientOf(whole)
  for (let round = 0; round < 3; round += 1) {
    const { bytes } = await collect(await lentBody(client))
    expect(bytes.equals(CONTENT)).toBe(true)
  }
})

test('its memory is used again, though never that of the last pieces', async () => {
  const client = await clientOf(response => {
    response.writeHead(200, { 'content-length': 4 * CONTENT.length })
    for (let i = 0; i < 4; i += 1) response.write(CONTENT)
    response.end()
  })
  const memories = new Set<unknown>()
  const lent: { readonly piece: Uint8Array; readonly was: Buffer }[] = []
  for await (const piece of await lentBody(client)) {
    memories.add(piece.buffer)
    await new Promise(setImmediate)
    for (const { piece, was } of lent) expect(Buffer.from(piece).equals(was)).toBe(true)
    lent.push({ piece, was: Buffer.from(piece) })
    if (lent.length === LENT_AT_ONCE) lent.shift()
  }
  expect(memories.size).toBeLessThan(20)
})

test('the server has to wait for who reads no more', async () => {
  let written = 0
  const client = await clientOf(response => {
    response.writeHead(200, { 'content-length': 40 * CONTENT.length })
    const more = () => {
      while (written < 40 && !response.destroyed) {
        written += 1
        if (!response.write(CONTENT)) return response.once('drain', more)
      }
      return response.end()
    }
    more()
  })
  let size = 0
  for await (const piece of await lentBody(client)) {
    size += piece.length
    if (size > CONTENT.length) break
  }
  expect(written).toBeLessThan(40)
})

test('what arrived before the server hung up is handed over before the error', async () => {
  const client = await clientOf(response => {
    response.writeHead(200, { 'content-length': CONTENT.length })
    response.write(CONTENT.subarray(0, 3_000_000), () => setImmediate(() => response.destroy()))
  })
  const { bytes, error } = await collect(await lentBody(client))
  expect(error).toMatchObject({ code: 'offline' })
  expect(CONTENT.subarray(0, bytes.length).equals(bytes)).toBe(true)
})

test('an abort ends it with its own reason, and leaves nothing waiting', async () => {
  const client = await clientOf(response =>
    response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, 2_000_000)),
  )
  const control = new AbortController()
  const reason = new Error('enough')
  const body = await lentBody(client, control.signal)
  const ended = collect(body, async () => control.abort(reason))
  expect((await ended).error).toBe(reason)
})

test('what is small, or of unknown length, comes as it always does', async () => {
  const small = await clientOf(response => response.end('hello'))
  expect((await collect(await lentBody(small))).bytes.toString()).toBe('hello')
  const unknown = await clientOf(response => {
    response.write(CONTENT.subarray(0, 5_000_000))
    response.end(CONTENT.subarray(5_000_000))
  })
  expect((await collect(await lentBody(unknown))).bytes.equals(CONTENT)).toBe(true)
})
