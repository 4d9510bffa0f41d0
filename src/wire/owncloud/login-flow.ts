// Login flow v2 as a client sees it: where a person signs in, where to ask whether that is done, and what comes of it.
import { parseJson, textAt } from './json.ts'

export interface LoginBegun {
  /** The page for the browser. */
  readonly page: URL
  readonly endpoint: URL
  readonly token: string
}

const MAX_ANSWER = 64 * 1024
const MAX_TEXT = 4096

/**
 * The answer to the first request. Undefined when it is something else, or leads away from `origin`: what a server says is opened in a
 * browser and asked with a secret, so it must be about that server.
 */
export function parseLoginBegun(text: string, origin: string): LoginBegun | undefined {
  const json = parseJson(text, MAX_ANSWER)
  const page = urlOf(textAt(json, 'login'), origin)
  const endpoint = urlOf(textAt(json, 'poll', 'endpoint'), origin)
  const token = textAt(json, 'poll', 'token')
  if (page === undefined || endpoint === undefined || token === undefined || !isFitting(token)) return undefined
  return { page, endpoint, token }
}

/** What is told once a person has granted it. */
export function parseLoginGranted(text: string): { readonly user: string; readonly password: string } | undefined {
  const json = parseJson(text, MAX_ANSWER)
  const [user, password] = [textAt(json, 'loginName'), textAt(json, 'appPassword')]
  if (user === undefined || password === undefined || !isFitting(user) || !isFitting(password)) return undefined
  return { user, password }
}

function urlOf(text: string | undefined, origin: string): URL | undefined {
  if (text === undefined || text.length > MAX_TEXT || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isPlain = url.username === '' && url.password === ''
  return url.origin === origin && isPlain && /^https?:$/.test(url.protocol) ? url : undefined
}

function isFitting(text: string): boolean {
  return text !== '' && text.length <= MAX_TEXT && !/[\x00-\x1f\x7f]/.test(text)
}
