// Whether a request was meant for us: by a name of ours, and from no page of another site.
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from './errors.ts'

/**
 * Throws `forbidden` for a `Host` that is none of ours. A page of another site can make its own name lead to this machine, but cannot make a
 * browser send another name than its own. An address is nobody's name, so all of them will do.
 */
export function checkHost({ host }: IncomingHttpHeaders, names: readonly string[]): void {
  const name = hostNameOf(host ?? '')
  if (
    name !== undefined &&
    (name === 'localhost' || isAddress(name) || names.some(known => known.toLowerCase() === name))
  )
    return
  throw new ApiError(
    'forbidden',
    'This program does not answer to that host name. Names that it is to answer to are set in config.yaml as host-names.',
  )
}

/** Throws `forbidden` for what a page of another site makes a browser ask. */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site']
  const isOwnPage = site === undefined || site === 'same-origin' || site === 'none'
  if (isOwnPage && (headers.origin === undefined || isOrigin(headers.origin, headers.host ?? ''))) return
  throw new ApiError('forbidden', 'Pages of other sites may not ask this program.')
}

function isOrigin(origin: string, host: string): boolean {
  const match = /^https?:\/\/([^/?#@]+)$/i.exec(origin)
  return match?.[1]?.toLowerCase() === host.toLowerCase()
}

/** Without port, in lower case; undefined when it is no name at all. */
function hostNameOf(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1]
}

function isAddress(name: string): boolean {
  return /^\[[0-9a-f:.]+\]$/.test(name) || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)
}
