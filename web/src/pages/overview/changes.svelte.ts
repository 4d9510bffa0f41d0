// What has changed lately in all folders, newest first; asked for again as things happen.
import { type Answer, call } from '../../api/call.ts'
import { live } from '../../api/live.svelte.ts'
import { oneAtATime } from '../../api/one-at-a-time.ts'

export type Change = Answer<'GET /folders/{folder}/changes'>['items'][number] & { readonly folder: string }

const SHOWN = 30
/** Events come in swarms: they are answered once they have settled for a moment. */
const GATHER_MS = 400
/** Folders in these states cannot be looked into. */
const CLOSED = new Set(['starting', 'paused', 'unavailable', 'stopped'])
const TELLING = new Set(['outcome', 'changed', 'run', 'folder-state'])

export class Changes {
  items: readonly Change[] | undefined = $state.raw()
  readonly #ask = oneAtATime(() => this.#askNow())
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Follows until the returned function is called. */
  follow(): () => void {
    void this.#ask()
    const end = live.on(
      ({ type }) => TELLING.has(type),
      () => this.refresh(),
    )
    return () => {
      end()
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#ask()
    }, GATHER_MS)
  }

  async undo({ folder, id }: Change): Promise<void> {
    await call('POST /folders/{folder}/changes/undo', { params: { folder }, body: { change: id } })
    // Until what came of it is shown, it is not done: it could be asked for twice.
    await this.#ask()
  }

  async #askNow(): Promise<void> {
    const folders = (live.status?.folders ?? []).filter(({ state }) => !CLOSED.has(state))
    // One that was closed meanwhile has nothing to tell either.
    const lists = await Promise.all(folders.map(({ id }) => changesOf(id).catch(() => [])))
    this.items = lists
      .flat()
      .sort((a, b) => b.at - a.at || b.id - a.id)
      .slice(0, SHOWN)
  }
}

async function changesOf(folder: string): Promise<readonly Change[]> {
  const { items } = await call('GET /folders/{folder}/changes', { params: { folder }, query: { limit: SHOWN } })
  return items.map(item => ({ ...item, folder }))
}
