// First scan and hash of many small files, against Syncthing's.
import { join } from 'node:path'
import type { Report, Setting } from './benchmark.ts'
import { inTurns } from './in-turns.ts'
import { at } from './scale.ts'
import { scanOurs } from './scan-ours.ts'
import { Syncthing } from './syncthing.ts'
import { makeTree, settleDisk } from './trees.ts'

export async function scanSmall(setting: Setting): Promise<Report> {
  const directories = at(setting.scale, { small: 20, full: 200 })
  const files = directories * 100
  const folder = join(setting.dir, 'folder')
  makeTree(folder, { directories, filesEach: 100, bytesEach: 4096 })
  await settleDisk(setting.signal)
  const syncthing = await Syncthing.start(join(setting.dir, 'syncthing'))
  try {
    const theirs = {
      name: 'syncthing',
      run: async (signal: AbortSignal) => ({ seconds: await syncthing.scan(folder, files, signal) }),
    }
    return {
      title: `First scan and hash of ${files} files of 4 KiB`,
      results: await inTurns([scanOurs(folder, files), theirs], setting),
      notes: [
        'syncline: opening the folder, scanning, closing the index, in a new process each time; syncthing: from adding the folder over its API until it is idle, in a process that is warm.',
      ],
    }
  } finally {
    await syncthing.stop()
  }
}
