// Linux: one watch for each directory, kept in step with the directories there are.
import { lstatSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { asSyncError, type SyncError } from '../model/errors.ts'
import { faultOfName, isReserved, type Path, type Place, parentOf, pathIn } from '../model/path.ts'
import { codeOf, isMissing } from '../platform/tree.ts'
import { Hints, type NamesChange } from './hints.ts'
import { poll } from './poll.ts'
import { lackOf, rootGone, watchesUsedUp } from './watch-faults.ts'
import { closeAll, countNodes, type Node, unwatchedIn } from './watch-nodes.ts'
import type { Watching } from './watch-options.ts'

/** What a name stands for; undefined where it is gone. */
type Found = 'directory' | 'other' | undefined

/** After so many directories other work gets a turn. */
const TURN = 64

export class DirectoryWatch implements Disposable {
  readonly #watching: Watching
  readonly #hints: Hints
  readonly #top: Node = { place: '', children: new Map(), close: undefined }
  /** Directories to look at: names that came or went. In the order of the events. */
  readonly #toVisit = new Set<Place>()
  #visiting = false
  #polling: Disposable | undefined
  /** Why a directory could not be watched: the system had no watches left. */
  #usedUp: unknown
  /** What it takes to mend that, as it was told. */
  #toldLack = ''
  #isToTry = false
  #closed = false

  /** Resolves when every directory is watched. */
  static async start(watching: Watching): Promise<DirectoryWatch> {
    const started = new DirectoryWatch(watching)
    started.#visiting = true
    await started.#watchBelow('')
    started.#visiting = false
    started.#visitAll()
    return started
  }

  constructor(watching: Watching) {
    this.#watching = watching
    this.#hints = new Hints({
      timers: watching.timers,
      limits: watching.limits,
      onHint: (place, reach) => watching.onHint(place, reach),
      onBurst: () => this.#visit(''),
    })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    closeAll(this.#top)
    this.#toVisit.clear()
    this.#polling?.[Symbol.dispose]()
    this.#hints.close()
  }

  #onEvent(node: Node, kind: 'rename' | 'change', name: string | null): void {
    if (this.#closed || node.close === undefined) return
    if (name === null) this.#hints.add(node.place, 'below')
    else this.#onName(node, kind, name)
  }

  #onName(node: Node, kind: 'rename' | 'change', name: string): void {
    // The system names a directory that is itself deleted or moved by its own name.
    if (kind === 'rename' && name === basename(this.#absolute(node.place))) this.#checkIsThere(node)
    if (this.#isLeftAlone(node.place, name)) return
    const found = kind === 'rename' ? this.#lookAt(node.place, name) : undefined
    this.#hints.add(node.place, 'here', namesChange(kind, found))
    const isWatchable =
      kind === 'rename' ? found === 'directory' || node.children.has(name) : this.#isUnwatched(node, name)
    if (isWatchable && faultOfName(name) === undefined) this.#visit(pathIn(node.place, name))
  }

  #lookAt(place: Place, name: string): Found {
    try {
      const stat = lstatSync(`${this.#absolute(place)}/${name}`, { throwIfNoEntry: false })
      return stat?.isDirectory() === true ? 'directory' : stat && 'other'
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return undefined
    }
  }

  /** A directory that could not be watched so far: its permissions may have changed. */
  #isUnwatched(node: Node, name: string): boolean {
    const child = node.children.get(name)
    return child !== undefined && child.close === undefined
  }

  #isLeftAlone(place: Place, name: string): boolean {
    if (place === '' && isReserved(name)) return true
    return faultOfName(name) === undefined && this.#watching.skips(pathIn(place, name))
  }

  #checkIsThere(node: Node): void {
    if (this.#isDirectory(node.place)) return
    this.#drop(node)
    if (node.place === '') {
      this.#fail(rootGone(this.#watching.root))
      this.#hints.add('', 'below')
    } else {
      this.#hints.forget(node.place)
      this.#hints.add(parentOf(node.place), 'here', 'gone')
    }
  }

  #visit(place: Place): void {
    this.#toVisit.add(place)
    this.#visitAll()
  }

  /** One after the other, so that two visits never work on the same directories. */
  #visitAll(): void {
    if (this.#visiting) return
    this.#visiting = true
    this.#visitQueued()
      .catch((error: unknown) => this.#fail(asSyncError(error)))
      .finally(() => {
        this.#visiting = false
        if (this.#toVisit.size > 0 || this.#isToTry) this.#visitAll()
      })
  }

  async #visitQueued(): Promise<void> {
    for (const place of this.#toVisit) {
      this.#toVisit.delete(place)
      if (this.#closed) return
      await this.#visitOne(place)
    }
    if (this.#isToTry) await this.#tryUnwatched()
  }

  /** Where there are still no watches left, this costs one call of the system. */
  async #tryUnwatched(): Promise<void> {
    this.#isToTry = false
    this.#usedUp = undefined
    let count = 0
    for (const { place } of unwatchedIn(this.#top)) {
      if (this.#closed) return
      // What was made in it meanwhile is not known yet.
      if (this.#watchOne(place)?.close !== undefined) await this.#watchBelow(place)
      if (this.#usedUp !== undefined) return this.#failForLack(this.#usedUp)
      count += 1
      if (count % TURN === 0) await setImmediate()
    }
    this.#mend()
  }

  #mend(): void {
    if (this.#closed || this.#polling === undefined || this.#top.close === undefined) return
    this.#polling[Symbol.dispose]()
    this.#polling = undefined
    this.#toldLack = ''
    this.#watching.onHint('', 'below')
    this.#watching.onMended()
  }

  async #visitOne(place: Place): Promise<void> {
    if (this.#isDirectory(place)) {
      await this.#watchBelow(place)
      // After the watches are in place: whatever happened before is seen by whoever looks now.
      if (place === '' && !this.#closed) this.#watching.onHint('', 'below')
      else this.#hints.add(place, 'below')
      return
    }
    const node = this.#nodeAt(place)
    if (node !== undefined) this.#checkIsThere(node)
  }

  /** Watches a directory and all below it anew, and drops what is no longer there. */
  async #watchBelow(top: Place): Promise<void> {
    const open: Place[] = [top]
    for (let place = open.pop(), count = 1; place !== undefined; place = open.pop(), count += 1) {
      if (this.#closed) return
      const node = this.#watchOne(place)
      if (node !== undefined) open.push(...this.#directoriesOf(node))
      if (count % TURN === 0) await setImmediate()
    }
    if (this.#usedUp !== undefined) this.#failForLack(this.#usedUp)
  }

  /** The directory's node, watched when that is possible; undefined when the directory is gone. */
  #watchOne(place: Place): Node | undefined {
    const node = this.#nodeAt(place, 'make')
    if (node === undefined) return undefined
    const before = node.close
    try {
      // The new watch before the old one goes: nothing is missed in between. The old one may be on a directory that is gone.
      node.close = this.#open(node)
    } catch (error) {
      node.close = undefined
      if (isMissing(error)) this.#drop(node)
      else if (isUsedUp(error)) this.#usedUp ??= error
      else if (place === '') this.#fail(asSyncError(error))
    } finally {
      before?.()
    }
    return node
  }

  #open(node: Node): () => void {
    return this.#watching.open(this.#absolute(node.place), 'one', {
      event: (kind, name) => this.#onEvent(node, kind, name),
      error: () => this.#hints.add(node.place, 'below'),
    })
  }

  /** The directories in a place that are to be watched. Those that went are dropped. */
  #directoriesOf(node: Node): readonly Place[] {
    const names = this.#listDirectories(node.place)
    for (const [name, child] of node.children) if (!names.has(name)) this.#drop(child)
    return Array.from(names, name => pathIn(node.place, name))
  }

  /** What cannot be read holds nothing to watch: the scan says what is wrong with it. */
  #listDirectories(place: Place): ReadonlySet<string> {
    try {
      const entries = readdirSync(this.#absolute(place), { withFileTypes: true })
      const directories = entries.filter(entry => entry.isDirectory() && faultOfName(entry.name) === undefined)
      return new Set(directories.map(({ name }) => name).filter(name => !this.#isLeftAlone(place, name)))
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return new Set()
    }
  }

  #isDirectory(place: Place): boolean {
    try {
      return lstatSync(this.#absolute(place), { throwIfNoEntry: false })?.isDirectory() === true
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return false
    }
  }

  /** The node of a place; with `make` a new one, unless its parent is not known (any more). */
  #nodeAt(place: Place, missing?: 'make'): Node | undefined {
    if (place === '') return this.#top
    const parent = this.#nodeAt(parentOf(place as Path))
    const name = basename(place)
    const known = parent?.children.get(name)
    if (known !== undefined || parent === undefined || missing === undefined) return known
    const made: Node = { place, children: new Map(), close: undefined }
    parent.children.set(name, made)
    return made
  }

  #drop(node: Node): void {
    closeAll(node)
    if (node.place === '') return
    const siblings = this.#nodeAt(parentOf(node.place))?.children
    if (siblings?.get(basename(node.place)) === node) siblings.delete(basename(node.place))
  }

  #failForLack(cause: unknown): void {
    const directories = countNodes(this.#top)
    const lack = lackOf(cause, directories)
    const told = `${lack.setting}=${lack.wanted}`
    if (told === this.#toldLack || this.#closed) return
    this.#toldLack = told
    this.#tellFault(watchesUsedUp(lack, directories, cause))
  }

  #fail(error: SyncError): void {
    if (this.#polling === undefined && !this.#closed) this.#tellFault(error)
  }

  #tellFault(error: SyncError): void {
    this.#polling ??= poll(this.#watching, () => {
      this.#isToTry = true
      this.#visitAll()
    })
    this.#watching.onFault(error)
  }

  #absolute(place: Place): string {
    return place === '' ? this.#watching.root : `${this.#watching.root}/${place}`
  }
}

function namesChange(kind: 'rename' | 'change', found: Found): NamesChange {
  if (kind === 'change') return 'none'
  return found === undefined ? 'gone' : 'came'
}

function isUsedUp(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(codeOf(error) ?? '')
}
