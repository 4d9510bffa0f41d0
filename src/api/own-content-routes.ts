// Bytes of an account's own files: as those of folders, down in ranges and as downloads only, up as a stream.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as v from 'valibot'
import { acceptBytes, bodyLimit, FileQuery, UploadQuery, uploadOf } from './content-routes.ts'
import { sendFile } from './download.ts'
import { gone } from './gone.ts'
import { OWN_PREFIX } from './own-auth.ts'
import type { OwnService } from './own-service.ts'
import { pathOf } from './parse-path.ts'
import { checked, describing } from './schemas.ts'
import { Made } from './shapes/content.ts'
import { OwnVersionQuery } from './shapes/own.ts'

const URL = `${OWN_PREFIX}/content`
const shared = { topic: 'own files', auth: 'own' } as const
const VersionQuery = v.object(OwnVersionQuery)
const bytes = { answer: v.string(), answerType: 'application/octet-stream' } as const

/** `ownOf`: the service of the account that asks. */
export async function addOwnContentRoutes(
  app: FastifyInstance,
  ownOf: (request: FastifyRequest) => OwnService,
): Promise<void> {
  const reading = {
    id: 'readOwnContent',
    summary: 'The bytes of a file, or a range of them',
    ...shared,
    query: FileQuery,
  }
  app.get(URL, { ...describing({ ...reading, ...bytes }), exposeHeadRoute: false }, async (request, reply) => {
    const { path } = checked(FileQuery, request.query, 'query')
    return sendFile(await ownOf(request).open(pathOf(path)), request, reply)
  })
  const older = { id: 'readOwnVersion', summary: 'The bytes of an older version', ...shared, query: VersionQuery }
  const olderUrl = `${OWN_PREFIX}/versions/content`
  app.get(olderUrl, { ...describing({ ...older, ...bytes }), exposeHeadRoute: false }, async (request, reply) => {
    const { path, version } = checked(VersionQuery, request.query, 'query')
    return sendFile(await ownOf(request).versions.open(pathOf(path), version), request, reply)
  })
  const writing = describing({
    ...{ id: 'writeOwnContent', summary: 'Put a file; replaces one only with its ETag as `If-Match`', ...shared },
    ...{ query: UploadQuery, answer: Made },
  })
  await app.register(async inner => {
    acceptBytes(inner)
    inner.put(URL, { ...writing, bodyLimit }, async (request, reply) => {
      const query = request.query as v.InferOutput<typeof UploadQuery>
      return ownOf(request).upload(uploadOf(request, pathOf(query.path), query.mtimeMs), gone(reply))
    })
  })
}
