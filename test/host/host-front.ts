// A server before the host that logs and counts, and runs into faults on demand, as the fakes do.
import { request as open } from 'node:http'
import { FaultyServer } from '../fakes/faulty-server.ts'
import { filesPathOf } from '../fakes/owncloud/dav.ts'
import type { Call, Reply } from '../fakes/owncloud/message.ts'

/** As stories set up a server. */
export interface FrontSettings {
  readonly maxChunkSize?: number
}

export class HostFront extends FaultyServer {
  readonly #host: URL
  readonly #settings: FrontSettings

  constructor(host: URL, settings: FrontSettings) {
    super('')
    this.#host = host
    this.#settings = settings
  }

  protected below(path: string): string | undefined {
    return filesPathOf(path)
  }

  protected async route(call: Call): Promise<Reply> {
    const reply = await this.#forward(call)
    const { maxChunkSize } = this.#settings
    if (maxChunkSize === undefined || !call.path.endsWith('/cloud/capabilities')) return reply
    const json = JSON.parse(String(reply.body))
    json.ocs.data.capabilities.files.chunked_upload.max_size = maxChunkSize
    return { ...reply, body: JSON.stringify(json) }
  }

  #forward({ method, rawPath, query, headers, body }: Call): Promise<Reply> {
    const asked = query.size === 0 ? rawPath : `${rawPath}?${query}`
    const { connection: _, 'transfer-encoding': __, ...kept } = headers
    const sent = { ...kept, 'content-length': String(body.length) }
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = this.#host
      const request = open({ host, port, method, path: asked, headers: sent, agent: false })
      request.on('error', reject)
      request.on('response', response => {
        const chunks: Buffer[] = []
        response.on('data', chunk => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const headers = Object.fromEntries(
            Object.entries(response.headers).flatMap(([name, value]) =>
              typeof value === 'string' && !HOP.has(name) ? [[name, value]] : [],
            ),
          )
          resolve({ status: response.statusCode ?? 500, headers, body: Buffer.concat(chunks) })
        })
      })
      request.end(body)
    })
  }
}

/** Of one connection only, or said anew. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])
