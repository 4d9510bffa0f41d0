// Bytes of files: sent in ranges and as downloads only, never shown as pages; received as a stream.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as v from 'valibot'
import { sendFile } from './download.ts'
import { ApiError } from './errors.ts'
import type { Upload } from './file-services.ts'
import { gone } from './gone.ts'
import { pathOf } from './parse-path.ts'
import { API_PREFIX } from './prefix.ts'
import { InFolder } from './routes/parts.ts'
import { checked, describing } from './schemas.ts'
import type { Service } from './service.ts'
import { Made } from './shapes/content.ts'
import { VersionQuery } from './shapes/history.ts'
import { PathText } from './shapes/shape.ts'

const URL = `${API_PREFIX}/folders/:folder/content`
/** What is streamed has no limit but the disk. */
export const bodyLimit = Number.MAX_SAFE_INTEGER
export const FileQuery = v.object({ path: PathText })
export const UploadQuery = v.object({
  path: PathText,
  mtimeMs: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
})

export async function addContentRoutes(app: FastifyInstance, service: Service): Promise<void> {
  const shared = { topic: 'files', params: InFolder } as const
  const reading = describing({
    ...shared,
    id: 'readContent',
    summary: 'The bytes of a file, or a range of them',
    query: FileQuery,
    answer: v.string(),
    answerType: 'application/octet-stream',
  })
  app.get(URL, { ...reading, exposeHeadRoute: false }, async (request, reply) => {
    const { folder } = checked(InFolder, request.params, 'address')
    const { path } = checked(FileQuery, request.query, 'query')
    return sendFile(await service.content.open(folder, pathOf(path)), request, reply)
  })
  const readingOlder = describing({
    topic: 'history',
    params: InFolder,
    id: 'readVersion',
    summary: 'The bytes of an older version, or a range of them',
    query: v.object(VersionQuery),
    answer: v.string(),
    answerType: 'application/octet-stream',
  })
  const older = `${API_PREFIX}/folders/:folder/history/content`
  app.get(older, { ...readingOlder, exposeHeadRoute: false }, async (request, reply) => {
    const { folder } = checked(InFolder, request.params, 'address')
    const { path, revision } = checked(v.object(VersionQuery), request.query, 'query')
    return sendFile(await service.history.open(folder, pathOf(path), revision), request, reply)
  })
  const writing = describing({
    ...shared,
    id: 'writeContent',
    summary: 'Put a file; replaces one only with its ETag as `If-Match`',
    query: UploadQuery,
    answer: Made,
  })
  const merging = describing({
    topic: 'conflicts',
    params: InFolder,
    id: 'mergeConflict',
    summary:
      'Put what both versions were merged into; the original with its ETag as `If-Match`, the copy and what was there go to the trash',
    query: UploadQuery,
    answer: Made,
  })
  await app.register(async inner => {
    acceptBytes(inner)
    inner.put(`${API_PREFIX}/folders/:folder/conflicts/merged`, { ...merging, bodyLimit }, async (request, reply) => {
      const { folder } = checked(InFolder, request.params, 'address')
      const query = request.query as v.InferOutput<typeof UploadQuery>
      const { path: copy, ...upload } = uploadOf(request, pathOf(query.path), query.mtimeMs)
      return service.conflicts.merge(folder, { ...upload, copy }, gone(reply))
    })
    inner.put(URL, { ...writing, bodyLimit }, async (request, reply) => {
      const { folder } = checked(InFolder, request.params, 'address')
      const query = request.query as v.InferOutput<typeof UploadQuery>
      return service.content.upload(folder, uploadOf(request, pathOf(query.path), query.mtimeMs), gone(reply))
    })
  })
}

/** Whatever type it is said to be, it is bytes. */
export function acceptBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => done(null, body))
}

/** What was sent to `path`, with the condition that came with it. Throws `invalid` for one that makes no sense. */
export function uploadOf(request: FastifyRequest, path: Upload['path'], mtimeMs: number | undefined): Upload {
  const { headers, body } = request
  const length = headers['content-length']
  return {
    path,
    bytes: body instanceof Readable ? body : Readable.from([]),
    sizeBytes: length === undefined ? undefined : Number(length),
    mtimeMs,
    when: conditionOf(headers),
  }
}

/** Nothing said: only where nothing is. */
function conditionOf(headers: FastifyRequest['headers']): Upload['when'] {
  const match = headers['if-match']
  if (match === undefined) return 'absent'
  if (match.trim() === '*') return 'any'
  const etags = [...match.matchAll(/"([\x21\x23-\x7e]{1,200})"/g)].map(([, etag]) => etag ?? '')
  if (etags.length > 0) return etags
  throw new ApiError('invalid', "'If-Match' is an ETag in quotes, or *.")
}
