// A sign-in by browser at a server that has one.

import type { World } from '../platform/world.ts'
import { httpClient } from '../remotes/http/client.ts'
import { type BrowserLogin, beginBrowserLogin } from '../remotes/owncloud/browser-login.ts'

export interface OpenedLogin extends BrowserLogin {
  close(): Promise<void>
}

export interface LoginParts {
  readonly url: URL
  readonly trustCert: string | undefined
  /** What the server shows its user as the name of this program. */
  readonly name: string
  readonly world: World
}

/** Throws what `beginBrowserLogin` throws. Close it when it is of no use any more. */
export async function openBrowserLogin(
  { url, trustCert, name, world }: LoginParts,
  signal: AbortSignal,
): Promise<OpenedLogin> {
  const client = httpClient({ base: url, world, userAgent: name, ...(trustCert === undefined ? {} : { trustCert }) })
  try {
    const login = await beginBrowserLogin(client, url, signal)
    return { ...login, close: () => client.close() }
  } catch (error) {
    await client.close()
    throw error
  }
}
