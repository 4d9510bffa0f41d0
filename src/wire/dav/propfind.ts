// The body of a PROPFIND.
import { dav, tagsFor } from './names.ts'
import { childOf, childrenOf, parseRequestXml, type RequestElement } from './request-xml.ts'
import { XmlFault } from './xml.ts'

/** A request for the given properties, each as `{namespace}local` from this program's own lists. */
export function writePropfind(names: readonly string[]): string {
  const { declarations, tags } = tagsFor(names)
  const props = tags.map(tag => `<${tag}/>`).join('')
  return `<?xml version="1.0" encoding="utf-8"?>\n<d:propfind${declarations}><d:prop>${props}</d:prop></d:propfind>`
}

export type PropfindAsked =
  | { readonly kind: 'prop'; readonly names: readonly string[] }
  /** The usual ones, and `names` besides. */
  | { readonly kind: 'allprop'; readonly names: readonly string[] }
  | { readonly kind: 'propname' }

/** What a request asks for; an empty body asks for all. Text and elements that mean nothing here are passed over. Throws `XmlFault`. */
export function parsePropfind(text: string): PropfindAsked {
  if (text.trim() === '') return { kind: 'allprop', names: [] }
  const root = parseRequestXml(text)
  if (root.name !== dav('propfind')) throw new XmlFault('it is not a propfind')
  const prop = childOf(root, dav('prop'))
  if (prop !== undefined) return { kind: 'prop', names: namesIn(prop) }
  if (childOf(root, dav('propname')) !== undefined) return { kind: 'propname' }
  if (childOf(root, dav('allprop')) === undefined) throw new XmlFault('it asks for nothing')
  const include = childOf(root, dav('include'))
  return { kind: 'allprop', names: include === undefined ? [] : namesIn(include) }
}

const namesIn = (element: RequestElement): readonly string[] => [
  ...new Set(childrenOf(element).map(child => child.name)),
]
