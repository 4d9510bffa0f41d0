// What directories are to hold, each in one text: where it is word for word what is there, nothing in it need be looked at name by name.
import type { Roll, Stat, Tree } from './tree.ts'

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

/** How many characters are called at once, and how many calls are under way. */
const PAGE = 256 * 1024
const AHEAD = 4

/** Calls the rolls. The places whose roll is what is there, each with the names of the directories in it. */
export async function callRolls(
  tree: Tree,
  rolls: Iterable<Roll>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const same = new Map<string, readonly string[]>()
  const underWay: Promise<void>[] = []
  for (const page of pagesOf(rolls)) {
    signal.throwIfAborted()
    underWay.push(callPage(tree, page, same))
    if (underWay.length >= AHEAD) await underWay.shift()
  }
  await Promise.all(underWay)
  return same
}

async function callPage(tree: Tree, page: readonly Roll[], same: Map<string, readonly string[]>): Promise<void> {
  const answers = await tree.answersTo(page)
  for (const [i, { place, text }] of page.entries()) if (answers[i] === true) same.set(place, directoriesOn(text))
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
