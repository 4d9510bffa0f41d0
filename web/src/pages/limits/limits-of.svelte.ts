// The rates and hours of all together, of a folder or of one remote, kept as they are now while somebody looks.
import { type Answer, type Body, call } from '../../api/call.ts'
import { live } from '../../api/live.svelte.ts'

export type Limits = Answer<'GET /limits'>

/** Nothing tells when hours begin and end. */
const LOOK_MS = 20_000

export class LimitsOf {
  current: Limits | undefined = $state.raw()
  readonly #folder: string | undefined
  readonly #remote: string | undefined

  /** Of all together, without any. */
  constructor(folder?: string, remote?: string) {
    this.#folder = folder
    this.#remote = remote
  }

  /** Looks until the returned function is called. */
  follow(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const look = async () => {
      clearTimeout(timer)
      // The banner tells that the daemon does not answer.
      await this.#load().catch(() => {})
      const { until = Number.POSITIVE_INFINITY } = this.current?.now ?? {}
      clearTimeout(timer)
      if (!isOver) timer = setTimeout(look, Math.max(1000, Math.min(LOOK_MS, until - Date.now())))
    }
    const unlisten = live.on(
      ({ type }) => type === 'config',
      () => void look(),
    )
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
      unlisten()
    }
  }

  async change(body: Body<'PATCH /limits'>): Promise<void> {
    const [folder, remote] = [this.#folder, this.#remote]
    if (folder === undefined) this.current = await call('PATCH /limits', { body })
    else if (remote === undefined)
      this.current = await call('PATCH /folders/{folder}/limits', { params: { folder }, body })
    else
      this.current = await call('PATCH /folders/{folder}/remotes/{remote}/limits', { params: { folder, remote }, body })
  }

  async #load(): Promise<void> {
    const [folder, remote] = [this.#folder, this.#remote]
    if (folder === undefined) this.current = await call('GET /limits')
    else if (remote === undefined) this.current = await call('GET /folders/{folder}/limits', { params: { folder } })
    else this.current = await call('GET /folders/{folder}/remotes/{remote}/limits', { params: { folder, remote } })
  }
}
