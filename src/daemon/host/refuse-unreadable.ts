// Answers what cannot be read as a request, so that who sent it learns why the connection ends.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** So long the end of the connection waits for who is still sending: a connection that is cut takes the answer along. */
const LINGER_MS = 500

/** Without an answer where one is on its way already, or may yet be made: a client would take this one for it. */
export function refuseUnreadable(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>()
  const refused = new WeakSet<Duplex>()
  const note = ({ socket }: IncomingMessage, response: ServerResponse): void => void latest.set(socket, response)
  server.prependListener('request', note)
  server.prependListener('checkContinue', note)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (refused.has(socket)) return
    const answer = answerTo(error.code ?? '')
    if (answer === undefined || !socket.writable || isAnswering(latest.get(socket))) return void socket.destroy()
    refused.add(socket)
    socket.on('error', () => {})
    socket.end(answer)
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  })
}

/** Whether what comes next on the connection belongs to the answer to a request. What is wrong in the middle of an upload is the upload's. */
function isAnswering(response: ServerResponse | undefined): boolean {
  if (response === undefined || response.writableFinished) return false
  return response.headersSent || response.req.complete
}

/** Undefined for what is no fault of a request: a connection that broke, or one that speaks no TLS. */
function answerTo(code: string): string | undefined {
  const [status, sentence] = REFUSALS[code] ?? (code.startsWith('HPE_') ? NONSENSE : [])
  if (status === undefined) return undefined
  const body = `${sentence}\n`
  const headers = `Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}`
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`
}

// By the codes of Node's parser.
const NONSENSE = ['400 Bad Request', 'This is no request that is understood here.']
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
}
