// The body of a PROPPATCH that sets properties. The reply is a multistatus: a name in `props` was set, one in `failed` was not.
import { tagsFor } from './names.ts'
import { escapeXml } from './xml.ts'

/** A request to set properties (`{namespace}local` → text). Throws `XmlFault` for a value that XML cannot hold. */
export function writeProppatch(values: ReadonlyMap<string, string>): string {
  const { declarations, tags } = tagsFor([...values.keys()])
  const texts = [...values.values()]
  const props = tags.map((tag, i) => `<${tag}>${escapeXml(texts[i] ?? '')}</${tag}>`).join('')
  return `<?xml version="1.0" encoding="utf-8"?>\n<d:propertyupdate${declarations}><d:set><d:prop>${props}</d:prop></d:set></d:propertyupdate>`
}
