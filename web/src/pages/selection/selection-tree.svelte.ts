// The directories of a folder as far as somebody has looked, and what of them is to be kept.
import { call } from '../../api/call.ts'
import { changeOf, deselect, type Keeping, keepingOf, select } from './choice.ts'

type State = 'going' | 'gone'

export class SelectionTree {
  readonly folder: string
  isLoaded = $state(false)
  /** Why nothing can be deselected. */
  refusal: string | undefined = $state()
  /** Whether the remote has answered each time. */
  isWhole = $state(true)
  #saved: ReadonlyMap<string, State> = $state.raw(new Map())
  #wanted: readonly string[] = $state.raw([])
  #children: ReadonlyMap<string, readonly string[]> = $state.raw(new Map())

  constructor(folder: string) {
    this.folder = folder
  }

  async load(): Promise<void> {
    await this.read()
    await this.open('')
    this.#wanted = [...this.#saved.keys()]
    this.isLoaded = true
  }

  /** How what was saved is going. */
  async read(): Promise<void> {
    const { deselected, refusal } = await call('GET /folders/{folder}/selection', { params: this.#params })
    this.#saved = new Map(deselected.map(({ path, state }) => [path, state]))
    this.refusal = refusal
  }

  async open(place: string): Promise<void> {
    const query = { place, ask: 'remote' } as const
    const { asked, directories } = await call('GET /folders/{folder}/selection/directories', {
      params: this.#params,
      query,
    })
    if (!asked) this.isWhole = false
    this.#children = new Map([...this.#children, [place, directories.map(({ path }) => path)]])
  }

  /** Undefined before it was looked. */
  childrenOf(place: string): readonly string[] | undefined {
    return this.#children.get(place)
  }

  keepingOf(path: string): Keeping {
    return keepingOf(path, this.#wanted)
  }

  /** Whether it still goes from here. */
  isGoing(path: string): boolean {
    return this.#saved.get(path) === 'going' && this.#wanted.includes(path)
  }

  toggle(path: string): void {
    this.#wanted =
      this.keepingOf(path) === 'deselected'
        ? select(path, this.#wanted, place => this.childrenOf(place) ?? [])
        : deselect(path, this.#wanted)
  }

  get change() {
    return changeOf([...this.#saved.keys()], this.#wanted)
  }

  get isChanged(): boolean {
    const { select: back, deselect: left } = this.change
    return back.length > 0 || left.length > 0
  }

  discard(): void {
    this.#wanted = [...this.#saved.keys()]
  }

  async save(): Promise<void> {
    const body = this.change
    const { deselected } = await call('POST /folders/{folder}/selection', { params: this.#params, body })
    this.#saved = new Map(deselected.map(({ path, state }) => [path, state]))
    this.#wanted = [...this.#saved.keys()]
  }

  get #params() {
    return { folder: this.folder }
  }
}
