// First scan and hash of large files, against what the machine's cores can hash at all.
import { join } from 'node:path'
import type { Report, Setting } from './benchmark.ts'
import { type Contestant, inTurns } from './in-turns.ts'
import { measure } from './measure.ts'
import { at } from './scale.ts'
import { scanOurs } from './scan-ours.ts'
import { makeTree, settleDisk } from './trees.ts'

const FILES = 20
const CORES = 2

export async function scanLarge(setting: Setting): Promise<Report> {
  const bytes = at(setting.scale, { small: 256 * 1024 ** 2, full: 2 * 1024 ** 3 })
  const folder = join(setting.dir, 'folder')
  makeTree(folder, { directories: 1, filesEach: FILES, bytesEach: Math.floor(bytes / FILES) })
  await settleDisk(setting.signal)
  const results = await inTurns([scanOurs(folder, FILES), opensslCeiling(bytes)], setting)
  return {
    title: `First scan and hash of ${bytes / 1024 ** 2} MiB in ${FILES} files`,
    results,
    notes: [
      `openssl: the time in which \`openssl speed -multi ${CORES} -evp sha256\` would hash as many bytes in memory, in pieces of 128 KiB. Aim: at least 80 % of its rate, that is at most 1.25 ×.`,
      'The files are in the page cache for every run.',
    ],
  }
}

function opensslCeiling(bytes: number): Contestant {
  return {
    name: 'openssl speed (ceiling)',
    run: async signal => {
      const args = ['speed', '-mr', '-seconds', '2', '-bytes', '131072', '-multi', String(CORES), '-evp', 'sha256']
      const { stdout } = await measure({ program: 'openssl', args }, signal)
      const rate = Number(/^\+F:\d+:sha256:([\d.e+]+)/im.exec(stdout)?.[1])
      if (!(rate > 0)) throw new Error(`openssl said ${stdout.slice(-200)}`)
      return { seconds: bytes / rate }
    },
  }
}
