// Reads a multistatus as it arrives, response by response (RFC 4918, 13 and 14.16).
import { dav } from './names.ts'
import { type XmlElement, XmlFault, xmlFeed } from './xml.ts'

export interface DavResponse {
  /** As written; `hrefs.ts` makes a name of it. */
  readonly href: string
  /** The status of the whole response, where it has one instead of properties. */
  readonly status: number | undefined
  /** What came with a 2xx status, from however many propstats, by `{namespace}local`. */
  readonly props: ReadonlyMap<string, XmlElement>
  /** What came with another status. */
  readonly failed: ReadonlyMap<string, number>
}

export interface MultistatusLimits {
  /** Characters of the whole document. */
  readonly size: number
  /** Characters of one response. */
  readonly responseSize: number
  readonly responses: number
}

const LIMITS: MultistatusLimits = { size: 1 << 30, responseSize: 1 << 20, responses: 1_000_000 }

export interface MultistatusParser {
  /** Takes the next piece and gives the responses that are complete now. Throws `XmlFault`. */
  feed(chunk: string): readonly DavResponse[]
  /** The document ends here. Throws `XmlFault` when it was cut off or was no multistatus. */
  end(): readonly DavResponse[]
}

const MULTISTATUS = dav('multistatus')
const RESPONSE = dav('response')
const HREF = dav('href')
const STATUS = dav('status')
const PROPSTAT = dav('propstat')
const PROP = dav('prop')
// Callers hand over network-sized pieces; a larger one is cut so that the size of one response is checked in time.
const PIECE = 1 << 16

interface Open {
  readonly name: string
  text: string
  readonly children: XmlElement[]
}

/** A parser for one multistatus document. */
export function multistatusParser(limits: Partial<MultistatusLimits> = {}): MultistatusParser {
  const max = { ...LIMITS, ...limits }
  let done: DavResponse[] = []
  let stack: Open[] = []
  let size = 0
  let sinceResponse = 0
  let count = 0

  const xml = xmlFeed({
    open(name, depth) {
      if (depth === 0 && name !== MULTISTATUS) throw new XmlFault('it is not a multistatus')
      if (depth === 1) stack = []
      if (depth >= 1) stack.push({ name, text: '', children: [] })
    },
    text(text) {
      const top = stack.at(-1)
      if (top !== undefined) top.text += text
    },
    close(depth) {
      if (depth < 1) return
      const element = stack.pop()
      if (element === undefined) return
      stack.at(-1)?.children.push(element)
      if (depth === 1 && element.name === RESPONSE) take(element)
    },
  })

  function take(element: XmlElement): void {
    count += 1
    sinceResponse = 0
    if (count > max.responses) throw new XmlFault('it has too many responses')
    done.push(...responsesOf(element))
  }

  function feed(chunk: string): readonly DavResponse[] {
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.slice(at, at + PIECE)
      size += piece.length
      sinceResponse += piece.length
      xml.feed(piece)
      if (size > max.size) throw new XmlFault('it is too large')
      if (sinceResponse > max.responseSize + PIECE) throw new XmlFault('a response in it is too large')
    }
    return drain()
  }

  function drain(): readonly DavResponse[] {
    const ready = done
    done = []
    return ready
  }

  return {
    feed,
    end() {
      xml.end()
      return drain()
    },
  }
}

/** Every response of a whole document. Throws `XmlFault`. */
export function parseMultistatus(text: string, limits: Partial<MultistatusLimits> = {}): readonly DavResponse[] {
  const parser = multistatusParser(limits)
  return [...parser.feed(text), ...parser.end()]
}

/** One response element; with a status of its own it may name several hrefs. */
function responsesOf(element: XmlElement): DavResponse[] {
  const hrefs: string[] = []
  const props = new Map<string, XmlElement>()
  const failed = new Map<string, number>()
  let status: number | undefined
  for (const child of element.children) {
    if (child.name === HREF) hrefs.push(child.text.trim())
    else if (child.name === STATUS) status = parseStatusLine(child.text)
    else if (child.name === PROPSTAT) takePropstat(child, props, failed)
  }
  if (hrefs.length === 0) throw new XmlFault('a response in it has no href')
  return hrefs.map(href => ({ href, status, props, failed }))
}

function takePropstat(propstat: XmlElement, props: Map<string, XmlElement>, failed: Map<string, number>): void {
  const line = propstat.children.find(child => child.name === STATUS)
  // Some servers leave out the status of what was found.
  const status = line === undefined ? 200 : (parseStatusLine(line.text) ?? 500)
  for (const holder of propstat.children) {
    if (holder.name !== PROP) continue
    for (const prop of holder.children) {
      if (status >= 200 && status < 300) props.set(prop.name, prop)
      else failed.set(prop.name, status)
    }
  }
}

/** The number in `HTTP/1.1 200 OK`. */
export function parseStatusLine(text: string): number | undefined {
  const found = /^\s*HTTP\/[\d.]+\s+(\d{3})\b/i.exec(text)
  return found?.[1] === undefined ? undefined : Number(found[1])
}
