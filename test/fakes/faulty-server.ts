// An HTTP server on 127.0.0.1 for fakes: it logs every request, counts them, and runs into faults on demand.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Active, FaultTable } from './owncloud/faults.ts'
import { type Call, DavFault, faultReply, type Reply } from './owncloud/message.ts'

export interface Logged {
  readonly method: string
  /** Decoded, without the server's base path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytes: number
  /** Undefined when the connection was closed before an answer. */
  status: number | undefined
}

export abstract class FaultyServer {
  readonly faults = new FaultTable()
  readonly requests: Logged[] = []
  readonly base: string
  readonly #server: Server

  constructor(base: string) {
    this.base = base
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.requestTimeout = 0
  }

  /** Does what is asked. May throw a `DavFault`. */
  protected abstract route(call: Call): Reply | Promise<Reply>

  /** The path below the user's root that a decoded URL path means, or undefined when it is about something else. */
  protected abstract below(path: string): string | undefined

  /** Without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.base}`
  }

  /** How many requests there were of this method (of any, when not given), at this path or pattern. */
  count(method?: string, path?: string | RegExp): number {
    return this.requests.filter(
      logged =>
        (method === undefined || logged.method === method) &&
        (path === undefined || (path instanceof RegExp ? path.test(logged.path) : logged.path === path)),
    ).length
  }

  resetCounters(): void {
    this.requests.length = 0
  }

  async listen(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.faults.clear()
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    const { socket } = request
    const rawPath = url.pathname
    const path = decodeURIComponent(
      rawPath.startsWith(`${this.base}/`) ? rawPath.slice(this.base.length) : `//outside${rawPath}`,
    )
    const headers = headersOf(request)
    const method = request.method ?? 'GET'
    const fault = this.faults.strike(method, path, this.below(path))
    const body = await bodyOf(request, fault?.rule.act.do === 'cut-request' ? fault.rule.act.bytes : undefined)
    const logged: Logged = { method, path, headers, bodyBytes: body?.length ?? 0, status: undefined }
    this.requests.push(logged)
    if (body === undefined) return
    const reply = await this.#struck(fault, { method, path, rawPath, query: url.searchParams, headers, body })
    if (reply === undefined) return void socket.destroy()
    logged.status = reply.status
    send(request, response, reply, fault?.rule.act.do === 'cut-reply' ? fault.rule.act.bytes : undefined)
  }

  /** The reply after whatever the fault does to it; undefined when there will be none. */
  async #struck(fault: Active | undefined, call: Call): Promise<Reply | undefined> {
    const act = fault?.rule.act
    if (act?.do === 'reply') return act.reply
    if (act?.do === 'hold') await fault?.released
    if (act?.do === 'repeat') await this.#answer(call)
    const reply = await this.#answer(call)
    if (act?.do === 'lose-reply') return undefined
    return act?.do === 'edit' ? act.edit(reply) : reply
  }

  async #answer(call: Call): Promise<Reply> {
    try {
      return await this.route(call)
    } catch (error) {
      if (error instanceof DavFault) return faultReply(error)
      return { status: 500, body: String(error) }
    }
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

/** The whole body; undefined when the connection was closed before its end, by the client or after `cutAt` bytes by us. */
async function bodyOf(request: IncomingMessage, cutAt: number | undefined): Promise<Buffer | undefined> {
  const { socket } = request
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (cutAt !== undefined && length >= cutAt) break
    }
  } catch {
    return undefined
  }
  if (cutAt === undefined) return request.complete ? Buffer.concat(chunks) : undefined
  socket.destroy()
  return undefined
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, cutAt: number | undefined): void {
  const { socket } = request
  const body = Buffer.from(reply.body ?? '')
  response.writeHead(reply.status, { 'Content-Length': body.length, ...reply.headers })
  if (cutAt === undefined || request.method === 'HEAD') return void response.end(request.method === 'HEAD' ? '' : body)
  response.write(body.subarray(0, cutAt), () => socket.destroySoon())
}
