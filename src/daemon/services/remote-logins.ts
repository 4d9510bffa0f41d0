// Sign-ins by browser at servers: begun, asked about, and used once for a remote. Kept in memory, and nowhere else, until then.
import { hostname } from 'node:os'
import { ApiError } from '../../api/errors.ts'
import type { RemoteDraft } from '../../api/shapes/remotes.ts'
import type { RemoteLogin, RemoteLoginDraft } from '../../api/shapes/set-up.ts'
import { type OpenedLogin, openBrowserLogin } from '../../assemble/browser-login.ts'
import type { Login } from '../../assemble/login.ts'
import { parseRemote } from '../../assemble/remote-address.ts'
import { randomHex, type World } from '../../platform/world.ts'

const LIVE_MS = 20 * 60_000
const MAX_LOGINS = 20

interface Held {
  readonly id: string
  readonly origin: string
  readonly opened: OpenedLogin
  readonly expiresAt: number
  granted: Login | undefined
}

export class RemoteLogins {
  readonly #world: World
  readonly #held = new Map<string, Held>()

  constructor(world: World) {
    this.#world = world
  }

  async begin({ address, trustCert }: RemoteLoginDraft, signal: AbortSignal): Promise<RemoteLogin> {
    const parsed = parseRemote(address)
    if (parsed.kind === 'directory' || parsed.password !== undefined)
      throw new ApiError('invalid', 'That is not the address of a server, or it holds a password.')
    await this.#forgetOld()
    if (this.#held.size >= MAX_LOGINS)
      throw new ApiError('too-many-requests', 'Too many sign-ins are waiting. Try again in some minutes.')
    const name = `Syncline (${hostname()})`
    const opened = await openBrowserLogin({ url: parsed.url, trustCert, name, world: this.#world }, signal)
    const held: Held = {
      id: randomHex(this.#world.random, 16),
      origin: parsed.url.origin,
      opened,
      expiresAt: Math.floor(this.#world.clock.now()) + LIVE_MS,
      granted: undefined,
    }
    this.#held.set(held.id, held)
    return shown(held)
  }

  /** Asks the server, unless it has granted it already. */
  async look(id: string, signal: AbortSignal): Promise<RemoteLogin> {
    await this.#forgetOld()
    const held = this.#get(id)
    held.granted ??= await held.opened.poll(signal)
    return shown(held)
  }

  /** The draft with the user and password of the sign-in that it names. Throws `wrong-state` where that is not granted, or for another server. */
  filled(draft: RemoteDraft): RemoteDraft {
    const { login, ...rest } = draft
    if (login === undefined) return draft
    const { granted, origin } = this.#get(login)
    const parsed = parseRemote(draft.address)
    if (granted === undefined || parsed.kind === 'directory' || parsed.url.origin !== origin)
      throw new ApiError('wrong-state', 'That sign-in was not granted yet, or is for another server.')
    return { ...rest, ...granted }
  }

  /** Once its remote is kept, or nobody needs it. */
  async end(id: string | undefined): Promise<void> {
    const held = id === undefined ? undefined : this.#held.get(id)
    if (held === undefined) return
    this.#held.delete(held.id)
    await held.opened.close()
  }

  #get(id: string): Held {
    const held = this.#held.get(id)
    if (held === undefined) throw new ApiError('not-found', 'This sign-in has run out. Begin it again.')
    return held
  }

  async #forgetOld(): Promise<void> {
    const now = this.#world.clock.now()
    for (const { id, expiresAt } of [...this.#held.values()]) if (expiresAt <= now) await this.end(id)
  }
}

function shown({ id, opened, granted, expiresAt }: Held): RemoteLogin {
  const state = granted === undefined ? 'waiting' : 'granted'
  return { id, page: opened.page.href, state, expiresAt, ...(granted === undefined ? {} : { user: granted.user }) }
}
