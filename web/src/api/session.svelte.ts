// Who is signed in in this browser.
import { type Answer, CallFault, call, setCsrfToken, whenSignedOut } from './call.ts'

export type Session = Answer<'GET /session'>

class SessionState {
  /** Undefined while nobody is signed in; `unknown` until the daemon has told. */
  current: Session | 'unknown' | undefined = $state('unknown')

  constructor() {
    whenSignedOut('administration', () => {
      this.current = undefined
    })
  }

  /** Asks the daemon. Throws `unreachable` when it does not answer. */
  async find(): Promise<void> {
    try {
      this.#begin(await call('GET /session'))
    } catch (error) {
      if (!(error instanceof CallFault) || ![401, 403].includes(error.status)) throw error
      this.current = undefined
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    this.#begin(await call('POST /session', { body: { name, password } }))
  }

  /** By the code of a link. */
  async signInByCode(code: string): Promise<void> {
    this.#begin(await call('POST /session', { body: { code } }))
  }

  async signOut(): Promise<void> {
    await call('DELETE /session')
    this.current = undefined
    setCsrfToken('administration', '')
  }

  #begin(session: Session): void {
    setCsrfToken('administration', session.csrfToken)
    this.current = session
  }
}

export const session = new SessionState()
