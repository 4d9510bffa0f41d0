// A file on its way to the daemon. By XMLHttpRequest: `fetch` does not tell how much of a body is sent.
import { changeHeaders, faultOf, unreachable } from './call.ts'

export interface Sending {
  /** Of the route that takes it. */
  readonly url: string
  readonly file: Blob
  /** What is replaced; without it nothing may be there. */
  readonly etag?: string | undefined
  readonly onprogress?: (sentBytes: number) => void
  readonly signal?: AbortSignal
}

/** Throws `CallFault`, or the reason of the signal. */
export function sendFile<Answer>({ url, file, etag, onprogress, signal }: Sending): Promise<Answer> {
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', () => request.abort())
    request.open('PUT', url)
    const headers = { ...changeHeaders(url), 'content-type': 'application/octet-stream' }
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    if (etag !== undefined) request.setRequestHeader('if-match', `"${etag}"`)
    request.upload.onprogress = event => onprogress?.(event.loaded)
    request.onabort = () => reject(signal?.reason)
    request.onerror = () => reject(unreachable())
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText))
      else void faultOf(url, new Response(request.responseText, { status: request.status })).then(reject)
    }
    request.send(file)
  })
}
