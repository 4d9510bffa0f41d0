// Granted folders as spaces of the host, for as long as each is open.
import type { Accounts } from '../accounts/accounts.ts'
import type { World } from '../platform/world.ts'
import type { Space } from '../store/space.ts'
import type { FolderSession } from './folder-session.ts'

export interface FolderSpacesParts {
  readonly accounts: Accounts
  readonly world: World
  /** A folder came or went. */
  readonly onChange: () => void
}

export class FolderSpaces {
  readonly #parts: FolderSpacesParts
  readonly #spaces = new Map<string, Space>()

  constructor(parts: FolderSpacesParts) {
    this.#parts = parts
  }

  get(folder: string): Space | undefined {
    return this.#spaces.get(folder)
  }

  /** The folder is open now. Dispose before it is closed. */
  add(_folder: string, _session: FolderSession): AsyncDisposable | undefined {
    this.#parts.onChange()
    return undefined
  }
}
