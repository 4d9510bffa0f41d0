// Many small files from one directory into an empty one.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report, Setting } from './benchmark.ts'
import { type Contestant, inTurns } from './in-turns.ts'
import { type Command, measure } from './measure.ts'
import { at } from './scale.ts'
import { syncline } from './syncline.ts'
import { copyTree, makeTree, settleDisk } from './trees.ts'
import { unison } from './unison.ts'

export async function copyDirectory(setting: Setting): Promise<Report> {
  const { dir, scale, signal } = setting
  const directories = at(scale, { small: 20, full: 200 })
  const tree = join(dir, 'tree')
  makeTree(tree, { directories, filesEach: 100, bytesEach: 4096 })
  let turn = 0
  // Every run has a new place: where many files have just been deleted, some disks (ext4 without a journal) take ten times as long to make new ones.
  const contestant = (name: string, commandIn: (place: string) => Command): Contestant => ({
    name,
    prepare: async () => {
      turn += 1
      await mkdir(join(placeOf(turn), 'b'), { recursive: true })
      await copyTree(tree, join(placeOf(turn), 'a'))
      await settleDisk(signal)
    },
    run: stop => measure(commandIn(placeOf(turn)), stop),
  })
  const placeOf = (turn: number) => join(dir, `turn-${turn}`)
  const results = await inTurns(
    [
      contestant('syncline', place => syncline(`${place}/a`, `${place}/b`)),
      contestant('rsync -a', place => shell(`rsync -a '${place}/a/' '${place}/b/'`)),
      contestant('rsync -a && sync -f', place => shell(`rsync -a '${place}/a/' '${place}/b/' && sync -f '${place}/b'`)),
      contestant('unison -batch', place => unison(place, `${place}/a`, `${place}/b`)),
    ],
    setting,
  )
  return {
    title: `Directory to directory: ${directories * 100} files of 4 KiB into an empty one`,
    results,
    notes: [
      'syncline hashes every file, keeps an index and makes everything durable before it says so. `rsync -a` leaves the writing to the system for later; with `sync -f` it does as much as we do for durability.',
    ],
  }
}

function shell(command: string): Command {
  return { program: 'sh', args: ['-c', command] }
}
