// Who is signed in to their own files in this browser.
import { type Answer, CallFault, call, setCsrfToken, whenSignedOut } from './call.ts'

export type OwnSession = Answer<'GET /me/session'>

class OwnSessionState {
  /** Undefined while nobody is signed in; `unknown` until the daemon has told. */
  current: OwnSession | 'unknown' | undefined = $state('unknown')

  constructor() {
    whenSignedOut('own', () => {
      this.current = undefined
    })
  }

  /** Asks the daemon. Throws `unreachable` when it does not answer. */
  async find(): Promise<void> {
    try {
      this.#begin(await call('GET /me/session'))
    } catch (error) {
      if (!(error instanceof CallFault) || error.status !== 401) throw error
      this.current = undefined
    }
  }

  async signIn(name: string, password: string): Promise<OwnSession> {
    return this.#begin(await call('POST /me/session', { body: { name, password } }))
  }

  /** All other sessions of the account end by this. */
  async changePassword(current: string, next: string): Promise<void> {
    this.#begin(await call('POST /me/password', { body: { current, next } }))
  }

  async signOut(): Promise<void> {
    await call('DELETE /me/session')
    this.current = undefined
    setCsrfToken('own', '')
  }

  #begin(session: OwnSession): OwnSession {
    setCsrfToken('own', session.csrfToken)
    this.current = session
    return session
  }
}

export const ownSession = new OwnSessionState()
