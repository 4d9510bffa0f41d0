// A folder of very many entries in which nothing has changed: how much memory that takes.
import { join } from 'node:path'
import type { Report, Setting } from './benchmark.ts'
import { inTurns } from './in-turns.ts'
import { measure } from './measure.ts'
import { at } from './scale.ts'
import { syncline } from './syncline.ts'
import { makeTree, settleDisk } from './trees.ts'

export async function million(setting: Setting): Promise<Report> {
  const { dir, scale, signal } = setting
  const directories = at(scale, { small: 20, full: 1000 })
  const [folder, other] = [join(dir, 'folder'), join(dir, 'other')]
  makeTree(folder, { directories, filesEach: 1000, bytesEach: 0 })
  const first = await measure(syncline(folder, other), signal)
  await settleDisk(signal)
  const results = await inTurns([{ name: 'syncline', run: stop => measure(syncline(folder, other), stop) }], setting)
  const mib = Math.round((first.peakBytes ?? 0) / 1024 ** 2)
  return {
    title: `No-change run over ${directories * 1000} empty files in ${directories} directories, directory to directory`,
    results,
    notes: [
      `Aim: under 300 MB. The first run, which copied them all, took ${first.seconds.toFixed(0)} s and ${mib} MiB.`,
    ],
  }
}
