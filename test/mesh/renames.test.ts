// A rename on one device is a rename on the others: the file that was there is the file that is there, and its bytes stay where they are.
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describePeer } from '../peers.ts'
import type { MeshDevice } from './device.ts'
import { clearAwayAfterEach, lookAtDisks, ours, pairWith, type Theirs, untilSettled, write } from './sharing.ts'

clearAwayAfterEach()

const LARGE = 100 * 1024 * 1024
const SMALL = 20_000
const NAMES = Array.from({ length: 20 }, (_, index) => `file ${index}`)
const TEST_MS = 600_000
/** Of what is told of the files; any one of them is larger, or the others together are. */
const MOST_TOLD = 300_000

type Device = MeshDevice | Theirs

/** The numbers of the files on the disk: what is made anew has another. */
function inodesIn(root: string, directory: string): readonly string[] {
  return readdirSync(join(root, directory), { recursive: true })
    .map(name => `${name} ${statSync(join(root, directory, String(name))).ino}`)
    .filter(line => line.includes('file') || line.includes('large'))
    .sort()
}

function fill(root: string): void {
  write(root, 'before/large', randomBytes(LARGE))
  for (const name of NAMES) write(root, `before/deep/in it/${name}`, randomBytes(SMALL))
}

/** Bytes between one of ours and another device, both ways. */
function traffic(one: MeshDevice, { device }: Device): number {
  const { in: came, out: went } = one.network.connection(device as never)?.channel.traffic ?? { in: 0, out: 0 }
  return came + went
}

/** The directory gets another name on one of them; returns what moved over the line, and whether each has the same files as before. */
async function renamed(by: Device, [one, other]: readonly [MeshDevice, Device], from: string, to: string) {
  const all = [one, other]
  const told = traffic(one, other)
  const before = all.map(({ root }) => inodesIn(root, from))
  renameSync(join(by.root, from), join(by.root, to))
  await lookAtDisks(all)
  await untilSettled(all, {
    isSo: () => all.every(({ root }) => existsSync(join(root, to, 'large')) && !existsSync(join(root, from))),
  })
  const after = all.map(({ root }) => inodesIn(root, to))
  expect(after[0]).toHaveLength(NAMES.length + 1)
  expect(traffic(one, other) - told).toBeLessThan(MOST_TOLD)
  return after.map((inodes, index) => JSON.stringify(inodes) === JSON.stringify(before[index]))
}

test(
  'a file and a directory that are renamed on a device of ours are renamed on another',
  async () => {
    const [a, b] = [await ours('a'), await ours('b')]
    fill(a.root)
    a.share([b])
    b.share([a])
    await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'before/large')) })
    expect(await renamed(a, [a, b], 'before', 'after')).toEqual([true, true])
  },
  TEST_MS,
)

describePeer('a file and a directory that are renamed', ['syncthing'], () => {
  test(
    'on a real device are renamed here; what we rename, it asks nobody for',
    async () => {
      const [a, b] = await pairWith((root, who) => who === 'theirs' && fill(root))
      await untilSettled([a, b], { isSo: () => existsSync(join(a.root, 'before/large')) })
      expect(await renamed(b, [a, b], 'before', 'after')).toEqual([true, true])
      await renamed(a, [a, b], 'after', 'again')
    },
    TEST_MS,
  )
})
