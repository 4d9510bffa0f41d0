// The trash of a user's tree: that of his home, and of every space that he may write to.
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { type Member, type Members, numberOf, outer, shownChange } from './members.ts'
import { refuse } from './refuse.ts'
import type { Changed, SpaceTrash, TrashEntry } from './space.ts'

export class MountedTrash implements SpaceTrash {
  readonly #members: Members

  constructor(members: Members) {
    this.#members = members
  }

  async *list(): AsyncGenerator<readonly TrashEntry[]> {
    const lists: AsyncIterator<readonly TrashEntry[]>[] = []
    for (const member of await this.#writable()) lists.push(entriesOf(member)[Symbol.asyncIterator]())
    try {
      yield* merged(lists)
    } finally {
      for (const list of lists) await list.return?.()
    }
  }

  async restore(id: string): Promise<Changed> {
    const found = await this.#find(id)
    if (found === undefined) return refuse('missing', id as Path)
    return shownChange(found.member, await found.member.space.trash.restore(found.inner))
  }

  async remove(id: string): Promise<'removed' | 'missing'> {
    const found = await this.#find(id)
    return found === undefined ? 'missing' : found.member.space.trash.remove(found.inner)
  }

  /** Only that of the home: what was deleted from a folder of many is not for one of them to throw away unseen. */
  async empty(): Promise<void> {
    await this.#members.home.space.trash.empty()
  }

  async *read(id: string, from: number): AsyncGenerator<Uint8Array> {
    const found = await this.#find(id)
    if (found === undefined) throw new SyncError('missing', 'It is not in the trash any more.')
    yield* found.member.space.trash.read(found.inner, from)
  }

  /** By the number of the space: it is the same whatever else is mounted. */
  async #find(id: string): Promise<{ readonly member: Member; readonly inner: string } | undefined> {
    const dot = id.indexOf('.')
    for (const member of dot < 0 ? [] : await this.#writable()) {
      if (String(await numberOf(member)) === id.slice(0, dot)) return { member, inner: id.slice(dot + 1) }
    }
    return undefined
  }

  async #writable(): Promise<readonly Member[]> {
    return (await this.#members.all()).filter(({ rights }) => rights === 'write')
  }
}

async function* entriesOf(member: Member): AsyncGenerator<readonly TrashEntry[]> {
  const number = await numberOf(member)
  for await (const page of member.space.trash.list()) {
    yield page.map(entry => ({ ...entry, id: `${number}.${entry.id}`, origin: outer(member, entry.origin) }))
  }
}

/** Newest first of them all: each list is in that order by itself. */
async function* merged(lists: readonly AsyncIterator<readonly TrashEntry[]>[]): AsyncGenerator<readonly TrashEntry[]> {
  const heads: (readonly TrashEntry[])[] = []
  for (const list of lists) heads.push(await nextOf(list))
  for (;;) {
    const filled = heads.filter(head => head.length > 0)
    if (filled.length === 0) return
    // Down to here every list is known.
    const limit = Math.max(...filled.map(head => head.at(-1)?.deletedAt ?? 0))
    const page = filled.flatMap(head => head.filter(({ deletedAt }) => deletedAt >= limit))
    yield page.sort((a, b) => b.deletedAt - a.deletedAt)
    for (const [i, head] of heads.entries()) {
      const rest = head.filter(({ deletedAt }) => deletedAt < limit)
      heads[i] = rest.length === 0 && head.length > 0 ? await nextOf(lists[i]) : rest
    }
  }
}

async function nextOf(list: AsyncIterator<readonly TrashEntry[]> | undefined): Promise<readonly TrashEntry[]> {
  const next = await list?.next()
  return next === undefined || next.done === true ? [] : next.value
}
