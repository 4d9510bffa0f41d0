// The XML of a request as a tree that keeps everything, since a server gives back what clients stored with it.
import { splitName } from './names.ts'
import { escapeXml, type XmlAttribute, XmlFault, xmlFeed } from './xml.ts'

export interface RequestElement {
  /** `{namespace}local`. */
  readonly name: string
  readonly prefix: string
  readonly attributes: readonly XmlAttribute[]
  /** The `xml:lang` in force here; '' for none. */
  readonly language: string
  /** Texts and elements in their order. */
  readonly items: readonly (string | RequestElement)[]
}

const MAX_ELEMENTS = 20_000
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/'

/** The root of a document. Throws `XmlFault`, also for a DTD, deep nesting and more than 20,000 elements. */
export function parseRequestXml(text: string): RequestElement {
  const stack: Open[] = []
  let root: RequestElement | undefined
  let count = 0
  const feed = xmlFeed({
    open(name, _depth, tag) {
      count += 1
      if (count > MAX_ELEMENTS) throw new XmlFault('it has too many elements')
      const attributes = Object.values(tag.attributes)
      const language = attributes.find(isLanguage)?.value ?? stack.at(-1)?.language ?? ''
      stack.push({ name, prefix: tag.prefix, attributes, language, items: [] })
    },
    text: piece => stack.at(-1)?.items.push(piece),
    close() {
      const done = stack.pop()
      const parent = stack.at(-1)
      if (parent === undefined) root = done
      else if (done !== undefined) parent.items.push(done)
    },
  })
  feed.feed(text)
  feed.end()
  if (root === undefined) throw new XmlFault('it is empty')
  return root
}

interface Open extends RequestElement {
  readonly items: (string | RequestElement)[]
}

export function childrenOf(element: RequestElement): readonly RequestElement[] {
  return element.items.filter(item => typeof item !== 'string')
}

export function childOf(element: RequestElement, name: string): RequestElement | undefined {
  return childrenOf(element).find(child => child.name === name)
}

/** The characters directly inside, trimmed. */
export function textOf(element: RequestElement): string {
  return element.items
    .filter(item => typeof item === 'string')
    .join('')
    .trim()
}

/** What is inside `element`, as XML that means the same wherever it is put. */
export function contentOf(element: RequestElement): string {
  return writeItems(element.items, new Map())
}

function writeItems(items: RequestElement['items'], scope: ReadonlyMap<string, string>): string {
  return items.map(item => (typeof item === 'string' ? escapeXml(item) : writeElement(item, scope))).join('')
}

// Prefixes stay as the client wrote them (values may use them), and are declared where they are not yet in force.
function writeElement(element: RequestElement, outer: ReadonlyMap<string, string>): string {
  const { uri, local } = splitName(element.name)
  const attributes = element.attributes.filter(({ uri }) => uri !== XMLNS_NAMESPACE)
  const scope = new Map(outer)
  const wanted: readonly (readonly [prefix: string, uri: string])[] = [
    [element.prefix, uri],
    ...attributes.filter(({ prefix }) => prefix !== '').map(({ prefix, uri }) => [prefix, uri] as const),
  ]
  let start = element.prefix === '' ? local : `${element.prefix}:${local}`
  const tag = start
  for (const [prefix, namespace] of wanted) {
    // Without a declaration around it, the place where this is put decides about names without a prefix: always say it.
    if (namespace === XML_NAMESPACE || scope.get(prefix) === namespace) continue
    scope.set(prefix, namespace)
    start += prefix === '' ? ` xmlns="${escapeXml(namespace)}"` : ` xmlns:${prefix}="${escapeXml(namespace)}"`
  }
  for (const { prefix, local: name, value } of attributes)
    start += ` ${prefix === '' ? name : `${prefix}:${name}`}="${escapeXml(value)}"`
  const inner = writeItems(element.items, scope)
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${tag}>`
}

const isLanguage = ({ uri, local }: XmlAttribute): boolean => uri === XML_NAMESPACE && local === 'lang'
