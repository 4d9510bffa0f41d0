// What people do in a place: one random deed at a time, noted in the ledger as far as it came about.
import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Dice } from '../sim/dice.ts'
import { type Content, contentOf } from './contents.ts'
import { contentsIn, type KnownFile, knownAt, knownIn } from './known-file.ts'
import type { Deed, Ledger } from './ledger.ts'
import { giveToOwner, look, type Place, type Seen } from './places.ts'
import { exchange, renameToFree } from './rename.ts'

export interface World {
  readonly seed: number
  readonly dice: Dice
  readonly ledger: Ledger
  readonly places: readonly Place[]
  /** A directory of the same disk that nobody syncs: what is deleted goes there in one instant. */
  readonly grave: string
  /** Seconds since the start. */
  now(): number
  say(words: string): void
}

const NAMES = 'alpha beta gamma delta eps zeta eta theta a_b ü-ö 日本 Q.txt r.txt x.tar.gz'.split(' ')
const MANY = 10
/** What a deed is told when somebody else was quicker. */
const TOO_LATE = new Set(['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EINVAL', 'ELOOP', 'ENAMETOOLONG'])

export class People {
  readonly #world: World
  #count = 0

  constructor(world: World) {
    this.#world = world
  }

  /** How many contents were written, or nearly so. */
  get count(): number {
    return this.#count
  }

  act(): void {
    const { dice, places } = this.#world
    const place = dice.pick(places)
    const seen = look(place.root)
    try {
      this.#deed(seen)(place, seen)
    } catch (error) {
      if (!TOO_LATE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }

  #deed({ files, directories }: Seen): (place: Place, seen: Seen) => void {
    const throwOf = this.#world.dice.next()
    if (files.length < MANY || throwOf < 0.3) return this.#writeNew
    if (throwOf < 0.5) return this.#replace
    if (throwOf < 0.58) return this.#overwrite
    if (throwOf < 0.7) return this.#remove
    if (throwOf < 0.82) return this.#moveFile
    if (throwOf < 0.88 || directories.length === 0) return this.#makeDirectory
    if (throwOf < 0.93) return this.#moveDirectory
    if (throwOf < 0.955) return this.#removeDirectory
    return this.#swap
  }

  readonly #writeNew = (place: Place, seen: Seen) => {
    const path = this.#freePath(seen)
    const { content, file } = this.#fresh(place)
    this.#withdrawUnless(file, () => renameToFree(file, join(place.root, path)))
    this.#put(place, content.id, path, 'writing', `NEW ${path}`)
  }

  readonly #replace = (place: Place, { files }: Seen) => {
    const path = this.#world.dice.pick(files)
    const { content, file } = this.#fresh(place)
    this.#withdrawUnless(file, () => exchange(file, join(place.root, path)))
    this.#put(place, content.id, path, 'writing', `REPLACE ${path}`)
    this.#buried(place, path, file, `REPLACED by ${content.id}`)
  }

  /** As programs save that do not know better: into the file that is there. */
  readonly #overwrite = (place: Place, { files }: Seen) => {
    const path = this.#world.dice.pick(files)
    const full = join(place.root, path)
    const file = openSync(full, 'r+')
    try {
      const before = knownIn(file)
      const content = this.#content()
      this.#put(place, content.id, path, 'in-place', `INTO ${path}`)
      if (before.id !== undefined) this.#end(place, before.id, path, `OVERWRITTEN by ${content.id}`)
      writeSync(file, content.bytes, 0, content.bytes.length, 0)
      ftruncateSync(file, content.bytes.length)
      if (knownAt(full)?.ino !== before.ino) this.#doubt(content.id, 'the file was replaced while it was written')
    } finally {
      closeSync(file)
    }
  }

  readonly #remove = (place: Place, { files }: Seen) => {
    const path = this.#world.dice.pick(files)
    const buried = this.#grave('deleted')
    renameSync(join(place.root, path), buried)
    this.#buried(place, path, buried, 'DELETE')
  }

  readonly #moveFile = (place: Place, seen: Seen) => {
    const [from, to] = [this.#world.dice.pick(seen.files), this.#freePath(seen)]
    const [before, target] = [knownAt(join(place.root, from)), join(place.root, to)]
    renameToFree(join(place.root, from), target)
    this.#moved(place, from, to, before, target)
  }

  readonly #swap = (place: Place, { files }: Seen) => {
    const { dice } = this.#world
    const [one, other] = [dice.pick(files), dice.pick(files)]
    if (one === other) return
    const [at, beside] = [join(place.root, one), join(place.root, other)]
    const [first, second] = [knownAt(at), knownAt(beside)]
    exchange(at, beside)
    this.#moved(place, one, other, first, beside)
    this.#moved(place, other, one, second, at)
  }

  readonly #makeDirectory = (place: Place, seen: Seen) => {
    const path = this.#freePath(seen)
    mkdirSync(join(place.root, path))
    giveToOwner(place, join(place.root, path))
    this.#world.say(`${place.name} MKDIR ${path}`)
  }

  readonly #moveDirectory = (place: Place, seen: Seen) => {
    const { dice, ledger, say } = this.#world
    const [from, to] = [dice.pick(seen.directories), this.#freePath(seen)]
    if (`${to}/`.startsWith(`${from}/`)) return
    const target = join(place.root, to)
    renameToFree(join(place.root, from), target)
    ledger.move({ from, to })
    say(`${place.name} RENAME ${from}/ -> ${to}/`)
    for (const { path, id } of contentsIn(target)) this.#movedTo(place, id, `${from}/${path}`, `${to}/${path}`)
  }

  readonly #removeDirectory = (place: Place, { directories }: Seen) => {
    const path = this.#world.dice.pick(directories)
    const buried = this.#grave('tree')
    renameSync(join(place.root, path), buried)
    for (const each of contentsIn(buried)) this.#end(place, each.id, `${path}/${each.path}`, `DELETE with ${path}/`)
  }

  /** A file that is renamed: known for sure only when the same was there before and is there after. */
  #moved(place: Place, from: string, to: string, before: KnownFile | undefined, target: string): void {
    this.#world.ledger.move({ from, to })
    const after = knownAt(target)
    if (after?.id !== undefined && after.ino === before?.ino) this.#movedTo(place, after.id, from, to)
    else
      for (const known of [after, before])
        if (known?.id !== undefined) this.#doubt(known.id, `${from} was renamed to ${to}`)
  }

  #movedTo(place: Place, id: string, from: string, to: string): void {
    const deed = this.#deedAt(place, `MOVE ${from} -> ${to}`)
    this.#world.ledger.take(id, { ...deed, path: from, by: 'moving' })
    this.#world.ledger.put(id, { ...deed, path: to, by: 'moving' })
    this.#world.say(`${place.name} ${deed.words} ${id}`)
  }

  #put(place: Place, id: string, path: string, by: 'writing' | 'in-place', words: string): void {
    this.#world.ledger.put(id, { ...this.#deedAt(place, words), path, by })
    this.#world.say(`${place.name} ${words} ${id}`)
  }

  /** What is at `file` now was at `path`. */
  #buried(place: Place, path: string, file: string, words: string): void {
    if (lstatSync(file).isDirectory())
      for (const each of contentsIn(file)) this.#end(place, each.id, `${path}/${each.path}`, words)
    else {
      const id = knownAt(file)?.id
      if (id !== undefined) this.#end(place, id, path, words)
    }
  }

  #end(place: Place, id: string, path: string, words: string): void {
    const deed = this.#deedAt(place, `${words} at ${path}`)
    this.#world.ledger.take(id, { ...deed, path, by: 'ending' })
    this.#world.say(`${place.name} ${deed.words} ${id}`)
  }

  #doubt(id: string, why: string): void {
    this.#world.ledger.doubt(id)
    this.#world.say(`nobody knows of ${id}: ${why}`)
  }

  #deedAt({ name }: Place, words: string): Deed {
    return { at: this.#world.now(), place: name, words }
  }

  #freePath({ directories }: Seen): string {
    const { dice } = this.#world
    const directory = dice.chance(0.8) ? dice.pick(['', ...directories]) : ''
    const name = `${dice.pick(NAMES).replace('_', ' ')}${dice.chance(0.6) ? dice.below(4) : ''}`
    return directory === '' ? name : `${directory}/${name}`
  }

  /** A content in a file that is not in the folder yet. */
  #fresh(place: Place): { readonly content: Content; readonly file: string } {
    const content = this.#content()
    const file = this.#grave('fresh')
    writeFileSync(file, content.bytes)
    giveToOwner(place, file)
    return { content, file }
  }

  #content(): Content {
    const { dice, seed } = this.#world
    this.#count += 1
    const throwOf = dice.next()
    const size = throwOf < 0.7 ? dice.below(200) : throwOf < 0.97 ? dice.below(200_000) : dice.below(3_000_000)
    return contentOf(seed, this.#count, size)
  }

  #withdrawUnless(file: string, comesAbout: () => void): void {
    try {
      comesAbout()
    } catch (error) {
      rmSync(file)
      throw error
    }
  }

  #grave(what: string): string {
    this.#count += 1
    return join(this.#world.grave, `${what}-${this.#count}`)
  }
}
