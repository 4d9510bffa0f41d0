// The only place that repeats a request: few times, ever later, and only what may be repeated.
import type { World } from '../../platform/world.ts'
import { TransportFault } from './exchange.ts'
import { faultOf, isMaintenance, retryAfterOf } from './faults.ts'
import { type HttpAnswer, type HttpRequest, onlyReads } from './message.ts'

export type Send = (wanted: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>

const MAX_REPEATS = 3
const FIRST_PAUSE_MS = 250
/** A server that asks for more patience than this is asked again in a later run. */
const MAX_PAUSE_MS = 20_000
const PASSING = new Set([429, 502, 503, 504])

/** `send`, repeated on faults that may pass. What comes out are answers or `SyncError`s. */
export function withRetries(send: Send, world: World): Send {
  return async (wanted, signal) => {
    for (let repeats = 0; ; repeats += 1) {
      const result = await attempt(send, wanted, signal)
      const pause = repeats < MAX_REPEATS ? pauseAfter(result, wanted, repeats, world) : undefined
      if (pause === undefined) return settled(result)
      world.log('debug', `again: ${wanted.method} ${wanted.path.replace(/\?.*$/, '')}`, { pause })
      await world.clock.sleep(pause, signal)
    }
  }
}

type Result = HttpAnswer | TransportFault

async function attempt(send: Send, wanted: HttpRequest, signal: AbortSignal): Promise<Result> {
  try {
    const answer = await send(wanted, signal)
    if (isMaintenance(answer)) throw faultOf('The server', answer, { doing: 'be used' })
    return answer
  } catch (error) {
    if (error instanceof TransportFault) return error
    throw error
  }
}

function settled(result: Result): HttpAnswer {
  if (result instanceof TransportFault) throw result.error
  return result
}

/** How long to wait before the next try; undefined when there is to be none. */
function pauseAfter(result: Result, wanted: HttpRequest, repeats: number, world: World): number | undefined {
  const safe = wanted.repeat === 'safe' || (wanted.repeat === undefined && onlyReads(wanted.method))
  const usual = FIRST_PAUSE_MS * 2 ** repeats + world.random.below(FIRST_PAUSE_MS)
  if (result instanceof TransportFault) {
    const mayPass = result.error.code === 'offline' && (safe || !result.sent)
    return mayPass ? usual : undefined
  }
  if (!PASSING.has(result.status) || !safe) return undefined
  const asked = retryAfterOf(result) ?? 0
  return asked > MAX_PAUSE_MS ? undefined : Math.max(asked, usual)
}
