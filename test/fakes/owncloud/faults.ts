// What can go wrong between a client and this server, by request: a table that tests fill.
import type { Reply } from './message.ts'

export type FaultAct =
  /** Answers this without doing the work. */
  | { readonly do: 'reply'; readonly reply: Reply }
  /** Closes the connection after `bytes` of the request's body. */
  | { readonly do: 'cut-request'; readonly bytes: number }
  /** Does the work, and closes the connection after `bytes` of the reply's body. */
  | { readonly do: 'cut-reply'; readonly bytes: number }
  /** Waits for `release` before doing the work. */
  | { readonly do: 'hold' }
  /** Does the work and closes the connection without a word. */
  | { readonly do: 'lose-reply' }
  /** Does the work twice, as when the network repeats a request; the second reply is sent. */
  | { readonly do: 'repeat' }
  /** Does the work and sends something else. */
  | { readonly do: 'edit'; readonly edit: (reply: Reply) => Reply }

export interface FaultRule {
  readonly method?: string
  /** The whole decoded path below the server's base, or that below the user's root; or a pattern for the former. */
  readonly path?: string | RegExp
  /** How often it strikes; for ever when not given. */
  readonly times?: number
  readonly act: FaultAct
}

export interface Fault {
  /** How often it struck. */
  readonly hits: number
  /** Resolves when it strikes for the first time. */
  readonly reached: Promise<void>
  /** Lets a held request, and all later ones, go on. */
  release(): void
  remove(): void
}

export class FaultTable {
  #faults: Active[] = []

  add(rule: FaultRule): Fault {
    const fault = new Active(rule, () => {
      this.#faults = this.#faults.filter(other => other !== fault)
    })
    this.#faults.push(fault)
    return fault
  }

  clear(): void {
    for (const fault of this.#faults) fault.release()
    this.#faults = []
  }

  /** The fault that this request runs into, counted as a hit. */
  strike(method: string, path: string, below: string | undefined): Active | undefined {
    const fault = this.#faults.find(candidate => candidate.matches(method, path, below))
    fault?.hit()
    return fault
  }
}

export class Active implements Fault {
  readonly rule: FaultRule
  readonly reached: Promise<void>
  readonly released: Promise<void>
  readonly remove: () => void
  hits = 0
  #arrive: () => void = () => {}
  #release: () => void = () => {}

  constructor(rule: FaultRule, remove: () => void) {
    this.rule = rule
    this.remove = remove
    this.reached = new Promise(resolve => {
      this.#arrive = resolve
    })
    this.released = new Promise(resolve => {
      this.#release = resolve
    })
  }

  matches(method: string, path: string, below: string | undefined): boolean {
    const { rule } = this
    if (rule.times !== undefined && this.hits >= rule.times) return false
    if (rule.method !== undefined && rule.method !== method) return false
    if (rule.path === undefined) return true
    return rule.path instanceof RegExp ? rule.path.test(path) : rule.path === path || rule.path === below
  }

  hit(): void {
    this.hits += 1
    this.#arrive()
  }

  release(): void {
    this.#release()
  }
}

/** A captive portal's page instead of the answer. */
export const htmlLoginPage = (): Reply => ({
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Room and surname</form></body></html>',
})

/** The first `bytes` bytes of the body, sent as if they were all. */
export function truncated(bytes: number): (reply: Reply) => Reply {
  return reply => ({ ...reply, body: Buffer.from(reply.body ?? '').subarray(0, bytes) })
}

/** The reply with headers set (or left out, where undefined). */
export function withHeaders(headers: Readonly<Record<string, string | undefined>>): (reply: Reply) => Reply {
  return reply => {
    const kept = Object.entries(reply.headers ?? {}).filter(
      ([name]) => !Object.keys(headers).some(other => other.toLowerCase() === name.toLowerCase()),
    )
    const added = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
    return { ...reply, headers: Object.fromEntries([...kept, ...added]) }
  }
}

/** A listing in which the response whose href ends in `hrefEnd` lacks `property` (`d:getetag`, `oc:id` …). */
export function withoutProperty(property: string, hrefEnd: string): (reply: Reply) => Reply {
  return reply => {
    const body = String(reply.body).replace(/<d:response>.*?<\/d:response>/gs, response =>
      response.includes(`${hrefEnd}</d:href>`)
        ? response.replace(new RegExp(`<${property}(/>|>.*?</${property}>)`, 's'), '')
        : response,
    )
    return { ...reply, body }
  }
}

/** Other bytes of the same length under the same etag. */
export function otherBytes(): (reply: Reply) => Reply {
  return reply => ({ ...reply, body: Buffer.from(reply.body ?? '').map(byte => byte ^ 0x20) as Buffer })
}
