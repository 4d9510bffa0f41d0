// Cookies of one server, so that it need not check the password again on each request. They never leave this client.

const MAX_COOKIES = 50
const MAX_LENGTH = 4096

interface Cookie {
  readonly value: string
  readonly path: string
  readonly secure: boolean
}

export interface CookieJar {
  /** Remembers what an answer to a request for `path` sets. */
  take(lines: readonly string[], path: string): void
  /** The `Cookie` header for a request for `path`, undefined when there is nothing to send. */
  header(path: string): string | undefined
}

/** A jar for one origin. Cookies are forgotten with it, so expiry matters only where it deletes. */
export function cookieJar(origin: URL): CookieJar {
  const cookies = new Map<string, Cookie>()
  const safe = origin.protocol === 'https:'
  return {
    take(lines, path) {
      for (const line of lines) take(cookies, line, path)
    },
    header(path) {
      const fitting = [...cookies].filter(([, cookie]) => covers(cookie.path, path) && (safe || !cookie.secure))
      return fitting.length === 0 ? undefined : fitting.map(([name, { value }]) => `${name}=${value}`).join('; ')
    },
  }
}

function take(cookies: Map<string, Cookie>, line: string, requestPath: string): void {
  const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
  const at = pair.indexOf('=')
  if (at <= 0 || line.length > MAX_LENGTH || !/^[\x20-\x7e]*$/.test(pair)) return
  const name = pair.slice(0, at)
  const of = new Map(attributes.map(attribute => splitAttribute(attribute)))
  const expires = Date.parse(of.get('expires') ?? '')
  const gone = Number(of.get('max-age') ?? 1) <= 0 || expires <= 86_400_000
  cookies.delete(name)
  if (gone || cookies.size >= MAX_COOKIES) return
  const path = of.get('path')
  cookies.set(name, {
    value: pair.slice(at + 1),
    path: path?.startsWith('/') ? path : requestPath.replace(/[?#].*$/, '').replace(/\/[^/]*$/, ''),
    secure: of.has('secure'),
  })
}

function splitAttribute(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text.toLowerCase(), ''] : [text.slice(0, at).toLowerCase(), text.slice(at + 1)]
}

function covers(cookiePath: string, path: string): boolean {
  if (cookiePath === '' || cookiePath === '/') return true
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}
