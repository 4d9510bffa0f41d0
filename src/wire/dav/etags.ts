// Entity tags: the same file must give the same text, whichever way a server or a proxy dresses it up.

export interface Etag {
  /** Without quotes, `W/` and the marks that compressing modules add. */
  readonly value: string
  readonly weak: boolean
}

/** The tag that `raw` spells; undefined when it is empty or holds what no tag can hold. Tolerates missing quotes. */
export function parseEtag(raw: string): Etag | undefined {
  let text = raw.trim()
  const weak = /^w\//i.test(text)
  if (weak) text = text.slice(2)
  text = withoutMark(text)
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) text = text.slice(1, -1)
  const value = withoutMark(text)
  return value === '' || value.length > 1024 || /["\u0000-\u001f\u007f]/.test(value) ? undefined : { value, weak }
}

const withoutMark = (text: string): string => text.replace(/(?:--?|;)(?:gzip|deflate|br)$/, '')

/** A tag as `If-Match` and its like want it. */
export function writeEtag(value: string): string {
  return `"${value}"`
}

/** The tags of an `If-Match` or `If-None-Match`, without quotes and `W/`; `*` for any; undefined when it is neither. */
export function parseEtagList(text: string): '*' | readonly string[] | undefined {
  if (text.trim() === '*') return '*'
  const values: string[] = []
  for (const raw of text.split(',')) {
    const value = parseSentEtag(raw)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

/** The tag that a client sent, with whatever marks it has; undefined when it is none. */
export function parseSentEtag(raw: string): string | undefined {
  return /^\s*(?:W\/)?"?([^"\s\u0000-\u001f\u007f]{1,1024})"?\s*$/i.exec(raw)?.[1]
}

/** Whether what a client sent is our `etag`, perhaps with the mark of a module that compressed it on the way to the client. */
export function isEtag(sent: string, etag: string): boolean {
  return sent === etag || withoutMark(sent) === etag
}
