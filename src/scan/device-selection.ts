// What this device keeps of a folder that is open: asked by whoever looks at paths, changed by the user, and by moves of what is above.
import { createHash } from 'node:crypto'
import type { FolderIndex } from '../index/folder-index.ts'
import { ancestorsOf, type Path } from '../model/path.ts'
import type { Tree } from '../platform/tree.ts'
import type { Random } from '../platform/world.ts'
import { forgetIgnored } from './forget-ignored.ts'
import type { ExplainedRules, RuleSaid } from './ignore.ts'
import type { Selection } from './ignore-rules.ts'
import {
  changeSelection,
  type Deselected,
  deselectedOf,
  followed,
  type Moved,
  type SelectionChange,
} from './selection.ts'
import { readSelection, SELECTION_FILE, saveSelection } from './selection-file.ts'

export interface SelectionParts {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly random: Random
  /** Whether names that differ only in case are one. */
  readonly caseFold: boolean
}

/** Deselected directories whose rows and files have been dealt with. Where it is lost, that is done again, and finds nothing to do. */
const CLEARED = 'selection-cleared'

export class DeviceSelection implements Selection {
  readonly #parts: SelectionParts
  #deselected: Deselected = []
  /** By the spelling that is compared. */
  #places: ReadonlyMap<string, Path> = new Map()
  #cleared: ReadonlySet<Path> = new Set()

  /** Throws `usage` when the file cannot be understood. */
  static async open(parts: SelectionParts): Promise<DeviceSelection> {
    const selection = new DeviceSelection(parts)
    selection.#become(await readSelection(parts.tree))
    selection.#readCleared()
    return selection
  }

  constructor(parts: SelectionParts) {
    this.#parts = parts
  }

  get deselected(): Deselected {
    return this.#deselected
  }

  get uncleared(): readonly Path[] {
    return this.#deselected.filter(place => !this.#cleared.has(place))
  }

  isDeselected(path: Path): boolean {
    return this.placeOf(path) !== undefined
  }

  /** Whether nothing at and below `path` is ours any more. Until then the scanner still tells what is there. */
  isCleared(path: Path): boolean {
    const place = this.placeOf(path)
    return place !== undefined && this.#cleared.has(place)
  }

  /** The deselected directory that `path` is, or is in. */
  placeOf(path: Path): Path | undefined {
    if (this.#places.size === 0) return undefined
    const key = this.#keyOf(path) as Path
    const own = this.#places.get(key)
    if (own !== undefined) return own
    for (const above of ancestorsOf(key)) {
      const place = this.#places.get(above)
      if (place !== undefined) return place
    }
    return undefined
  }

  /** On disk when this resolves. Whoever plans must not be at work with what was deselected before. */
  async change(change: SelectionChange): Promise<void> {
    const wanted = changeSelection(this.#deselected, change)
    const { index } = this.#parts
    index.transaction(() => {
      for (const place of this.#cleared) if (!wanted.includes(place)) forgetIgnored(place, index)
      // What is selected, and then deselected again, has to be cleared again.
      this.#writeCleared(place => wanted.includes(place) && this.#deselected.includes(place))
    })
    await this.#save(wanted)
  }

  cleared(place: Path): void {
    this.#cleared = new Set([...this.#cleared, place])
    this.#writeCleared(() => true)
  }

  async follow(moves: readonly Moved[]): Promise<readonly Moved[]> {
    const inside = moves.flatMap(({ from, to }) => followed(this.#deselected, from, to))
    const fresh = inside.filter(({ to }) => !this.isDeselected(to))
    if (fresh.length === 0) return []
    const cleared = fresh.filter(({ from }) => this.#cleared.has(from)).map(({ to }) => to)
    await this.#save([...this.#deselected, ...fresh.map(({ to }) => to)])
    this.#cleared = new Set([...this.#cleared, ...cleared])
    this.#writeCleared(() => true)
    return fresh
  }

  async arrived(over: readonly Path[]): Promise<void> {
    const left = this.#deselected.filter(place => !over.includes(place))
    if (left.length < this.#deselected.length) await this.#save(left)
  }

  async renamed(moves: readonly Moved[], left: readonly Path[]): Promise<void> {
    const gone = moves.map(({ from }) => from).filter(from => !left.includes(from))
    const came = moves.map(({ to }) => to)
    await this.#save([...this.#deselected.filter(place => !gone.includes(place)), ...came])
    this.#cleared = new Set([...this.#cleared, ...came])
    this.#parts.index.transaction(() => {
      for (const place of gone) forgetIgnored(place, this.#parts.index)
      this.#writeCleared(place => this.#deselected.includes(place))
    })
  }

  async #save(wanted: readonly Path[]): Promise<void> {
    const { tree, random } = this.#parts
    const deselected = deselectedOf(wanted)
    await saveSelection(tree, random, deselected)
    this.#become(deselected)
  }

  #become(deselected: Deselected): void {
    this.#deselected = deselected
    this.#places = new Map(deselected.map(place => [this.#keyOf(place), place]))
  }

  #readCleared(): void {
    const known = JSON.parse(this.#parts.index.get(CLEARED) ?? '[]') as Path[]
    this.#cleared = new Set(known.filter(place => this.#deselected.includes(place)))
  }

  #writeCleared(isLeft: (place: Path) => boolean): void {
    const left = [...this.#cleared].filter(isLeft)
    this.#cleared = new Set(left)
    this.#parts.index.set(CLEARED, left.length === 0 ? undefined : JSON.stringify(left))
  }

  /** Systems differ in how they spell 'é', and some in whether case counts. */
  #keyOf(path: Path): string {
    const composed = path.normalize('NFC')
    return this.#parts.caseFold ? composed.toLowerCase() : composed
  }
}

/** `rules`, and besides what is deselected, as soon as it is cleared, is ignored. */
export function withSelection(rules: ExplainedRules, selection: DeviceSelection): SelectedRules {
  return {
    selection,
    unselected: rules,
    verdict: (path, kind) => (selection.isCleared(path) ? 'ignored' : rules.verdict(path, kind)),
    mayHoldKept: directory => !selection.isCleared(directory) && rules.mayHoldKept(directory),
    ruleOf: (path, kind) => ruleOfSelection(selection, path) ?? rules.ruleOf(path, kind),
    get fingerprint() {
      const cleared = selection.deselected.filter(place => selection.isCleared(place))
      if (cleared.length === 0) return rules.fingerprint
      const hash = createHash('sha256').update(`${rules.fingerprint}\n`).update(JSON.stringify(cleared))
      return hash.digest('hex').slice(0, 32)
    },
  }
}

export interface SelectedRules extends ExplainedRules {
  readonly selection: DeviceSelection
  /** As if everything was selected. */
  readonly unselected: ExplainedRules
}

function ruleOfSelection(selection: DeviceSelection, path: Path): RuleSaid | undefined {
  const place = selection.placeOf(path)
  if (place === undefined) return undefined
  return { sense: 'ignore', source: SELECTION_FILE, text: `'${place}' is not kept on this device` }
}
