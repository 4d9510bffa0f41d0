// Which folders are in whose tree.
import { SyncError } from '../model/errors.ts'
import { faultOfName, isReserved } from '../model/path.ts'
import type { Columns } from '../platform/node/sqlite.ts'
import type { Grant, Grants, UserId } from './accounts.ts'
import type { AccountsContext } from './context.ts'
import { checkLine, foldName } from './user-name.ts'

const COLUMNS = 'user, folder, rights, mount'
const MAX_MOUNT = 200

export class GrantTable implements Grants {
  readonly #context: AccountsContext

  constructor(context: AccountsContext) {
    this.#context = context
  }

  put({ user, folder, rights, mount }: Grant): void {
    const { database, changed } = this.#context
    const name = checkMount(mount)
    database.transaction(() => {
      if (database.get('SELECT 1 FROM users WHERE id = ?', user) === undefined)
        throw new SyncError('missing', 'There is no such user.', { retry: 'never' })
      this.#checkFree(user, folder, name)
      database.run('INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?, ?)', user, folder, rights, name, foldName(name))
    })
    changed(user)
  }

  remove(user: UserId, folder: string): 'removed' | 'missing' {
    if (this.find(user, folder) === undefined) return 'missing'
    this.#context.database.run('DELETE FROM grants WHERE user = ? AND folder = ?', user, folder)
    this.#context.changed(user)
    return 'removed'
  }

  removeFolder(folder: string): void {
    const { database, changed } = this.#context
    const users = database.all('SELECT user FROM grants WHERE folder = ?', folder)
    database.run('DELETE FROM grants WHERE folder = ?', folder)
    for (const [user] of users) changed(user as UserId)
  }

  find(user: UserId, folder: string): Grant | undefined {
    const row = this.#context.database.get(
      `SELECT ${COLUMNS} FROM grants WHERE user = ? AND folder = ?`,
      ...[user, folder],
    )
    return row && grantOf(row)
  }

  of(user: UserId): readonly Grant[] {
    return this.#context.database.all(`SELECT ${COLUMNS} FROM grants WHERE user = ? ORDER BY mount`, user).map(grantOf)
  }

  list(): readonly Grant[] {
    return this.#context.database.all(`SELECT ${COLUMNS} FROM grants ORDER BY folder, mount, user`).map(grantOf)
  }

  #checkFree(user: UserId, folder: string, mount: string): void {
    const row = this.#context.database.get(
      'SELECT folder FROM grants WHERE user = ? AND folded = ? AND folder <> ?',
      ...[user, foldName(mount), folder],
    )
    if (row !== undefined)
      throw new SyncError('usage', `The user has another folder, ${String(row[0])}, under the name ${mount}.`)
  }
}

function checkMount(mount: string): string {
  const name = checkLine(mount, 'The name of the mount', MAX_MOUNT)
  const fault = isReserved(name) ? 'reserved' : faultOfName(name)
  if (fault !== undefined)
    throw new SyncError(
      'usage',
      `A folder cannot be mounted as '${name}' (${fault}): choose an ordinary name without '/'.`,
    )
  return name
}

function grantOf([user, folder, rights, mount]: Columns): Grant {
  return {
    user: user as UserId,
    folder: folder as string,
    rights: rights === 'write' ? 'write' : 'read',
    mount: mount as string,
  }
}
