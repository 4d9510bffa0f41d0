// Locks that clients hold on nodes: kept in SQLite, so that they outlive a restart, and in memory, so that asking costs nothing.

import { Database } from '../platform/node/sqlite.ts'
import type { Clock } from '../platform/world.ts'
import type { NodeId } from '../store/space.ts'

export interface Lock {
  /** `urn:uuid:…`, a secret of its holder. */
  readonly token: string
  /** What it was taken on. Held by id, so that everybody who sees the node sees the same lock, wherever it is mounted. */
  readonly node: NodeId
  readonly user: string
  readonly scope: 'exclusive' | 'shared'
  /** Only the node (of a directory: its properties and which names are in it), or all below as well. */
  readonly depth: 'itself' | 'tree'
  /** What the holder says of itself, as XML; '' for nothing. */
  readonly owner: string
  readonly timeoutMs: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface Locks {
  /** Whether there is none at all: the usual case. */
  readonly isEmpty: boolean
  /** Those taken on this very node, without those that have run out. */
  on(node: NodeId): readonly Lock[]
  all(): readonly Lock[]
  find(token: string): Lock | undefined
  /** Adds a lock, or replaces the one of the same token. */
  put(lock: Lock): void
  remove(token: string): void
  close(): void
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS lock (
    token TEXT PRIMARY KEY,
    node INTEGER NOT NULL,
    user TEXT NOT NULL,
    scope TEXT NOT NULL,
    depth TEXT NOT NULL,
    owner TEXT NOT NULL,
    timeout_ms INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`
const WORDS = { name: 'The file of locks', mend: 'Delete it: clients will take their locks again.' }

/** Opens or creates the locks in `file` (':memory:' for none). Only one process may have it open. */
export function openLocks(file: string, clock: Clock): Locks {
  return new StoredLocks(new Database(file, WORDS), clock)
}

class StoredLocks implements Locks {
  readonly #database: Database
  readonly #clock: Clock
  readonly #byNode = new Map<NodeId, Lock[]>()
  readonly #byToken = new Map<string, Lock>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
    database.exec(SCHEMA)
    const rows = database.all('SELECT token, node, user, scope, depth, owner, timeout_ms, expires_at FROM lock')
    for (const row of rows) this.#remember(lockOf(row))
  }

  get isEmpty(): boolean {
    return this.#byToken.size === 0
  }

  on(node: NodeId): readonly Lock[] {
    const locks = this.#byNode.get(node)
    if (locks === undefined) return NONE
    const now = this.#clock.now()
    if (locks.every(lock => lock.expiresAt > now)) return locks
    for (const lock of [...locks]) if (lock.expiresAt <= now) this.remove(lock.token)
    return this.#byNode.get(node) ?? NONE
  }

  all(): readonly Lock[] {
    return [...this.#byNode.keys()].flatMap(node => this.on(node))
  }

  find(token: string): Lock | undefined {
    const lock = this.#byToken.get(token)
    return lock === undefined ? undefined : this.on(lock.node).find(each => each.token === token)
  }

  put(lock: Lock): void {
    this.#database.run(
      'INSERT OR REPLACE INTO lock (token, node, user, scope, depth, owner, timeout_ms, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[lock.token, lock.node, lock.user, lock.scope, lock.depth, lock.owner, lock.timeoutMs, lock.expiresAt],
    )
    this.#forget(lock.token)
    this.#remember(lock)
  }

  remove(token: string): void {
    this.#database.run('DELETE FROM lock WHERE token = ?', token)
    this.#forget(token)
  }

  close(): void {
    this.#database.close()
  }

  #remember(lock: Lock): void {
    this.#byToken.set(lock.token, lock)
    this.#byNode.set(lock.node, [...(this.#byNode.get(lock.node) ?? []), lock])
  }

  #forget(token: string): void {
    const lock = this.#byToken.get(token)
    if (lock === undefined) return
    this.#byToken.delete(token)
    const others = (this.#byNode.get(lock.node) ?? []).filter(each => each.token !== token)
    if (others.length === 0) this.#byNode.delete(lock.node)
    else this.#byNode.set(lock.node, others)
  }
}

const NONE: readonly Lock[] = []

type Row = readonly [
  token: string,
  node: NodeId,
  user: string,
  scope: Lock['scope'],
  depth: Lock['depth'],
  owner: string,
  timeoutMs: number,
  expiresAt: number,
]

function lockOf(columns: readonly unknown[]): Lock {
  const [token, node, user, scope, depth, owner, timeoutMs, expiresAt] = columns as Row
  return { token, node, user, scope, depth, owner, timeoutMs, expiresAt }
}
