// What a server says about a request it refused, as sabre/dav and its descendants put it.
import { DAV, SABRE, splitName } from './names.ts'
import { escapeXml, fitsXml, parseXml, type XmlElement, XmlFault } from './xml.ts'

export interface DavError {
  /** `Sabre\DAV\Exception\Locked` and the like, '' when not given. */
  readonly exception: string
  /** For people, '' when not given; plain text, from the server. */
  readonly message: string
  /** Names of the conditions that failed, as RFC 4918 (16) lists them: `lock-token-submitted` … */
  readonly conditions: readonly string[]
}

const MAX_MESSAGE = 300

/** The error that `text` carries; undefined when it is not a DAV error. */
export function parseErrorBody(text: string): DavError | undefined {
  const root = treeOf(text)
  if (root === undefined || splitName(root.name).local !== 'error') return undefined
  const said = (local: string) => root.children.find(child => child.name === `{${SABRE}}${local}`)?.text.trim() ?? ''
  const conditions = root.children.map(child => splitName(child.name)).filter(({ uri }) => uri === DAV)
  return {
    exception: said('exception'),
    message: plain(said('message')),
    conditions: conditions.map(({ local }) => local),
  }
}

function treeOf(text: string): XmlElement | undefined {
  try {
    return parseXml(text)
  } catch (error) {
    if (error instanceof XmlFault) return undefined
    throw error
  }
}

function plain(message: string): string {
  // Cut first: the expressions take their time with what was made for them.
  return message
    .slice(0, 10 * MAX_MESSAGE)
    .replace(/<[^>]*>/g, '')
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .slice(0, MAX_MESSAGE)
}

/** The body of an error. `condition` is XML that goes in as it is. Characters that XML cannot hold are left out of the message. */
export function writeErrorBody(error: {
  readonly exception: string
  readonly message: string
  readonly condition: string
}): string {
  const message = fitsXml(error.message) ? error.message : error.message.replace(/[^\t\n\r\u0020-\uD7FF]/g, '?')
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="${DAV}" xmlns:s="${SABRE}">` +
    `<s:exception>${escapeXml(error.exception)}</s:exception><s:message>${escapeXml(message)}</s:message>` +
    `${error.condition}</d:error>`
  )
}
