// A file on its way to the daemon. By XMLHttpRequest: `fetch` does not tell how much of a body is sent.
import { type Answer, CallFault, changeHeaders, faultOf, urlOf } from './call.ts'

export interface Sending {
  readonly folder: string
  readonly path: string
  readonly file: Blob & { readonly lastModified?: number }
  /** What is replaced; without it nothing may be there. */
  readonly etag?: string | undefined
  readonly onprogress?: (sentBytes: number) => void
  readonly signal?: AbortSignal
}

/** Throws `CallFault`, or the reason of the signal. */
export function sendFile({
  folder,
  path,
  file,
  etag,
  onprogress,
  signal,
}: Sending): Promise<Answer<'PUT /folders/{folder}/content'>> {
  const request = new XMLHttpRequest()
  const query = { path, mtimeMs: file.lastModified }
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', () => request.abort())
    request.open('PUT', urlOf('/folders/{folder}/content', { folder }, query))
    const headers = { ...changeHeaders(), 'content-type': 'application/octet-stream' }
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    if (etag !== undefined) request.setRequestHeader('if-match', `"${etag}"`)
    request.upload.onprogress = event => onprogress?.(event.loaded)
    request.onabort = () => reject(signal?.reason)
    request.onerror = () => reject(new CallFault('unreachable', 'Syncline does not answer.', 0))
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText))
      else void faultOf(new Response(request.responseText, { status: request.status })).then(reject)
    }
    request.send(file)
  })
}
