// Where somebody was on each page of the way here: how far page and list were scrolled. The way back leads there again.

/** Of a long list: pixels from its beginning, and the row that keys move from. */
export interface ListPlace {
  readonly top: number
  readonly active: number
}

interface Left {
  readonly top: number
  readonly list?: ListPlace | undefined
}

const KEY = 'way-back'
/** As many entries of the way are remembered while the page is loaded again. */
const MOST_KEPT = 50
/** Who does one of these knows better where to be. */
const BY_HAND = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const

class WayBack {
  readonly #left = stored()
  #entry = entryOf(history.state) ?? newEntry()
  #readList: (() => ListPlace) | undefined
  /** Of the list that is about to be shown. */
  #list: ListPlace | undefined
  #scrolling = new AbortController()

  constructor() {
    history.scrollRestoration = 'manual'
    history.replaceState({ entry: this.#entry }, '')
    addEventListener('pagehide', () => {
      this.leave()
      store(this.#left)
    })
    this.#goWhereItWas()
  }

  /** Before anything of the next page is shown. */
  leave(): void {
    this.#scrolling.abort()
    this.#left.set(this.#entry, { top: scrollY, list: this.#readList?.() })
  }

  /** Another page follows on this one. Returns what the history is to keep with it. */
  goOn(): { readonly entry: string } {
    this.#entry = newEntry()
    this.#list = undefined
    return { entry: this.#entry }
  }

  /** The same page, otherwise: a list that is made anew begins at its beginning. Returns what the history is to keep with it. */
  stay(): { readonly entry: string } {
    this.#list = undefined
    return { entry: this.#entry }
  }

  /** What the history kept is gone to. */
  goBack(state: unknown): void {
    this.#entry = entryOf(state) ?? newEntry()
    this.#goWhereItWas()
  }

  /** Where the list that is shown first was left, once. `read`: asked as the page is left, until the returned function is called. */
  keepList(read: () => ListPlace): { readonly place: ListPlace | undefined; readonly end: () => void } {
    const place = this.#list
    this.#list = undefined
    this.#readList = read
    const end = () => {
      if (this.#readList === read) this.#readList = undefined
    }
    return { place, end }
  }

  /** What is on the page comes piece by piece: it is followed as it grows, until somebody moves the page. */
  #goWhereItWas(): void {
    const { top, list } = this.#left.get(this.#entry) ?? { top: 0 }
    this.#list = list
    this.#scrolling = new AbortController()
    const { signal } = this.#scrolling
    scrollTo({ top })
    if (top === 0) return
    const grown = new ResizeObserver(() => scrollTo({ top }))
    grown.observe(document.documentElement)
    signal.addEventListener('abort', () => grown.disconnect())
    for (const type of BY_HAND) addEventListener(type, () => this.#scrolling.abort(), { signal, passive: true })
  }
}

export const wayBack = new WayBack()

function entryOf(state: unknown): string | undefined {
  const entry = typeof state === 'object' && state !== null && 'entry' in state ? state.entry : undefined
  return typeof entry === 'string' ? entry : undefined
}

function newEntry(): string {
  return Math.random().toString(36).slice(2)
}

function stored(): Map<string, Left> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string, Left][])
  } catch {
    return new Map()
  }
}

function store(left: ReadonlyMap<string, Left>): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...left].slice(-MOST_KEPT)))
  } catch {
    // A browser that keeps nothing: a page that is loaded again begins at its top.
  }
}
