// Whether somebody still waits for an answer.
import type { FastifyReply } from 'fastify'

/** Aborts when the one who asked has gone before the answer was there. */
export function gone(reply: FastifyReply): AbortSignal {
  const left = new AbortController()
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) left.abort(new DOMException('nobody waits for the answer', 'AbortError'))
  })
  return left.signal
}
