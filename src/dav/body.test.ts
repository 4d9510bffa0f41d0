import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { bytesOf } from './body.ts'
import { DAV_LIMITS } from './call.ts'
import { DavFault } from './fault.ts'

let server: Server
let client: Socket
afterEach(() => {
  client.destroy()
  server.closeAllConnections()
  server.close()
})

interface Arrived {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** What a server sees of a PUT that announces `length` bytes and has sent `start` so far. */
async function arrived(length: number, start: string): Promise<Arrived> {
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {})
  client.write(`PUT / HTTP/1.1\r\nHost: here\r\nContent-Length: ${length}\r\n\r\n${start}`)
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  return { request, response }
}

async function read(from: Arrived): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytesOf({ ...from, limits: DAV_LIMITS })) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const wentAway = { message: 'The client went away.', status: 400 }

test('a small body is there whole, in however many pieces it comes', async () => {
  const reading = read(await arrived(9, 'abc'))
  client.write('def', () => client.write('ghi'))
  expect(await reading).toBe('abcdefghi')
})

test('an empty body is none', async () => {
  expect(await read(await arrived(0, ''))).toBe('')
})

test('a small body that ends too soon is told of', async () => {
  const from = await arrived(9, 'abc')
  const reading = read(from)
  from.request.once('data', () => client.destroy())
  await expect(reading).rejects.toMatchObject(wentAway)
  await expect(reading).rejects.toBeInstanceOf(DavFault)
})

test('a client that has gone before its small body is looked at is told of', async () => {
  const from = await arrived(9, 'abc')
  from.request.on('error', () => {})
  client.destroy()
  await new Promise(resolve => from.request.on('close', resolve))
  await expect(read(from)).rejects.toMatchObject(wentAway)
})
