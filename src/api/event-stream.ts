// The stream of events: server-sent events, one JSON object each, to a reader that may be slow or go away.
import type { ServerResponse } from 'node:http'
import type { EventSource } from './service.ts'

export interface StreamOptions {
  /** A line that says nothing is sent this often, so that both sides notice when the other has gone. */
  readonly heartbeatMs: number
  /** A reader that takes nothing for so long is let go. It comes back with the id of its last event, and has missed nothing that is still held. */
  readonly patienceMs: number
  /** Asked with every heartbeat: whether the reader may still read. */
  readonly mayGoOn: () => boolean
}

/**
 * Sends what happens after event `since`, until the reader has gone or the signal aborts. No more is held for a reader than what its socket has taken in:
 * the next event is asked for when there is room again.
 */
export async function sendEvents(
  response: ServerResponse,
  source: EventSource,
  since: number,
  options: StreamOptions,
  signal: AbortSignal,
): Promise<void> {
  const gone = new AbortController()
  const end = () => gone.abort()
  signal.addEventListener('abort', end)
  response.on('close', end).on('error', end)
  const heartbeat = setInterval(() => {
    if (!options.mayGoOn()) end()
    else if (!response.writableNeedDrain) response.write(':\n\n')
  }, options.heartbeatMs)
  try {
    // Tells the browser how long to wait before it comes back.
    response.write('retry: 2000\n\n')
    for await (const event of source.since(since, gone.signal)) {
      const isRoom = response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`)
      if (!isRoom) await roomIn(response, options.patienceMs, gone)
      if (gone.signal.aborted) break
    }
  } finally {
    clearInterval(heartbeat)
    signal.removeEventListener('abort', end)
    // What a slow reader has not taken is not waited for.
    if (response.writableNeedDrain) response.destroy()
    else response.end()
  }
}

function roomIn(response: ServerResponse, patienceMs: number, gone: AbortController): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(() => gone.abort(), patienceMs)
    const done = () => {
      clearTimeout(timer)
      response.off('drain', done)
      gone.signal.removeEventListener('abort', done)
      resolve()
    }
    response.on('drain', done)
    gone.signal.addEventListener('abort', done)
    if (gone.signal.aborted) done()
  })
}
