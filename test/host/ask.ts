// Sends one request exactly as given: no path is cleaned, no header is added.
import { request as open } from 'node:http'

export interface Question {
  /** Appended to the server's URL as it is; one that begins with '/' takes its place. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly user?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
  readonly text: string
}

export function ask(
  base: URL,
  method: string,
  { path = '', headers = {}, body, user = 'alice' }: Question = {},
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`${user}:pw`).toString('base64')}`
  return new Promise((resolve, reject) => {
    const request = open({
      host: base.hostname,
      port: base.port,
      method,
      path: path.startsWith('/') ? path : base.pathname + path,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    })
    request.on('error', reject)
    request.on('response', response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() })
      })
    })
    request.end(body)
  })
}
