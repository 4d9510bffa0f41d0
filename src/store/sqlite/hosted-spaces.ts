// All hosted spaces of a host, in one database: they are made, opened and removed by name.
import { SyncError } from '../../model/errors.ts'
import { openSyncer, type Syncer } from '../../platform/node/durable-file.ts'
import { migrate } from '../../platform/node/migrate.ts'
import { Database, type DatabaseWords } from '../../platform/node/sqlite.ts'
import type { Clock, Random } from '../../platform/world.ts'
import type { BlobStore } from '../blobs.ts'
import { leapAfterCrash, noteClosed } from './closing.ts'
import { CommitQueue } from './commit-queue.ts'
import { ContentRows } from './content-rows.ts'
import { HostedSpace } from './hosted-space.ts'
import { KnownNodes } from './known-nodes.ts'
import { NODES_PER_SPACE } from './node-ids.ts'
import { HOSTED_SCHEMA } from './schema.ts'
import { SpaceRows } from './space-rows.ts'

export interface HostedSpacesOptions {
  /** A file, or ':memory:'. */
  readonly database: string
  /** Not closed by the spaces. */
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly random: Random
  /** How faults of the database are told. */
  readonly words?: DatabaseWords
}

export interface NewSpace {
  /** The same for ever, such as `home-` and the id of a user. */
  readonly id: string
  readonly label: string
  /** Absent: unlimited. */
  readonly quotaBytes?: number | undefined
}

const WORDS: DatabaseWords = {
  name: 'The database of the hosted spaces',
  mend: 'Restore it from a backup; the contents of the files are beside it.',
}

/** Ids of nodes must stay exact as numbers. */
const MOST_SPACES = 2 ** 53 / NODES_PER_SPACE - 1

/** Opens the database, or makes it. Throws `folder-unusable` when it is damaged or another program's. */
export function openHostedSpaces({ words = WORDS, ...options }: HostedSpacesOptions): HostedSpaces {
  const database = new Database(options.database, words)
  try {
    database.exec('PRAGMA busy_timeout = 5000')
    migrate(database, HOSTED_SCHEMA)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768')
    leapAfterCrash(database)
    // From here on the queue flushes the log, while this thread goes on.
    database.exec('PRAGMA synchronous = NORMAL')
    return new HostedSpaces(database, options)
  } catch (error) {
    database.close()
    throw error
  }
}

export class HostedSpaces {
  readonly #database: Database
  readonly #options: Omit<HostedSpacesOptions, 'words'>
  readonly #queue: CommitQueue
  readonly #log: Syncer | undefined
  readonly #contents: ContentRows
  readonly #known = new KnownNodes()
  readonly #open = new Map<string, { readonly space: HostedSpace; readonly rows: SpaceRows }>()

  constructor(database: Database, options: Omit<HostedSpacesOptions, 'words'>) {
    this.#database = database
    this.#options = options
    this.#contents = new ContentRows(database)
    // The log is the same file until the database is closed.
    this.#log = database.file === ':memory:' ? undefined : openSyncer(`${database.file}-wal`)
    const flush = async () => this.#log?.sync()
    this.#queue = new CommitQueue(database, flush, () => {
      this.#known.forgetAll()
      for (const { rows } of this.#open.values()) rows.forget()
    })
  }

  /** Makes a space; throws `usage` when there is, or was, one with this id. */
  async create({ id, label, quotaBytes }: NewSpace): Promise<HostedSpace> {
    await this.#queue.run(() => {
      const number = this.#numberOf(id)
      if (this.#row(id) !== undefined) throw new SyncError('usage', `There is a space "${id}" already.`)
      this.#insert(number, label, quotaBytes)
    })
    return this.open(id)
  }

  /** The same one each time. Throws `missing` when there is none. */
  async open(id: string): Promise<HostedSpace> {
    const known = this.#open.get(id)
    if (known !== undefined) return known.space
    const row = this.#row(id)
    if (row === undefined) throw new SyncError('missing', `There is no space "${id}".`)
    const { blobs, clock, random } = this.#options
    const rows = new SpaceRows(this.#database, row, () => clock.now(), this.#known)
    const space = new HostedSpace(id, row.label, { rows, blobs, queue: this.#queue, random })
    this.#open.set(id, { space, rows })
    return space
  }

  async list(): Promise<readonly NewSpace[]> {
    return this.#database.all(`${SELECT} ORDER BY n.id`).map(([id, label, quota]) => ({
      id: id as string,
      label: label as string,
      ...(quota === null ? {} : { quotaBytes: quota as number }),
    }))
  }

  async has(id: string): Promise<boolean> {
    return this.#row(id) !== undefined
  }

  /** `undefined`: unlimited. */
  async setQuota(id: string, quotaBytes: number | undefined): Promise<void> {
    const values = [quotaBytes ?? null, id] as const
    await this.#queue.run(() => {
      this.#database.run(SET_QUOTA, ...values)
      this.#open.get(id)?.rows.forgetQuota()
    })
  }

  /** Removes a space with all that is in it, for good. Its number, and so the ids of its nodes, are never given again. */
  async remove(id: string): Promise<void> {
    await this.#open.get(id)?.space.close()
    this.#open.delete(id)
    await this.#queue.run(() => {
      const row = this.#row(id)
      if (row !== undefined) this.#delete(row.number)
      this.#known.forgetAll()
    })
  }

  /**
   * The number that ids of nodes of a space begin with (the id divided by 2^40, without the rest), for spaces that are kept
   * elsewhere too: each name gets one, the same every time.
   */
  numberFor(id: string): Promise<number> {
    return this.#queue.run(() => this.#numberOf(id))
  }

  /** Removes blobs that nobody needs and that were put longer ago than `graceMs`; returns how many. */
  async sweep(graceMs: number, signal: AbortSignal): Promise<number> {
    const count = await this.#options.blobs.sweep(async id => this.#contents.isNeeded(id), graceMs, signal)
    for (let last: string | undefined = ''; last !== undefined; ) {
      const from: string = last
      last = await this.#queue.run(() => this.#contents.forgetUnneeded(from))
    }
    return count
  }

  async close(): Promise<void> {
    await this.#queue.idle()
    for (const { space } of this.#open.values()) await space.close()
    this.#open.clear()
    this.#log?.close()
    try {
      noteClosed(this.#database)
    } finally {
      this.#database.close()
    }
  }

  #row(id: string): { readonly number: number; readonly root: number; readonly label: string } | undefined {
    const found = this.#database.get(`${SELECT} WHERE n.id = ?`, id)
    return found && { label: found[1] as string, number: found[3] as number, root: found[4] as number }
  }

  #numberOf(id: string): number {
    const known = this.#database.get('SELECT number FROM numbers WHERE id = ?', id)?.[0]
    if (known !== undefined) return known as number
    const last = this.#database.get('SELECT max(number) FROM numbers')?.[0] as number | null
    const number = (last ?? 0) + 1
    if (number > MOST_SPACES) throw new SyncError('unsupported', 'There have been too many spaces on this host.')
    this.#database.run('INSERT INTO numbers VALUES (?, ?)', number, id)
    return number
  }

  #insert(number: number, label: string, quotaBytes: number | undefined): void {
    const root = number * NODES_PER_SPACE + 1
    const now = this.#options.clock.now()
    this.#database.run('INSERT INTO spaces VALUES (?, ?, ?, ?, ?)', number, label, quotaBytes ?? null, root, root + 1)
    this.#database.run(INSERT_ROOT, root, now, Math.floor(now / 1000))
  }

  #delete(number: number): void {
    const range = [number * NODES_PER_SPACE, (number + 1) * NODES_PER_SPACE] as const
    this.#database.run('DELETE FROM properties WHERE node >= ? AND node < ?', ...range)
    this.#database.run('DELETE FROM versions WHERE node >= ? AND node < ?', ...range)
    this.#database.run('DELETE FROM nodes WHERE id >= ? AND id < ?', ...range)
    this.#database.run('DELETE FROM trash WHERE space = ?', number)
    this.#database.run('DELETE FROM spaces WHERE number = ?', number)
    // Another space of this name gets another number.
    this.#database.run("UPDATE numbers SET id = 'removed/' || number || '/' || id WHERE number = ?", number)
  }
}

const SELECT = 'SELECT n.id, s.label, s.quota, s.number, s.root FROM spaces s JOIN numbers n ON n.number = s.number'
const SET_QUOTA = 'UPDATE spaces SET quota = ? WHERE number = (SELECT number FROM numbers WHERE id = ?)'
const INSERT_ROOT = `INSERT INTO nodes VALUES (?, NULL, '', NULL, 0, ?, 1, ?)`
