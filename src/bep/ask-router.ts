// One question to the router of this network, asked from a thread of its own.
import { SyncError } from '../model/errors.ts'
import { startWorker } from '../platform/node/start-worker.ts'

/** A port of this machine that the router leads to from outside. */
export interface MappedPort {
  readonly by: 'upnp' | 'nat-pmp'
  /** Whom to tell that it is wanted no more: an address, or for UPnP the URL of its description. */
  readonly router: string
  readonly port: number
  /** What the router says of itself; may be of another private network. */
  readonly externalHost: string
  readonly externalPort: number
}

/** `host`: our own address, or empty for the one on the way to the router. `name` is shown in the router's own pages. */
export type Ask =
  | { readonly want: 'map'; readonly port: number; readonly host: string; readonly name: string }
  | { readonly want: 'unmap'; readonly mapped: MappedPort }

/** `why`: what the router said, as the end of a sentence; empty where none answered, and where there is nothing to say. */
export type Answer = { readonly mapped: MappedPort } | { readonly why: string }

export type AskRouter = (ask: Ask, signal: AbortSignal) => Promise<Answer>

const WITHIN_MS = 20_000
/** No answer of a router takes as much. */
const MEMORY_MB = 64

/** Throws `offline` when the thread fails or takes too long, and the signal's reason. */
export const askRouter: AskRouter = async (ask, signal) => {
  const worker = await startWorker('./router-thread.ts', import.meta.url, { maxOldGenerationSizeMb: MEMORY_MB })
  const until = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])
  try {
    return await new Promise((resolve, reject) => {
      const fail = (cause?: unknown) => reject(signal.aborted ? signal.reason : unusable(cause))
      if (until.aborted) fail()
      until.addEventListener('abort', () => fail(), { once: true })
      worker.once('message', resolve)
      worker.once('error', fail)
      worker.once('exit', () => fail())
      worker.postMessage(ask)
    })
  } finally {
    await worker.terminate()
  }
}

function unusable(cause: unknown): SyncError {
  return new SyncError('offline', 'The router could not be asked to map a port.', { cause })
}
