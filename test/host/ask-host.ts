// Requests to the test host, sent exactly as written.
import { createHash } from 'node:crypto'
import { request as open } from 'node:http'
import type { Answer } from './ask.ts'
import { basic, type TestHost } from './start-host.ts'

export const FILES = '/remote.php/dav/files/alice'
export const UPLOADS = '/remote.php/dav/uploads/alice'

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Instead of Alice's own; '' for none. */
  readonly authorization?: string
}

export function askHost(host: TestHost, method: string, path: string, asking: Asking = {}): Promise<Answer> {
  const { headers = {}, body, authorization = basic() } = asking
  const sent = {
    ...(authorization === '' ? {} : { authorization }),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  return new Promise((resolve, reject) => {
    const request = open({ host: '127.0.0.1', port: host.port, method, path, headers: sent })
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

/** The JSON of an OCS route. */
export async function ocs(host: TestHost, route: string, asking: Asking & { method?: string } = {}) {
  const headers = { 'OCS-APIRequest': 'true', ...asking.headers }
  const path = `/ocs/${route}${route.includes('?') ? '&' : '?'}format=json`
  const answer = await askHost(host, asking.method ?? 'GET', path, { ...asking, headers })
  return { ...answer, json: JSON.parse(answer.text) as { ocs: { meta: Record<string, unknown>; data: never } } }
}

/** A PROPFIND for these properties, each as `prefix:name`. */
export function propfind(host: TestHost, path: string, names: readonly string[], depth = '0'): Promise<Answer> {
  const spaces = 'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"'
  const props = names.map(name => `<${name}/>`).join('')
  // With the letter that one client puts where none belongs.
  const body = `<?xml version="1.0"?><d:propfind ${spaces}><d:prop>${props}</d:prop>M</d:propfind>`
  return askHost(host, 'PROPFIND', path, { headers: { Depth: depth }, body })
}

/** What is inside each element of this name. */
export function allOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(found => found[1] ?? '')
}

export const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')
export const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
