// A file as the answer to a request: whole or a range, as something to be saved, so that no browser takes it for one of our pages.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'
import type { OpenedFile, Range } from './file-services.ts'
import { gone } from './gone.ts'

/** Pictures that hold no scripts may be named as such, so that pages can show them; everything else is only bytes. */
const PICTURES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
}

export async function sendFile(file: OpenedFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const etag = `"${file.etag}"`
  reply.headers({
    'accept-ranges': 'bytes',
    'content-disposition': dispositionOf(file.name),
    'content-type': PICTURES[file.name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream',
    etag,
    'last-modified': new Date(Math.min(Math.max(file.mtimeMs, 0), 8.64e15)).toUTCString(),
  })
  if (request.headers['if-none-match']?.split(',').some(each => each.trim() === etag)) return reply.code(304).send()
  const range = rangeOf(request, file, etag)
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${range.from}-${range.to}/${file.sizeBytes}`)
  }
  const { from, to } = range ?? { from: 0, to: file.sizeBytes - 1 }
  reply.header('content-length', to - from + 1)
  if (to < from) return reply.send('')
  return reply.send(Readable.from(await begun(file.bytes(range ?? { from: 0, to: undefined }, gone(reply)))))
}

/** What goes wrong before the first byte is still told as a problem. */
async function begun(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const reading = bytes[Symbol.asyncIterator]()
  const first = await reading.next()
  return (async function* () {
    if (first.done === true) return
    yield first.value
    yield* { [Symbol.asyncIterator]: () => reading }
  })()
}

/** Undefined for the whole: of several ranges, and of a file that has changed since, everything is sent. */
function rangeOf(
  { headers }: FastifyRequest,
  { sizeBytes }: OpenedFile,
  etag: string,
): (Range & { readonly to: number }) | undefined {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '')
  const [, first = '', last = ''] = parts ?? []
  if (parts === null || (first === '' && last === '')) return undefined
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return undefined
  const from = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const to = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (from <= to) return { from, to }
  throw new ApiError('out-of-range', `The file has ${sizeBytes} bytes only.`)
}

/** RFC 6266: a name of plain letters for old clients, and the whole name, in which nothing can end the header. */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^\w .()+-]/g, '_')
  const whole = encodeURIComponent(name).replace(/['()*]/g, each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`
}
