// Writes a multistatus piece by piece (RFC 4918, 13): nobody has to hold the whole of it.
import { DAV, NC, OC, SABRE, splitName } from './names.ts'
import { escapeXml } from './xml.ts'

export const MULTISTATUS_START = `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="${DAV}" xmlns:s="${SABRE}" xmlns:oc="${OC}" xmlns:nc="${NC}">`
export const MULTISTATUS_END = '</d:multistatus>'

/** How the element of one property is written: `<open>value</close>`, or `empty`. */
export interface PropertyTag {
  readonly open: string
  readonly close: string
  readonly empty: string
}

const PREFIXES: ReadonlyMap<string, string> = new Map([
  [DAV, 'd'],
  [SABRE, 's'],
  [OC, 'oc'],
  [NC, 'nc'],
])

/** The tag of `name` inside of a multistatus. Other namespaces than those of its root are declared at each element. */
export function propertyTag(name: string): PropertyTag {
  const { uri, local } = splitName(name)
  const prefix = PREFIXES.get(uri)
  if (prefix !== undefined) return tag(`${prefix}:${local}`, '')
  return uri === '' ? tag(local, ' xmlns=""') : tag(`x:${local}`, ` xmlns:x="${escapeXml(uri)}"`)
}

const tag = (name: string, declaration: string): PropertyTag => ({
  open: `<${name}${declaration}>`,
  close: `</${name}>`,
  empty: `<${name}${declaration}/>`,
})

/** What a value begins with that brings the language it is in: the rest of the opening tag. No text that is escaped begins like this. */
const LANGUAGE = ' xml:lang="'

/** The property with `value` (XML) inside. */
export function writeProperty({ open, close, empty }: PropertyTag, value: string): string {
  if (value === '') return empty
  return (value.startsWith(LANGUAGE) ? open.slice(0, -1) : open) + value + close
}

/** `value` together with the language it is in; '' for none. */
export function withLanguage(value: string, language: string): string {
  return language === '' ? value : `${LANGUAGE}${escapeXml(language)}">${value}`
}

/** One resource with what was found and what it does not have: written properties. `href` needs no more escaping: `&` and `<` are percent-encoded. */
export function writeFound(href: string, found: string, missing: string): string {
  const other = missing === '' ? '' : propstat(missing, 'HTTP/1.1 404 Not Found')
  // Clients take the last group of a 200 for the only one: it is there once, also when it is empty.
  const first = found === '' && missing !== '' ? '' : propstat(found, 'HTTP/1.1 200 OK')
  return `<d:response><d:href>${href}</d:href>${first}${other}</d:response>`
}

/** One resource with groups of properties by status. */
export function writeGroups(
  href: string,
  groups: readonly { readonly status: number; readonly properties: string; readonly condition?: string }[],
): string {
  const written = groups.map(({ status, properties, condition }) =>
    propstat(properties, writeStatusLine(status), condition === undefined ? '' : `<d:error>${condition}</d:error>`),
  )
  return `<d:response><d:href>${href}</d:href>${written.join('')}</d:response>`
}

/** One resource with a status of its own. */
export function writeStatus(href: string, status: number, condition = ''): string {
  const error = condition === '' ? '' : `<d:error>${condition}</d:error>`
  return `<d:response><d:href>${href}</d:href><d:status>${writeStatusLine(status)}</d:status>${error}</d:response>`
}

const propstat = (properties: string, status: string, error = ''): string =>
  `<d:propstat><d:prop>${properties}</d:prop><d:status>${status}</d:status>${error}</d:propstat>`

/** `HTTP/1.1 404 Not Found`. */
export function writeStatusLine(status: number): string {
  return `HTTP/1.1 ${status} ${PHRASES[status] ?? 'Status'}`
}

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  423: 'Locked',
  424: 'Failed Dependency',
  507: 'Insufficient Storage',
}
