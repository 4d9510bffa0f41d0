// The body of a bulk upload: parts with a head of their own, each followed by exactly as many bytes as it announces.
import { ByteReader } from './byte-reader.ts'

export interface BulkHead {
  readonly headers: Readonly<Record<string, string>>
  readonly length: number
}

export interface BulkReader {
  /** The head of the next part; undefined at the end. The bytes of the part before must have been taken. Throws `BulkFault`. */
  next(): Promise<BulkHead | undefined>
  /** The bytes of the current part. Throws `BulkFault` when they are cut off. */
  bytes(): AsyncGenerator<Uint8Array>
  /** Passes over what is left of the current part. Throws `BulkFault`. */
  finish(): Promise<void>
}

/** The body cannot be understood from here on. `message` is a sentence. */
export class BulkFault extends Error {
  override readonly name = 'BulkFault'
}

const MAX_LINE = 16_384
const MAX_HEADERS = 32
const MAX_PREAMBLE = 8

/** The boundary in a `Content-Type` of `multipart/related`; undefined when it is something else. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^\s*multipart\/related\b/i.test(contentType ?? '')) return undefined
  const found = /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType ?? '')
  return found?.[1] ?? found?.[2]
}

export function bulkReader(source: AsyncIterable<Uint8Array>, boundary: string): BulkReader {
  const reader = new ByteReader(source)
  let left = 0
  let isFirst = true

  async function line(): Promise<string> {
    const bytes = await reader.line(MAX_LINE)
    if (bytes === undefined) throw new BulkFault('The body ends in the middle, or has a line that is too long.')
    return bytes.toString('utf8')
  }

  async function headersOf(): Promise<Record<string, string>> {
    const headers: Record<string, string> = {}
    for (let count = 0; count <= MAX_HEADERS; count += 1) {
      const text = await line()
      if (text === '') return headers
      const colon = text.indexOf(':')
      if (colon <= 0) throw new BulkFault('A header of a part is malformed.')
      headers[text.slice(0, colon).trim().toLowerCase()] = text.slice(colon + 1).trim()
    }
    throw new BulkFault('A part has too many headers.')
  }

  /** Whether another part follows. */
  async function delimiter(): Promise<boolean> {
    // A part's bytes are followed by a line end; before the first boundary some writers put an empty line.
    if (!isFirst && (await line()) !== '') throw new BulkFault('The bytes of a part are not followed by a line end.')
    for (let tries = 0; ; tries += 1) {
      const text = await line()
      if (text === `--${boundary}`) return true
      if (text === `--${boundary}--`) return false
      if (!isFirst || text !== '' || tries >= MAX_PREAMBLE) throw new BulkFault('The boundary of the parts is missing.')
    }
  }

  return {
    async next() {
      if (!(await delimiter())) return undefined
      isFirst = false
      const headers = await headersOf()
      const text = headers['content-length'] ?? ''
      if (!/^\d{1,15}$/.test(text)) throw new BulkFault('A part does not say its Content-Length.')
      left = Number(text)
      return { headers, length: left }
    },
    async *bytes() {
      for await (const piece of reader.take(left)) {
        left -= piece.length
        yield piece
      }
      if (left > 0) throw new BulkFault('The bytes of a part are cut off.')
    },
    async finish() {
      for await (const piece of reader.take(left)) left -= piece.length
      if (left > 0) throw new BulkFault('The bytes of a part are cut off.')
    },
  }
}
