// A sign-in at a server in another window: begun, then asked about until the person has let this program in.
import { type Answer, type Body, CallFault, call } from '../../api/call.ts'

type Login = Answer<'GET /remote-logins/{login}'>

const ASK_EVERY_MS = 1500

export class BrowserLogin {
  state: 'none' | 'asking' | 'waiting' | 'granted' = $state('none')
  fault: string | undefined = $state()
  #current: Login | undefined = $state.raw()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Where the person signs in. */
  get page(): string | undefined {
    // The daemon has checked that it is of the server's own; here only that it is no script.
    const page = this.#current?.page
    return this.state === 'waiting' && page !== undefined && /^https?:\/\//.test(page) ? page : undefined
  }

  get granted(): Login | undefined {
    return this.state === 'granted' ? this.#current : undefined
  }

  async begin(body: Body<'POST /remote-logins'>): Promise<void> {
    this.end()
    this.fault = undefined
    this.state = 'asking'
    try {
      this.#current = await call('POST /remote-logins', { body })
      this.state = 'waiting'
      this.#askLater()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Asks no more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #askLater(): void {
    this.#timer = setTimeout(() => void this.#ask(), ASK_EVERY_MS)
  }

  async #ask(): Promise<void> {
    const asked = this.#current
    if (asked === undefined || this.#timer === undefined) return
    // Of one that was begun anew, or that nobody waits for any more, the answer says nothing.
    const isOver = () => this.#current !== asked || this.#timer === undefined
    try {
      const found = await call('GET /remote-logins/{login}', { params: { login: asked.id } })
      if (isOver()) return
      this.#current = found
      this.state = found.state
      if (found.state === 'waiting') this.#askLater()
    } catch (error) {
      if (!isOver()) this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof CallFault)) throw error
    this.state = 'none'
    this.fault = error.message
  }
}
