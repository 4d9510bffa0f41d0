// The `If` header (RFC 4918, 10.4): which of several states must be so before a request is carried out.
import { parseSentEtag } from './etags.ts'

export interface IfCondition {
  readonly not: boolean
  /** A state token as a URI, or an entity tag without its quotes. */
  readonly kind: 'token' | 'etag'
  readonly value: string
}

/** Conditions that must all hold. The header is met when one of its lists is. */
export interface IfList {
  /** What the list is about, as it was written between `<` and `>`; undefined: what the request is about. */
  readonly resource: string | undefined
  readonly conditions: readonly IfCondition[]
}

const MAX_CONDITIONS = 500
const TOKEN = /[ \t]*(?:(\()|(\))|<([^<>\s]*)>|\[((?:W\/)?"[^"\]]*"|[^\]"\s]*)\]|(not)(?=[\s<[]))/iy

/** The lists of `text`; undefined when it is no such header, or has too many conditions. */
export function parseIfHeader(text: string): readonly IfList[] | undefined {
  const lists: IfList[] = []
  let resource: string | undefined
  let open: IfCondition[] | undefined
  let not = false
  let count = 0
  // A tag without a list means nothing.
  let waiting = false
  TOKEN.lastIndex = 0
  const end = text.trimEnd().length
  while (TOKEN.lastIndex < end) {
    const found = TOKEN.exec(text)
    if (found === null) return undefined
    const [, opens, closes, uri, etag, negates] = found
    if (opens !== undefined) {
      if (open !== undefined) return undefined
      open = []
      waiting = false
    } else if (closes !== undefined) {
      if (open === undefined || open.length === 0 || not) return undefined
      lists.push({ resource, conditions: open })
      open = undefined
    } else if (open === undefined) {
      // Either all lists are tagged, or none.
      if (uri === undefined || uri === '' || waiting || (resource === undefined && lists.length > 0)) return undefined
      resource = uri
      waiting = true
    } else if (negates !== undefined) {
      if (not) return undefined
      not = true
    } else {
      const condition = conditionOf(not, uri, etag)
      count += 1
      if (condition === undefined || count > MAX_CONDITIONS) return undefined
      open.push(condition)
      not = false
    }
  }
  return open === undefined && !waiting && lists.length > 0 ? lists : undefined
}

function conditionOf(not: boolean, uri: string | undefined, etag: string | undefined): IfCondition | undefined {
  if (uri !== undefined) return uri === '' ? undefined : { not, kind: 'token', value: uri }
  const value = parseSentEtag(etag ?? '')
  return value === undefined ? undefined : { not, kind: 'etag', value }
}
