// Paths as a server gets and gives them: from a request line or a `Destination` to names, and from names to hrefs.
import { faultOfName, type PathFault } from '../../model/path.ts'

export type ResourcePath =
  /** Decoded names from the root of the server; each is one clean name. `slash`: it ended like a collection's. `host`: where it was given as a URL. */
  | {
      readonly as: 'path'
      readonly names: readonly string[]
      readonly slash: boolean
      readonly host: string | undefined
    }
  | { readonly as: 'fault'; readonly fault: PathFault | 'malformed' }

/**
 * What `raw` names: an absolute path or an http(s) URL, with or without a query. It is percent-decoded once; bytes above 127 are taken
 * as UTF-8 (Node hands headers over as Latin-1). An empty name, `.`, `..`, an encoded slash, a NUL or bytes that are no UTF-8 are faults:
 * nothing is cleaned up, so that nobody can read one path in two ways.
 */
export function parseResourcePath(raw: string): ResourcePath {
  const url = URL_FORM.exec(raw)
  const path = pathOf(url === null ? raw : (url[2] ?? '/'))
  if (path === undefined) return MALFORMED
  const names: string[] = []
  const slash = path.length === 1 || path.endsWith('/')
  const end = slash ? path.length - 1 : path.length
  for (let at = 1; at <= end && end > 0; ) {
    const next = path.indexOf('/', at)
    const stop = next < 0 || next > end ? end : next
    const name = decodeName(path.slice(at, stop))
    if (name === undefined) return { as: 'fault', fault: 'not-unicode' }
    const fault = faultOfName(name)
    if (fault !== undefined) return { as: 'fault', fault }
    names.push(name)
    at = stop + 1
  }
  return { as: 'path', names, slash, host: url?.[1]?.toLowerCase() }
}

/** An absolute path for an href, without a slash at its end; '' for the root. Lower-case hexadecimal, and a bare colon, as ownCloud's clients know it. */
export function writeResourcePath(names: readonly string[]): string {
  let path = ''
  for (const name of names) path += `/${writeResourceName(name)}`
  return path
}

/** One name, as `writeResourcePath` writes it. */
export function writeResourceName(name: string): string {
  return PLAIN.test(name) ? name : encodeURIComponent(name).replace(TO_CHANGE, change)
}

const MALFORMED: ResourcePath = { as: 'fault', fault: 'malformed' }
const URL_FORM = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@]+)([/?#].*)?$/is
const PLAIN = /^[\w.~():-]*$/
const TO_CHANGE = /%[0-9A-F]{2}|[!*']/g

/** The part of a request target that is a path; undefined when it is none, or when a fragment follows, which has no business here. */
function pathOf(target: string): string | undefined {
  if (target.includes('#')) return undefined
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  if (path === '' && query === 0) return '/'
  return path.startsWith('/') ? path : undefined
}

function decodeName(name: string): string | undefined {
  if (!/[%\u0080-\uFFFF]/.test(name)) return name
  try {
    return decodeURIComponent(name.replace(/[\u0080-\u00FF]/g, byte => `%${byte.charCodeAt(0).toString(16)}`))
  } catch {
    return undefined
  }
}

function change(found: string): string {
  if (found === '%3A') return ':'
  return found.length === 3 ? found.toLowerCase() : `%${found.charCodeAt(0).toString(16)}`
}
