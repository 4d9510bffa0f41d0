// One client that listens for changes, from its sign-in to its end.
import type { WebSocket } from 'ws'
import type { Accounts, Visitor } from '../accounts/accounts.ts'
import { parentOf } from '../model/path.ts'
import type { World } from '../platform/world.ts'
import type { NodeId, Space } from '../store/space.ts'

export interface ListenerHost {
  readonly accounts: Accounts
  readonly world: World
  /** The user's tree. */
  spaceOf(visitor: Visitor): Promise<Space>
  signIn(name: string, password: string): Promise<Visitor | undefined>
}

const SIGN_IN_MS = 15_000
/** The first change is told at once; those that follow so soon are told together. */
const GATHER_MS = 50
/** More ids than this are told as "something". */
const MAX_IDS = 500

/** One connection. */
export class Listener {
  visitor: Visitor | undefined
  isAlive = true
  readonly #socket: WebSocket
  readonly #host: ListenerHost
  readonly #end = new AbortController()
  #name: string | undefined
  #tells: 'that' | 'what' = 'that'
  #space: Space | undefined
  #watch: Disposable | undefined
  #gathered = new Set<NodeId>()
  #isGathering = false

  constructor(socket: WebSocket, host: ListenerHost) {
    this.#socket = socket
    this.#host = host
    socket.on('message', data => void this.#hear(String(data)))
    socket.on('pong', () => {
      this.isAlive = true
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#forget())
    void this.#demandSignIn()
  }

  ping(): void {
    if (!this.isAlive) return this.#socket.terminate()
    this.isAlive = false
    this.#socket.ping()
  }

  leave(): void {
    this.#socket.terminate()
  }

  /** Something about the account changed: whoever may no longer be here is sent away, the rest see the tree as it is now. */
  recheck(): void {
    const { visitor } = this
    const { accounts } = this.#host
    if (visitor === undefined) return
    const { by, user } = visitor
    const known = accounts.users.find(user.id)
    const revoked = by.kind === 'app-password' && !accounts.appPasswords.list(user.id).some(each => each.id === by.id)
    if (known === undefined || known.isDisabled || revoked) return this.#socket.close(1008, 'signed out')
    this.#listen(visitor).catch(() => this.#socket.close(1011))
    this.#send('notify_file')
  }

  async #demandSignIn(): Promise<void> {
    const { clock } = this.#host.world
    try {
      await clock.sleep(SIGN_IN_MS, this.#end.signal)
    } catch {
      return // It is closed, or has signed in: no matter.
    }
    if (this.visitor === undefined) this.#socket.close(1008, 'not signed in')
  }

  async #hear(text: string): Promise<void> {
    if (this.visitor !== undefined) {
      if (text.trim() === 'listen notify_file_id') this.#tells = 'what'
      return
    }
    if (this.#name === undefined) {
      this.#name = text
      return
    }
    const visitor = await this.#host.signIn(this.#name, text)
    if (visitor === undefined) {
      this.#send('err: Invalid credentials')
      return this.#socket.close(1008, 'refused')
    }
    this.visitor = visitor
    try {
      await this.#listen(visitor)
      this.#send('authenticated')
    } catch (error) {
      this.#host.world.log('warn', 'A client that wants to hear of changes cannot be served', { error: String(error) })
      this.#socket.close(1011)
    }
  }

  async #listen(visitor: Visitor): Promise<void> {
    const space = await this.#host.spaceOf(visitor)
    this.#watch?.[Symbol.dispose]()
    if (this.#end.signal.aborted) return
    this.#space = space
    this.#watch = space.watch(ids => this.#gather(ids))
  }

  #gather(ids: readonly NodeId[]): void {
    for (const id of ids) if (this.#gathered.size <= MAX_IDS) this.#gathered.add(id)
    if (!this.#isGathering) void this.#tellWhileTheyCome()
  }

  async #tellWhileTheyCome(): Promise<void> {
    this.#isGathering = true
    while (this.#gathered.size > 0 && !this.#end.signal.aborted) {
      await this.#tell()
      await this.#host.world.clock.sleep(GATHER_MS, this.#end.signal).catch(() => {})
    }
    this.#isGathering = false
  }

  async #tell(): Promise<void> {
    const ids = [...this.#gathered]
    this.#gathered = new Set()
    if (this.#tells === 'that' || ids.length > MAX_IDS || this.#space === undefined) return this.#send('notify_file')
    try {
      const known = await withAbove(this.#space, ids)
      this.#send(known === undefined ? 'notify_file' : `notify_file_id ${JSON.stringify(known)}`)
    } catch {
      // Which ones cannot be said now; that something changed is enough for a client to look.
      this.#send('notify_file')
    }
  }

  #send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text)
  }

  #forget(): void {
    this.#end.abort()
    this.#watch?.[Symbol.dispose]()
    this.#watch = undefined
    this.#space = undefined
  }
}

/** The nodes and all directories above: a client knows those it has, and a new node only by them. Undefined when one is gone: where it was cannot be told. */
async function withAbove(space: Space, ids: readonly NodeId[]): Promise<readonly NodeId[] | undefined> {
  const all = new Set<NodeId>()
  for (const id of ids) {
    const node = await space.findById(id)
    if (node === undefined) return undefined
    all.add(node.id)
    for (let place = node.path; place !== ''; ) {
      place = parentOf(place)
      const above = await space.find(place)
      if (above === undefined || all.has(above.id)) break
      all.add(above.id)
    }
  }
  return [...all]
}
