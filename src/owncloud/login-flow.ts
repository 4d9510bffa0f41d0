// Login flow v2, and v1 for phones: a client asks, a person grants on a page in the browser, the client fetches a password of its own.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Accounts } from '../accounts/accounts.ts'
import type { Clock, Random } from '../platform/world.ts'
import { randomHex } from '../platform/world.ts'
import { answer, answerJson } from './answer.ts'
import { showGrantForm, showSentence } from './login-page.ts'
import { labelFrom } from './ocs.ts'
import { readForm } from './read-form.ts'
import type { Visit } from './visit.ts'

export interface LoginHost {
  readonly accounts: Accounts
  readonly random: Random
  readonly clock: Clock
}

export interface LoginRoutes {
  /** Answers a request below `/index.php/login`; `names` is what follows, decoded. */
  answer(visit: Visit, names: readonly string[]): Promise<void>
}

const PLACE = '/index.php/login'
const COOKIE = 'syncline-login'
const GONE = 'This sign-in has run out, or was answered before. Start it again in the app.'

export function loginRoutes({ accounts, random, clock }: LoginHost): LoginRoutes {
  const secret = random.bytes(32)
  /** Of those that end in a redirect of the browser instead of a poll: what to poll with, by login token. */
  const redirecting = new Map<string, { readonly pollToken: string; readonly expiresAt: number }>()

  function start(visit: Visit): void {
    const begun = accounts.loginFlows.start(labelFrom(visit.request.headers['user-agent']))
    answerJson(visit.response, 200, {
      poll: { token: begun.pollToken, endpoint: `${visit.origin}${PLACE}/v2/poll` },
      login: `${visit.origin}${PLACE}/v2/flow/${begun.loginToken}`,
    })
  }

  /** Version 1: the page at once. */
  function startRedirecting(visit: Visit): void {
    const begun = accounts.loginFlows.start(labelFrom(visit.request.headers['user-agent']))
    for (const [token, { expiresAt }] of redirecting) if (expiresAt < clock.now()) redirecting.delete(token)
    redirecting.set(begun.loginToken, begun)
    answer(visit.response, 303, { Location: `${visit.origin}${PLACE}/v2/flow/${begun.loginToken}` })
  }

  async function poll(visit: Visit): Promise<void> {
    const form = await readForm(visit.request)
    const polled = accounts.loginFlows.poll(form.get('token') ?? '')
    if (polled.as !== 'granted') return answerJson(visit.response, 404, [])
    answerJson(visit.response, 200, {
      server: visit.origin,
      loginName: polled.user.name,
      appPassword: polled.secret,
    })
  }

  function show(visit: Visit, loginToken: string, again: { name: string; complaint?: string; status: number }): void {
    const flow = accounts.loginFlows.find(loginToken)
    if (flow === undefined) return showSentence(visit.response, 404, GONE)
    const browser = cookieOf(visit) ?? randomHex(random, 16)
    const secure = visit.origin.startsWith('https:') ? '; Secure' : ''
    const { status, ...fields } = again
    const form = { action: `${PLACE}/v2/flow/${loginToken}`, label: flow.label, ...fields }
    const cookie = `${COOKIE}=${browser}; Path=${PLACE}; HttpOnly; SameSite=Strict; Max-Age=1200${secure}`
    showGrantForm(
      visit.response,
      status,
      { ...form, formToken: formTokenFor(browser, loginToken) },
      { 'Set-Cookie': cookie },
    )
  }

  async function decide(visit: Visit, loginToken: string): Promise<void> {
    const form = await readForm(visit.request)
    const browser = cookieOf(visit)
    const expected = browser === undefined ? undefined : formTokenFor(browser, loginToken)
    if (expected === undefined || !isSame(expected, form.get('form_token') ?? ''))
      return show(visit, loginToken, { name: '', complaint: 'The form was too old. Enter it again.', status: 403 })
    if (form.get('decision') === 'deny') {
      redirecting.delete(loginToken)
      accounts.loginFlows.deny(loginToken)
      return showSentence(visit.response, 200, 'The app was not let in. You can close this window.')
    }
    if (form.get('decision') !== 'grant') return showSentence(visit.response, 400, 'Something is missing in the form.')
    await grant(visit, loginToken, form.get('user') ?? '', form.get('password') ?? '')
  }

  async function grant(visit: Visit, loginToken: string, name: string, password: string): Promise<void> {
    const signed = await accounts.signIn({ name, password, address: visit.address })
    if (signed.as === 'too-many') {
      const complaint = `Too many wrong attempts. Try again in ${Math.ceil(signed.retryAfterMs / 1000)} seconds.`
      return show(visit, loginToken, { name, complaint, status: 429 })
    }
    // A password for an app does not make another one.
    if (signed.as === 'refused' || signed.visitor.by.kind !== 'password')
      return show(visit, loginToken, { name, complaint: 'The name or the password is wrong.', status: 403 })
    if (accounts.loginFlows.grant(loginToken, signed.visitor.user.id) === 'gone')
      return showSentence(visit.response, 404, GONE)
    const waiting = redirecting.get(loginToken)
    if (waiting === undefined)
      return showSentence(visit.response, 200, 'The app was let in. You can close this window and go back to it.')
    redirecting.delete(loginToken)
    redirect(visit, waiting.pollToken)
  }

  function redirect(visit: Visit, pollToken: string): void {
    const polled = accounts.loginFlows.poll(pollToken)
    if (polled.as !== 'granted') return showSentence(visit.response, 404, GONE)
    const [user, password] = [polled.user.name, polled.secret].map(encodeURIComponent)
    answer(visit.response, 303, {
      Location: `nc://login/server:${visit.origin}&user:${user}&password:${password}`,
    })
  }

  function formTokenFor(browser: string, loginToken: string): string {
    return createHmac('sha256', secret).update(`${browser} ${loginToken}`).digest('hex')
  }

  return {
    async answer(visit, names) {
      const { method } = visit
      const [first, second, token, ...more] = names
      if (first === 'v2' && names.length === 1 && method === 'POST') return start(visit)
      if (first === 'v2' && second === 'poll' && names.length === 2 && method === 'POST') return poll(visit)
      if (first === 'flow' && names.length === 1 && method === 'GET') return startRedirecting(visit)
      if (first === 'v2' && second === 'flow' && token !== undefined && more.length === 0) {
        if (method === 'GET') return show(visit, token, { name: visit.query.get('user') ?? '', status: 200 })
        if (method === 'POST') return decide(visit, token)
      }
      showSentence(visit.response, 404, 'There is nothing under this address.')
    },
  }
}

function cookieOf({ request }: Visit): string | undefined {
  const found = new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f]{32})(?:;|$)`).exec(request.headers.cookie ?? '')
  return found?.[1]
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
