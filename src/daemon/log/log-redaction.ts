// What goes to the log, without secrets, and not without bound.

/** What a field of a log line can be. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [key: string]: LogValue }
export type LogFields = Readonly<Record<string, LogValue>>

export interface Redaction {
  text(text: string): string
  fields(fields: Readonly<Record<string, unknown>>): LogFields
}

const HIDDEN = '[hidden]'
const MAX_TEXT = 4000
const MAX_SEARCHED = 64_000
const MAX_DEPTH = 6
const MAX_ITEMS = 50
/** Shorter ones are in every other word. */
const MIN_SECRET = 4

const SECRET_KEY =
  /pass(?!(ed|es|ing|ive)\b)(word|wd|phrase|code)?|secret|token|authori[sz]ation|cookie|credential|api-?key|private-?key|^(auth|pwd|otp|pin|key)$/i

/** Each with the part that may be shown as its first group. */
const SECRET_TEXTS: readonly RegExp[] = [
  // The user and password of an address.
  /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]*@/gi,
  /(\b(?:basic|bearer|digest|negotiate)\s+)["']?[\w.~+/=-]{6,}/gi,
  // Our app passwords, wherever they turn up.
  /()\bsap-[A-Za-z0-9_-]{20,}/g,
  // Headers, forms, queries and JSON that came along as text.
  /((?:set-)?cookie\s*:\s*)[^\r\n]+/gi,
  /(authorization\s*:\s*)[^\r\n]+/gi,
  /((?:pass(?:word|wd|phrase)?|secret|token|api-?key|signature|\bpwd)["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s&,;"'}\])]+)/gi,
]

/** `secrets` are those that are known by now, and are left out wherever they turn up, as they are or encoded. */
export function redaction(secrets: () => readonly string[]): Redaction {
  let known: readonly string[] = []
  let forms: readonly string[] = []
  const hide = (text: string): string => {
    const now = secrets()
    if (!isSame(now, known)) {
      known = [...now]
      forms = known.flatMap(formsOf).sort((a, b) => b.length - a.length)
    }
    const isCut = text.length > MAX_SEARCHED
    let shown = isCut ? text.slice(0, MAX_SEARCHED) : text
    for (const form of forms) if (shown.includes(form)) shown = shown.replaceAll(form, HIDDEN)
    for (const pattern of SECRET_TEXTS) shown = shown.replace(pattern, `$1${HIDDEN}`)
    // What is left of a secret at the cut would not be found.
    if (isCut && shown.length < MAX_TEXT) return HIDDEN
    return shown.length > MAX_TEXT ? `${shown.slice(0, MAX_TEXT)}…` : shown
  }
  return {
    text: hide,
    fields: fields => new Copy(hide).table(fields, 0),
  }
}

/** A copy of anything as plain data. */
class Copy {
  readonly #hide: (text: string) => string
  readonly #above = new Set<object>()

  constructor(hide: (text: string) => string) {
    this.#hide = hide
  }

  table(value: object, depth: number): LogFields {
    const entries = Object.entries(value).slice(0, MAX_ITEMS)
    return Object.fromEntries(
      entries
        .filter(([, each]) => each !== undefined && typeof each !== 'function')
        .map(([key, each]) => [this.#hide(key), isSecret(key, each) ? HIDDEN : this.#value(each, depth + 1)]),
    )
  }

  #value(value: unknown, depth: number): LogValue {
    switch (typeof value) {
      case 'string':
        return this.#hide(value)
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'boolean':
        return value
      case 'object':
        return value === null ? null : this.#object(value, depth)
      default:
        return this.#hide(String(value))
    }
  }

  #object(value: object, depth: number): LogValue {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString()
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
    if (value instanceof URL) return this.#hide(value.href)
    if (depth > MAX_DEPTH || this.#above.has(value)) return '…'
    this.#above.add(value)
    const copied = this.#inside(value, depth)
    this.#above.delete(value)
    return copied
  }

  #inside(value: object, depth: number): LogValue {
    if (value instanceof Error) return this.table(partsOf(value), depth)
    if (value instanceof Map) return this.table(Object.fromEntries(value), depth)
    if (value instanceof Set || Array.isArray(value)) return this.#list([...value], depth)
    return this.table(value, depth)
  }

  /** As raw headers come: a name, then its value. */
  #list(values: readonly unknown[], depth: number): readonly LogValue[] {
    return values.slice(0, MAX_ITEMS).map((value, at) => {
      const before = values[at - 1]
      const isNamed = typeof before === 'string' && isSecret(before, value)
      return isNamed ? HIDDEN : this.#value(value, depth + 1)
    })
  }
}

/** Counts and flags tell nothing, as in `tokens: 3`. */
function isSecret(key: string, value: unknown): boolean {
  return SECRET_KEY.test(key) && typeof value !== 'boolean' && value !== null
}

function partsOf(error: Error): object {
  const { name, message, stack, cause } = error
  // The stack begins with the message; only its places are needed besides.
  const places = stack?.split('\n').filter(line => /^\s+at /.test(line))
  const own = { ...error, type: name, message }
  return { ...own, ...(cause !== undefined && { cause }), ...(places && { stack: places.join('\n') }) }
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < MIN_SECRET) return []
  const json = JSON.stringify(secret).slice(1, -1)
  const base64 = Buffer.from(secret).toString('base64')
  const encoded = [
    percentEncoded(secret),
    base64,
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ]
  return [...new Set([secret, json, ...encoded])].filter(form => form.length >= MIN_SECRET)
}

/** A lone half of a character cannot be encoded, and then is nowhere in that form. */
function percentEncoded(secret: string): string {
  return /\p{Surrogate}/u.test(secret) ? secret : encodeURIComponent(secret)
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at])
}
