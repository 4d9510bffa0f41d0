// The small bodies that forms and polling clients send.
import type { IncomingMessage } from 'node:http'
import { DavFault } from '../dav/fault.ts'

const MAX_FORM = 16 * 1024

/** The fields of an `application/x-www-form-urlencoded` body. Throws a `DavFault` for one that is too long. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_FORM) throw new DavFault(413, 'The form is too long.', { headers: { Connection: 'close' } })
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
