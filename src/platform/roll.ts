// What directories are to hold, each in one text: where it is word for word what is there, nothing in it need be looked at name by name.
import type { Census, CensusTaking, Roll, Stat, Tree } from './tree.ts'

/**
 * The mark of a state on disk. A directory's holds only what the directory itself is: its times and size change with every
 * child, which is no news of the directory. The device number is left out: plugging a disk in again may change it.
 */
export function markOf(stat: Stat): string {
  const { kind, size, mtimeNs, ctimeNs, inode, mode } = stat
  if (kind === 'directory') return `d.${inode}.${mode.toString(8)}`
  return `${kind === 'file' ? 'f' : 'l'}.${size}.${mtimeNs}.${ctimeNs}.${inode}`
}

/** Where `text` goes on after `name`, which begins at `at` and is in this state; -1 when `text` says something else there. */
export function readRoll(text: string, at: number, name: string, stat: Stat): number {
  if (stat.kind === 'other') return -1
  const word = `${name}//${markOf(stat)}/`
  if (!text.startsWith(word, at)) return -1
  const next = at + word.length
  if (text.startsWith('*/', next)) return next + 2
  const mode = `${stat.mode}/`
  return text.startsWith(mode, next) ? next + mode.length : -1
}

/** The names of the directories that a roll names. No name holds a slash, and none is empty, so a double one stands only before a mark. */
export function directoriesOn(text: string): readonly string[] {
  const names: string[] = []
  for (let at = text.indexOf('//d.'); at >= 0; at = text.indexOf('//d.', at + 4))
    names.push(text.slice(text.lastIndexOf('/', at - 1) + 1, at))
  return names
}

/** Who has rolls. */
export interface RollBook {
  rolls(): Iterable<Roll>
  /** What was noted since a roll last changed. */
  noted(): string | undefined
  /** To be forgotten, in the same transaction, with any change of what a roll says. */
  note(words: string): void
  /** What is remembered under a name, whatever happens to rolls. */
  get(key: string): string | undefined
  set(key: string, value: string | undefined): void
}

/** What the rolls were answered with. */
export type Called =
  /** Nothing is otherwise anywhere. */
  | { readonly as: 'all'; readonly files: number; readonly directories: number }
  /** The places whose roll is what is there. */
  | { readonly as: 'some'; readonly same: ReadonlyMap<string, Same> }

export interface Same {
  readonly files: number
  /** Names of the directories in it. */
  readonly directories: readonly string[]
}

export const NONE_SAME: Called = { as: 'some', same: new Map() }

/** Calls the rolls: of a large tree by a census, where one can be taken. */
export async function callRolls(tree: Tree, book: RollBook, signal: AbortSignal): Promise<Called> {
  const { census: taking } = tree
  const census = taking === undefined ? undefined : await takeWhereWorth(taking, book, signal)
  if (census === undefined) return { as: 'some', same: await callAll(tree, book.rolls(), signal) }
  try {
    signal.throwIfAborted()
    return await callByCensus(census, book, signal)
  } finally {
    census.close()
  }
}

async function takeWhereWorth(taking: CensusTaking, book: RollBook, signal: AbortSignal): Promise<Census | undefined> {
  const isWorth =
    isComplete(readNote(book.noted())) || (!isCrowded(book, taking) && sizeOf(book, taking.above) > taking.above)
  if (isWorth) return taking.take(signal)
  taking.forgo()
  return undefined
}

const CROWDED = 'crowded-since'
const CROWDED_FOR_MS = 24 * 60 * 60 * 1000

/** Whether there was so much else in the tree lately, ignored or new, that going through all of it takes longer than looking at what is known. */
function isCrowded(book: RollBook, { now }: CensusTaking): boolean {
  const [since, size] = (book.get(CROWDED) ?? '').split(' ').map(Number)
  if (since === undefined || size === undefined || Math.abs(now() - since) >= CROWDED_FOR_MS) return false
  // What was new then may be known by now.
  return sizeOf(book, size / MOST_TIMES) <= size / MOST_TIMES
}

/** How many characters the rolls have; no more are counted than are asked for. */
function sizeOf(book: RollBook, upTo: number): number {
  let size = 0
  for (const { text } of book.rolls()) {
    size += text.length
    if (size > upTo) break
  }
  return size
}

/**
 * Where a census shows what one showed before, and no roll has changed since everything was found to be as the rolls say, everything is
 * so again: neither of the two need be read.
 */
async function callByCensus(census: Census, book: RollBook, signal: AbortSignal): Promise<Called> {
  const known = readNote(book.noted())
  if (known?.sum === census.sum) return { as: 'all', files: known.files, directories: known.directories }
  // Gone when a roll changes while they are called.
  const begun = writeNote({ sum: `${BEGUN}${census.sum}`, files: 0, directories: 0 })
  book.note(begun)
  const { same, otherwise, size } = await callEach(census, book, signal)
  if (census.size > MOST_TIMES * size) book.set(CROWDED, `${census.at} ${census.size}`)
  // No roll tells of a directory in which nothing is to be.
  for (const place of census.empty) if (!otherwise.has(place)) same.set(place, { files: 0, directories: [] })
  if (otherwise.size === 0 && same.size === census.directories && census.isSettled && book.noted() === begun)
    book.note(writeNote({ sum: census.sum, ...countsOf(same) }))
  return { as: 'some', same }
}

/** Looking name by name takes some three times as long. */
const MOST_TIMES = 3

async function callEach(census: Census, book: RollBook, signal: AbortSignal) {
  const same = new Map<string, Same>()
  const otherwise = new Set<string>()
  let size = 0
  for (const page of pagesOf(book.rolls())) {
    signal.throwIfAborted()
    noteSame(page, await census.answersTo(page), same)
    for (const { place, text } of page) {
      if (!same.has(place)) otherwise.add(place)
      size += text.length
    }
  }
  return { same, otherwise, size }
}

function countsOf(same: ReadonlyMap<string, Same>): { files: number; directories: number } {
  let [files, directories] = [0, 0]
  for (const { files: some, directories: names } of same.values()) {
    files += some
    directories += names.length
  }
  return { files, directories }
}

const BEGUN = 'begun '

function isComplete(note: Note | undefined): boolean {
  return note !== undefined && !note.sum.startsWith(BEGUN)
}

interface Note {
  readonly sum: string
  readonly files: number
  readonly directories: number
}

function writeNote(note: Note): string {
  return JSON.stringify(note)
}

function readNote(words: string | undefined): Note | undefined {
  return words === undefined ? undefined : (JSON.parse(words) as Note)
}

/** How many characters are called at once, and how many calls are under way. */
const PAGE = 256 * 1024
const AHEAD = 4

async function callAll(tree: Tree, rolls: Iterable<Roll>, signal: AbortSignal): Promise<ReadonlyMap<string, Same>> {
  const same = new Map<string, Same>()
  const underWay: Promise<void>[] = []
  for (const page of pagesOf(rolls)) {
    signal.throwIfAborted()
    underWay.push(tree.answersTo(page).then(answers => noteSame(page, answers, same)))
    if (underWay.length >= AHEAD) await underWay.shift()
  }
  await Promise.all(underWay)
  return same
}

function noteSame(page: readonly Roll[], answers: readonly boolean[], same: Map<string, Same>): void {
  for (const [i, { place, text }] of page.entries())
    if (answers[i] === true) same.set(place, { files: filesOn(text), directories: directoriesOn(text) })
}

function filesOn(text: string): number {
  let files = 0
  for (let at = text.indexOf('//f.'); at >= 0; at = text.indexOf('//f.', at + 4)) files += 1
  return files
}

function* pagesOf(rolls: Iterable<Roll>): Generator<readonly Roll[]> {
  let page: Roll[] = []
  let size = 0
  for (const roll of rolls) {
    page.push(roll)
    size += roll.text.length
    if (size < PAGE) continue
    yield page
    page = []
    size = 0
  }
  if (page.length > 0) yield page
}
