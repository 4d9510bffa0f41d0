import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { refuseUnreadable } from './refuse-unreadable.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** All that is answered to `sent`, until the server ends the connection. */
async function answered(sent: string, listener: RequestListener): Promise<string> {
  server = createServer(listener)
  refuseUnreadable(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let said = ''
  socket.on('data', chunk => {
    said += chunk
  })
  socket.on('error', () => {})
  socket.write(sent)
  await once(socket, 'close')
  return said
}

const never: RequestListener = () => {
  throw new Error('this was no request')
}
const firstLine = (text: string) => text.slice(0, text.indexOf('\r\n'))

test('a method that nobody knows is refused with a sentence', async () => {
  const said = await answered('FOO / HTTP/1.1\r\nHost: here\r\n\r\n', never)
  expect(firstLine(said)).toBe('HTTP/1.1 400 Bad Request')
  expect(said.endsWith('\r\n\r\nThis is no request that is understood here.\n')).toBe(true)
})

test('headers that are too long are refused as such, also while more of them come', async () => {
  const said = await answered(`GET / HTTP/1.1\r\nHost: here\r\nX-Long: ${'a'.repeat(300_000)}\r\n\r\n`, never)
  expect(firstLine(said)).toBe('HTTP/1.1 431 Request Header Fields Too Large')
})

test('nonsense in the middle of an upload is the answer to the upload', async () => {
  const head = 'PUT / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n'
  const said = await answered(`${head}3\r\nabc\r\nzzz\r\n`, request => request.resume().on('error', () => {}))
  expect(firstLine(said)).toBe('HTTP/1.1 400 Bad Request')
})

test('nonsense behind a request that is not answered yet is no answer to it', async () => {
  const said = await answered('GET / HTTP/1.1\r\nHost: here\r\n\r\nFOO / HTTP/1.1\r\n\r\n', () => {})
  expect(said).toBe('')
})

test('nonsense behind an answer that is half sent does not go into it', async () => {
  const said = await answered('GET / HTTP/1.1\r\nHost: here\r\n\r\n', (_, response) => {
    response.writeHead(200, { 'Content-Length': 100 })
    response.write('half')
    server.emit('clientError', Object.assign(new Error('nonsense'), { code: 'HPE_INVALID_METHOD' }), response.socket)
  })
  expect(said).not.toContain('400')
})
