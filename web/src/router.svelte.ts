// Which page is shown: the address of the browser, in both directions.
import { wayBack } from './way-back.ts'

class Router {
  path = $state(location.pathname)
  query = $state(new URLSearchParams(location.search))
  /** How often another page was gone to; 0 while the one is shown that was loaded. */
  moves = 0

  constructor() {
    addEventListener('popstate', ({ state }) => {
      wayBack.leave()
      this.#read()
      wayBack.goBack(state)
    })
    document.addEventListener('click', event => this.#onClick(event))
  }

  /** Shows another page. `replace`: instead of this one, so that the way back leads past it. */
  go(to: string, how: 'push' | 'replace' = 'push'): void {
    if (how === 'push') {
      wayBack.leave()
      history.pushState(wayBack.goOn(), '', to)
    } else history.replaceState(wayBack.stay(), '', to)
    if (this.#read() === 'another') scrollTo({ top: 0 })
  }

  #read(): 'the same' | 'another' {
    const isOther = this.path !== location.pathname
    this.path = location.pathname
    this.query = new URLSearchParams(location.search)
    if (!isOther) return 'the same'
    this.moves += 1
    return 'another'
  }

  /** Links within the interface are followed without loading it again. */
  #onClick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (link === null || !isPlain || event.defaultPrevented) return
    if (link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return
    event.preventDefault()
    if (link.href !== location.href) this.go(link.pathname + link.search)
  }
}

export const router = new Router()

/** The parts of `path` that stand at `:name` in `pattern`, decoded; undefined when it does not fit. `/folders/:folder/files`. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const found = path.replace(/(?<=.)\/$/, '').split('/')
  if (wanted.length !== found.length) return undefined
  const params: Record<string, string> = {}
  for (const [n, part] of wanted.entries()) {
    const text = found[n] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decoded(text)
    else if (part !== text) return undefined
  }
  return params
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
