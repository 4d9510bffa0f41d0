// What every XML reader and writer of this room shares: one fault, one strict parser, one way to escape.
import { SaxesParser, type SaxesTagNS } from 'saxes'

/** The text is not the XML it should be. `message` is the end of a sentence: "a tag is not closed". */
export class XmlFault extends Error {
  override readonly name = 'XmlFault'
}

/** An element with everything in it; `name` is `{namespace}local`, `text` the characters directly inside it. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

/** How an element was written. */
export interface XmlTag {
  readonly prefix: string
  /** By name as written. `uri` is '' for one without a prefix. */
  readonly attributes: Readonly<Record<string, XmlAttribute>>
}

export interface XmlAttribute {
  readonly prefix: string
  readonly local: string
  readonly uri: string
  readonly value: string
}

export interface XmlEvents {
  /** `depth` counts the open elements around this one. */
  open(name: string, depth: number, tag: XmlTag): void
  text(text: string, depth: number): void
  close(depth: number): void
}

export interface XmlFeed {
  /** Takes the next piece of the document. Throws `XmlFault`. */
  feed(chunk: string): void
  /** Says that the document ends here. Throws `XmlFault` when it is not complete. */
  end(): void
}

export const MAX_XML_DEPTH = 32

/**
 * A namespace-aware parser that takes no DTD (and so no entities but the five of XML), and no nesting beyond `MAX_XML_DEPTH`.
 * Whatever the text is, nothing but `XmlFault` comes out of it.
 */
export function xmlFeed(events: XmlEvents): XmlFeed {
  const parser = new SaxesParser({ xmlns: true, position: false } as const)
  const names = nameCache()
  let depth = 0
  parser.on('error', fail)
  parser.on('doctype', () => fail(new Error('it brings a DTD')))
  parser.on('opentag', (tag: SaxesTagNS) => {
    if (depth >= MAX_XML_DEPTH) throw new XmlFault('it is nested too deeply')
    events.open(names(tag.uri, tag.local), depth, tag)
    depth += 1
  })
  parser.on('text', text => events.text(text, depth - 1))
  parser.on('cdata', text => events.text(text, depth - 1))
  parser.on('closetag', () => {
    depth -= 1
    events.close(depth)
  })
  return {
    feed: chunk => guarded(() => parser.write(chunk)),
    end: () => guarded(() => parser.close()),
  }
}

function fail(error: Error): never {
  throw error instanceof XmlFault ? error : new XmlFault(error.message.replace(/\.$/, ''), { cause: error })
}

function guarded(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)))
  }
}

/** Makes each `{uri}local` once, since a listing repeats a handful of names a million times. */
function nameCache(): (uri: string, local: string) => string {
  const known = new Map<string, Map<string, string>>()
  return (uri, local) => {
    const locals = known.get(uri) ?? new Map<string, string>()
    if (locals.size === 0) known.set(uri, locals)
    const name = locals.get(local) ?? `{${uri}}${local}`
    locals.set(local, name)
    return name
  }
}

/** The whole document as a tree. For small bodies: errors, requests. Throws `XmlFault`. */
export function parseXml(text: string): XmlElement {
  const stack: { name: string; text: string; children: XmlElement[] }[] = []
  let root: XmlElement | undefined
  const feed = xmlFeed({
    open: name => stack.push({ name, text: '', children: [] }),
    text: piece => {
      const top = stack.at(-1)
      if (top !== undefined) top.text += piece
    },
    close: () => {
      const done = stack.pop()
      const parent = stack.at(-1)
      if (done === undefined) return
      if (parent === undefined) root = done
      else parent.children.push(done)
    },
  })
  feed.feed(text)
  feed.end()
  if (root === undefined) throw new XmlFault('it is empty')
  return root
}

const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const SPECIAL = /[&<>"'\r\n\t]/g
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Whether XML 1.0 can hold `text` at all, escaped or not: most control characters it cannot. */
export function fitsXml(text: string): boolean {
  return !FORBIDDEN.test(text)
}

/** `text` for use inside an element or a quoted attribute. Throws `XmlFault` for characters that XML cannot hold. */
export function escapeXml(text: string): string {
  if (!fitsXml(text)) throw new XmlFault('the text has characters that XML cannot hold')
  return text.replace(SPECIAL, character => ESCAPES[character] ?? character)
}
