// What people did with each content: where they put it, where they took it away, and what they moved.

/** Something that somebody did at one place. */
export interface Deed {
  /** Seconds since the start. */
  readonly at: number
  readonly place: string
  readonly words: string
}

export interface Put extends Deed {
  readonly path: string
  /** `in-place`: into the file that was there, which the program may have set aside in that instant. */
  readonly by: 'writing' | 'in-place' | 'moving'
}

export interface Take extends Deed {
  readonly path: string
  /** `ending`: somebody who had it before them deleted or replaced it. */
  readonly by: 'ending' | 'moving'
}

export interface Move {
  readonly from: string
  readonly to: string
}

/** A directory that took the place of the one that it was in leads to deeper and deeper paths. */
const DEEPEST = 40

export class Ledger {
  readonly #puts = new Map<string, Put[]>()
  readonly #takes = new Map<string, Take[]>()
  readonly #moves: Move[] = []
  readonly #doubtful = new Set<string>()

  /** All contents that were ever written. */
  ids(): Iterable<string> {
    return this.#puts.keys()
  }

  put(id: string, put: Put): void {
    append(this.#puts, id, put)
  }

  take(id: string, take: Take): void {
    append(this.#takes, id, take)
  }

  /** A file or a directory was renamed: what others did below `from` in the meantime comes along or does not. */
  move(move: Move): void {
    this.#moves.push(move)
  }

  /** Somebody else was quicker, and nobody can tell what happened to this content: it is not judged. */
  doubt(id: string): void {
    this.#doubtful.add(id)
  }

  isDoubtful(id: string): boolean {
    return this.#doubtful.has(id)
  }

  putsOf(id: string): readonly Put[] {
    return this.#puts.get(id) ?? []
  }

  takesOf(id: string): readonly Take[] {
    return this.#takes.get(id) ?? []
  }

  /** Everything else that was ever put at this path. */
  othersAt(path: string, id: string): readonly (Put & { readonly id: string })[] {
    return [...this.#puts].flatMap(([other, puts]) =>
      other === id ? [] : puts.filter(put => put.path === path).map(put => ({ ...put, id: other })),
    )
  }

  wasEnded(id: string): boolean {
    return this.takesOf(id).some(({ by }) => by === 'ending')
  }

  /** Whether `path` is where somebody put this content, or what a rename of somebody else makes of such a path. */
  isAtHomeAt(id: string, path: string): boolean {
    return this.#comesFromHome(id, path, new Set())
  }

  #comesFromHome(id: string, path: string, tried: Set<string>): boolean {
    if (tried.has(path) || path.split('/').length > DEEPEST) return false
    tried.add(path)
    if (this.putsOf(id).some(put => put.path === path)) return true
    return this.#moves.some(move => {
      const before = pathBefore(move, path)
      return before !== undefined && this.#comesFromHome(id, before, tried)
    })
  }
}

function pathBefore({ from, to }: Move, path: string): string | undefined {
  if (path === to) return from
  return path.startsWith(`${to}/`) ? `${from}${path.slice(to.length)}` : undefined
}

function append<T>(lists: Map<string, T[]>, id: string, item: T): void {
  const list = lists.get(id)
  if (list === undefined) lists.set(id, [item])
  else list.push(item)
}
