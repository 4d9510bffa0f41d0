// The end of a run: everything comes to rest, and what is then in all places is read.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Company } from './company.ts'
import { recognise } from './contents.ts'
import { knownAt } from './known-file.ts'
import { look, type Place } from './places.ts'

const LOOK_MS = 2000
/** So often in a row nothing has changed. */
const CALM_LOOKS = 6

/** Waits until all places are equal, stay so, and every daemon has nothing to do. Resolves to why not, when that does not come. */
export async function comeToRest(
  { daemons, places }: Company,
  patienceSeconds: number,
  say: (words: string) => void,
): Promise<readonly string[]> {
  const end = performance.now() + patienceSeconds * 1000
  let before = ''
  let calm = 0
  for (;;) {
    for (const daemon of daemons)
      for (const words of await daemon.approve()) say(`APPROVED at ${daemon.name}: ${words}`)
    const trees = places.map(place => JSON.stringify([...treeOf(place)]))
    const unrest = (await Promise.all(daemons.map(daemon => daemon.unrest()))).filter(each => each !== undefined)
    const isAsBefore = trees.every(tree => tree === before)
    before = trees[0] ?? ''
    calm = isAsBefore && unrest.length === 0 ? calm + 1 : 0
    if (calm >= CALM_LOOKS) return []
    if (performance.now() > end) return unrest
    await sleep(LOOK_MS)
  }
}

/** Its files with the ids of their contents, its directories with none, in the order of their paths. */
export function treeOf({ root }: Place): ReadonlyMap<string, string> {
  const { files, directories } = look(root)
  const known = files.map(path => [path, knownAt(join(root, path))?.id ?? 'something else'] as const)
  return new Map([...known, ...directories.map(path => [path, ''] as const)])
}

/** Files that are not as anybody wrote them. */
export function spoiltIn({ name, root }: Place): readonly string[] {
  return look(root).files.flatMap(path => {
    const known = recognise(readFileSync(join(root, path)))
    if (known === undefined) return [`${path} at ${name} is none of ours`]
    return known.isWhole ? [] : [`${path} at ${name} is not the whole of ${known.id}`]
  })
}

/** Ids of all contents below a directory, whoever keeps them there. */
export function everythingBelow(root: string): ReadonlySet<string> {
  const ids = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(item => item.isFile())
    .map(item => knownAt(join(item.parentPath, item.name))?.id)
  return new Set(ids.filter(id => id !== undefined))
}
