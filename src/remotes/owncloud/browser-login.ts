// Signing in at a server in the browser: it gives this program a password of its own, and the user's never comes here.
import { SyncError } from '../../model/errors.ts'
import { type LoginBegun, parseLoginBegun, parseLoginGranted } from '../../wire/owncloud/login-flow.ts'
import { nonsense } from '../http/faults.ts'
import type { HttpClient } from '../http/message.ts'
import { findServer } from './discover.ts'

export interface BrowserLogin {
  /** For the browser; on the server that was asked. */
  readonly page: URL
  /** What the person has granted; undefined while that is not done. */
  poll(signal: AbortSignal): Promise<{ readonly user: string; readonly password: string } | undefined>
}

/** Throws `usage` when there is no server at `url` that can do this, and what any request throws. */
export async function beginBrowserLogin(client: HttpClient, url: URL, signal: AbortSignal): Promise<BrowserLogin> {
  const found = await findServer(client, url, signal)
  const begun = found === undefined ? undefined : await begin(client, found.server, signal)
  if (begun === undefined)
    throw new SyncError('usage', `${url.host} has no sign-in by browser. Give a user and an app password instead.`)
  return { page: begun.page, poll: signal => poll(client, begun, signal) }
}

async function begin(client: HttpClient, server: URL, signal: AbortSignal): Promise<LoginBegun | undefined> {
  const path = `${server.pathname}index.php/login/v2`
  const answer = await client.request({ method: 'POST', path, body: '', repeat: 'unsent' }, signal)
  if (answer.status !== 200) {
    await answer.drop()
    return undefined
  }
  const begun = parseLoginBegun(await answer.text(), server.origin)
  if (begun !== undefined) return begun
  throw nonsense(server.host, { doing: 'begin a sign-in' }, 'the answer is something else, or leads elsewhere')
}

async function poll(client: HttpClient, { endpoint, token }: LoginBegun, signal: AbortSignal) {
  const answer = await client.request(
    {
      method: 'POST',
      path: endpoint.pathname,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
      repeat: 'unsent',
    },
    signal,
  )
  if (answer.status === 200) return parseLoginGranted(await answer.text())
  await answer.drop()
  return undefined
}
