// Passwords of clients: random, each for one client, and revocable without the others noticing.
import { SyncError } from '../model/errors.ts'
import type { Columns } from '../platform/node/sqlite.ts'
import type { AppPassword, AppPasswordId, AppPasswords, UserId } from './accounts.ts'
import type { AccountsContext } from './context.ts'
import { hashOf, newAppPassword, newId } from './secret.ts'
import { fitLine } from './user-name.ts'

const MAX_PER_USER = 500
const MAX_LABEL = 120
/** A use is only written when the last one on record is older, so that reading a file writes nothing. */
const USE_EVERY_MS = 3_600_000
const COLUMNS = 'id, label, created_at, used_at'

export class AppPasswordTable implements AppPasswords {
  readonly #context: AccountsContext

  constructor(context: AccountsContext) {
    this.#context = context
  }

  create(user: UserId, label: string): { readonly record: AppPassword; readonly secret: string } {
    const { database, random, clock } = this.#context
    const id = newId(random) as AppPasswordId
    const secret = newAppPassword(random)
    const record = { id, label: fitLine(label, 'unnamed', MAX_LABEL), createdAt: clock.now(), usedAt: undefined }
    database.transaction(() => {
      if (database.get('SELECT 1 FROM users WHERE id = ?', user) === undefined)
        throw new SyncError('missing', 'There is no such user.', { retry: 'never' })
      if (this.list(user).length >= MAX_PER_USER)
        throw new SyncError(
          'usage',
          `There are ${MAX_PER_USER} app passwords already: revoke those that are not in use.`,
        )
      database.run(
        'INSERT INTO app_passwords VALUES (?, ?, ?, ?, ?, NULL)',
        ...[id, hashOf(secret), user, record.label, record.createdAt],
      )
    })
    return { record, secret }
  }

  list(user: UserId): readonly AppPassword[] {
    return this.#context.database
      .all(`SELECT ${COLUMNS} FROM app_passwords WHERE user = ? ORDER BY created_at DESC, id`, user)
      .map(recordOf)
  }

  revoke(user: UserId, id: AppPasswordId): 'revoked' | 'missing' {
    const { database, changed } = this.#context
    if (database.get('SELECT 1 FROM app_passwords WHERE id = ? AND user = ?', id, user) === undefined) return 'missing'
    database.run('DELETE FROM app_passwords WHERE id = ? AND user = ?', id, user)
    changed(user)
    return 'revoked'
  }

  /** Whose it is, and which; takes note of the use. */
  use(secret: string): { readonly user: UserId; readonly record: AppPassword } | undefined {
    const { database } = this.#context
    const row = database.get(`SELECT ${COLUMNS}, user FROM app_passwords WHERE hash = ?`, hashOf(secret))
    if (row === undefined) return undefined
    const record = recordOf(row)
    this.#noteUse(record)
    return { user: row[4] as UserId, record }
  }

  #noteUse({ id, usedAt }: AppPassword): void {
    const { database, clock } = this.#context
    const now = clock.now()
    if (usedAt !== undefined && Math.abs(now - usedAt) < USE_EVERY_MS) return
    database.run('UPDATE app_passwords SET used_at = ? WHERE id = ?', now, id)
  }
}

function recordOf([id, label, createdAt, usedAt]: Columns): AppPassword {
  return {
    id: id as AppPasswordId,
    label: label as string,
    createdAt: createdAt as number,
    usedAt: usedAt === null ? undefined : (usedAt as number),
  }
}
