// The body of a PROPPATCH that sets properties. The reply is a multistatus: a name in `props` was set, one in `failed` was not.
import { dav, tagsFor } from './names.ts'
import { childrenOf, contentOf, parseRequestXml } from './request-xml.ts'
import { escapeXml, XmlFault } from './xml.ts'

/** A request to set properties (`{namespace}local` → text). Throws `XmlFault` for a value that XML cannot hold. */
export function writeProppatch(values: ReadonlyMap<string, string>): string {
  const { declarations, tags } = tagsFor([...values.keys()])
  const texts = [...values.values()]
  const props = tags.map((tag, i) => `<${tag}>${escapeXml(texts[i] ?? '')}</${tag}>`).join('')
  return `<?xml version="1.0" encoding="utf-8"?>\n<d:propertyupdate${declarations}><d:set><d:prop>${props}</d:prop></d:set></d:propertyupdate>`
}

export interface PropertyChange {
  readonly name: string
  /** XML inside the element; undefined: remove. */
  readonly value: string | undefined
  /** The `xml:lang` in force; '' for none. */
  readonly language: string
}

/** The changes that a request asks for, in their order. Throws `XmlFault`. */
export function parseProppatch(text: string): readonly PropertyChange[] {
  const root = parseRequestXml(text)
  if (root.name !== dav('propertyupdate')) throw new XmlFault('it is not a propertyupdate')
  const changes: PropertyChange[] = []
  for (const action of childrenOf(root)) {
    const removes = action.name === dav('remove')
    if (!removes && action.name !== dav('set')) continue
    for (const prop of childrenOf(action).filter(({ name }) => name === dav('prop')))
      for (const element of childrenOf(prop))
        changes.push({
          name: element.name,
          value: removes ? undefined : contentOf(element),
          language: element.language,
        })
  }
  if (changes.length === 0) throw new XmlFault('it changes nothing')
  return changes
}
