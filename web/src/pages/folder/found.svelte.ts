// A search for names below a place: goes through all of it in parts, and can be stopped.
import { CallFault, call } from '../../api/call.ts'
import type { BrowseEntry } from './browse-entry.ts'

/** Found ones before somebody has to ask for more. */
const ENOUGH = 500
const PAGE = 250

export class Found {
  items: readonly BrowseEntry[] = $state.raw([])
  examined = $state(0)
  state: 'running' | 'enough' | 'done' | 'stopped' | 'failed' = $state('running')
  fault: string | undefined = $state()
  readonly #asked: { readonly folder: string; readonly place: string; readonly text: string }
  #end = new AbortController()
  #after: string | undefined

  constructor(asked: { readonly folder: string; readonly place: string; readonly text: string }) {
    this.#asked = asked
    void this.#run()
  }

  stop(): void {
    this.#end.abort()
    if (this.state === 'running') this.state = 'stopped'
  }

  more(): void {
    this.#end = new AbortController()
    void this.#run()
  }

  async #run(): Promise<void> {
    const { folder, place, text } = this.#asked
    const { signal } = this.#end
    const most = this.items.length + ENOUGH
    this.state = 'running'
    try {
      do {
        const query = { text, place, limit: PAGE, ...(this.#after === undefined ? {} : { after: this.#after }) }
        const page = await call('GET /folders/{folder}/search', { params: { folder }, query, signal })
        this.items = [...this.items, ...page.items]
        this.examined += page.examined
        this.#after = page.next
      } while (this.#after !== undefined && this.items.length < most)
      this.state = this.#after === undefined ? 'done' : 'enough'
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CallFault)) throw error
      this.fault = error.message
      this.state = 'failed'
    }
  }
}
