// Many small files from one directory into an empty one.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report, Setting } from './benchmark.ts'
import { type Contestant, inTurns } from './in-turns.ts'
import { type Command, measure } from './measure.ts'
import { at } from './scale.ts'
import { syncline } from './syncline.ts'
import { copyTree, emptyDirectory, makeTree, settleDisk } from './trees.ts'
import { unison } from './unison.ts'

export async function copyDirectory(setting: Setting): Promise<Report> {
  const { dir, scale, signal } = setting
  const directories = at(scale, { small: 20, full: 200 })
  const tree = join(dir, 'tree')
  makeTree(tree, { directories, filesEach: 100, bytesEach: 4096 })
  const [a, b] = [join(dir, 'a'), join(dir, 'b')]
  const contestant = (name: string, command: Command): Contestant => ({
    name,
    prepare: async () => {
      await rm(a, { recursive: true, force: true })
      await rm(join(dir, 'unison'), { recursive: true, force: true })
      await copyTree(tree, a)
      await emptyDirectory(b)
      await settleDisk(signal)
    },
    run: stop => measure(command, stop),
  })
  const results = await inTurns(
    [
      contestant('syncline', syncline(a, b)),
      contestant('rsync -a', { program: 'rsync', args: ['-a', `${a}/`, `${b}/`] }),
      contestant('rsync -a && sync -f', { program: 'sh', args: ['-c', `rsync -a '${a}/' '${b}/' && sync -f '${b}'`] }),
      contestant('unison -batch', unison(dir, a, b)),
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
