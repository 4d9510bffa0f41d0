// What goes to a server and what comes back, without saying how.

/** Bytes to send whose number is known. `open` may be called again when the request must be repeated. A piece is not used after the next is asked for. */
export interface StreamBody {
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

export interface HttpRequest {
  readonly method: string
  /** An absolute, encoded path with an optional query, on the server of the client's base. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | StreamBody
  /**
   * `safe`: sending it twice does no harm (a guarded write, a write to a name of our own). Otherwise it is repeated only when it
   * cannot have reached the server. By default `safe` for the methods that only read.
   */
  readonly repeat?: 'safe' | 'unsent'
  /** Whether the server may compress the answer. For XML and JSON; never for files, whose length must be checked. */
  readonly compression?: 'gzip'
  /** How long the server may think after it has everything; the client's usual time when absent. */
  readonly answerMs?: number
  /** `lent`: a piece of the body is not used after `LENT_AT_ONCE` more are asked for, so that its memory may be used again. */
  readonly chunks?: 'lent'
}

export interface HttpAnswer {
  readonly status: number
  /** By lower-case name; repeated ones joined with ', '. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The path that answered in the end, after redirects. */
  readonly path: string
  /** The bytes as they arrive, once. Ends with an error when the server stops short or stalls. */
  readonly body: AsyncIterable<Uint8Array>
  /** The whole body as text; throws `protocol` beyond `limit` bytes. Of an answer of 400 and above: what was kept of it. */
  text(limit?: number): Promise<string>
  /** The whole body; throws `protocol` beyond `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>
  /** Reads and forgets the rest, so that the connection can be used again. */
  drop(): Promise<void>
  /** The start of the body of an answer of 400 and above, which is read at once; '' for others. */
  readonly failure: string
}

/** Who listens to what a server tells by itself. */
export interface Ear {
  /** What is said first, to show who we are. */
  readonly greeting: (login: { readonly user: string; readonly password: string }) => readonly string[]
  readonly onText: (text: string) => void
}

export interface HttpClient {
  /** Never holds credentials. */
  readonly base: URL
  /**
   * Sends a request and gives whatever the server answers, any status included. Throws `SyncError`: `offline` (no connection, cut,
   * too slow), `untrusted` (certificate), `unauthorized` (401), `wrong-place` (sent elsewhere), `maintenance`.
   */
  request(wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
  /**
   * Listens at `path`, which is on this server, to what comes over a WebSocket. Returns when the signal aborts. Throws when the line cannot
   * be had, or ends: `offline`, `untrusted`; `unauthorized` without a password to show.
   */
  hear(path: string, ear: Ear, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT', 'SEARCH'])

export function onlyReads(method: string): boolean {
  return READING.has(method)
}
