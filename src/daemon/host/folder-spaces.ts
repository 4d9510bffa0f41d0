// Granted folders as spaces of the host, for as long as each is open.
import type { Accounts } from '../../accounts/accounts.ts'
import type { Log } from '../../platform/world.ts'
import type { Space } from '../../store/space.ts'
import { folderSpace } from '../../sync/folder-space.ts'
import type { FolderSession } from '../folders/folder-session.ts'

export interface FolderSpacesParts {
  readonly accounts: Pick<Accounts, 'grants' | 'watch'>
  /** What the ids of a folder's nodes begin with: the same number for it for ever. */
  readonly numberOf: (folder: string) => Promise<number>
  readonly log: Log
  /** A folder came or went. */
  readonly onChange: () => void
}

/** A folder that nobody was granted costs nothing: it becomes a space with its first grant, or when its files are first changed through the API. */
export class FolderSpaces implements Disposable {
  readonly #parts: FolderSpacesParts
  readonly #sessions = new Map<string, FolderSession>()
  readonly #spaces = new Map<string, Space>()
  readonly #watching: Disposable
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: FolderSpacesParts) {
    this.#parts = parts
    this.#watching = parts.accounts.watch(() => void this.#openGranted())
  }

  get(folder: string): Space | undefined {
    return this.#spaces.get(folder)
  }

  /** Whoever runs the daemon may change its folders, granted or not. Undefined while the folder is not open. */
  forOwner(folder: string): Promise<Space | undefined> {
    const opening = this.#turn.then(async () => {
      const session = this.#sessions.get(folder)
      if (session !== undefined && !this.#spaces.has(folder)) await this.#open(folder, session)
      return this.#spaces.get(folder)
    })
    this.#turn = opening.then(
      () => undefined,
      () => undefined,
    )
    return opening
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]()
  }

  /** The folder is open now. Dispose before it is closed. */
  add(folder: string, session: FolderSession): AsyncDisposable {
    this.#sessions.set(folder, session)
    void this.#openGranted()
    return { [Symbol.asyncDispose]: () => this.#remove(folder) }
  }

  #openGranted(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const granted = new Set(this.#parts.accounts.grants.list().map(grant => grant.folder))
      for (const [folder, session] of this.#sessions)
        if (granted.has(folder) && !this.#spaces.has(folder)) await this.#tryOpen(folder, session)
    })
    return this.#turn
  }

  /** One that cannot be served is synced all the same, and keeps no other from being served. */
  async #tryOpen(folder: string, session: FolderSession): Promise<void> {
    try {
      await this.#open(folder, session)
    } catch (error) {
      this.#parts.log('error', 'a granted folder cannot be served', { folder, error: String(error) })
    }
  }

  async #open(id: string, session: FolderSession): Promise<void> {
    const number = await this.#parts.numberOf(id)
    if (this.#sessions.get(id) !== session) return
    const { folder, ignore } = session.local
    const space = folderSpace({
      id: `folder-${id}`,
      label: session.label,
      number,
      folder,
      ignore,
      hint: (place, reach) => session.hub.hint(place, reach),
      onChanged: change => session.onServed(change),
    })
    this.#spaces.set(id, space)
    this.#parts.onChange()
  }

  async #remove(folder: string): Promise<void> {
    this.#sessions.delete(folder)
    await this.#turn
    const space = this.#spaces.get(folder)
    this.#spaces.delete(folder)
    if (space === undefined) return
    this.#parts.onChange()
    await space.close()
  }
}
