// Who is signed in in this browser.
import { isOwnPath } from '../own-path.ts'
import { type Answer, CallFault, call, setCsrfToken, whenSignedOut } from './call.ts'

export type Session = Answer<'GET /session'>

class SessionState {
  /** Undefined while nobody is signed in; `unknown` until the daemon has told. */
  current: Session | 'unknown' | undefined = $state('unknown')

  /** Asked before anything is drawn: until it is answered, nobody knows what to draw. */
  #early: Promise<Session> | undefined

  constructor() {
    if (!isOwnPath(location.pathname) && location.hash === '') {
      this.#early = call('GET /session')
      // Whoever finds out who is signed in is told.
      this.#early.catch(() => {})
    }
    whenSignedOut('administration', () => {
      this.current = undefined
    })
  }

  /** Asks the daemon. Throws `unreachable` when it does not answer. */
  async find(): Promise<void> {
    const asked = this.#early ?? call('GET /session')
    this.#early = undefined
    try {
      this.#begin(await asked)
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
