// The first time that a folder of ours and one of a real device meet: whatever can be in a folder, in either direction.
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describePeer } from '../peers.ts'
import { clearAwayAfterEach, lookAtDisks, pairWith, tree, untilSettled, write } from './sharing.ts'

clearAwayAfterEach()

const BLOCK = 128 * 1024
const TEST_MS = 400_000

const ODD_NAMES = [
  'composed \u00e9',
  'percent %41%2F%',
  'emoji 🎉👩‍👩‍👧',
  'x'.repeat(255),
  `${'ß'.repeat(127)}z`,
  ' leading and trailing ',
  'trailing dot.',
  '-dash',
  '.hidden',
  '~tilde',
  '#hash',
  'brackets [x] {y} *?',
  'quotes "\'`',
  'back\\slash:colon|pipe<>',
  'new\nline',
  'con',
  'a.sync-like.name',
]

/** Not compressible, not repeated, the same each time. */
function bytes(size: number, seed: number): Buffer {
  const all = Buffer.alloc(size)
  for (let i = 0, state = seed + 1; i < size; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    all[i] = state >> 16
  }
  return all
}

function fillWithEverything(root: string): void {
  for (const [i, name] of ODD_NAMES.entries()) write(root, `odd/${name}`, `content ${i}`)
  for (const [i, name] of ODD_NAMES.slice(0, 5).entries()) write(root, `odd directories/${name}/in it`, `${i}`)
  const sizes = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 77, 3 * BLOCK]
  for (const [i, size] of sizes.entries()) write(root, `sizes/${size}`, bytes(size, i))
  for (const mode of [0o400, 0o444, 0o600, 0o640, 0o755, 0o777]) {
    write(root, `modes/${mode.toString(8)}`, mode.toString())
    chmodSync(join(root, `modes/${mode.toString(8)}`), mode)
  }
  mkdirSync(join(root, 'empty/and in it another'), { recursive: true })
  chmodSync(join(root, 'empty'), 0o750)
  write(root, 'a/b/c/d/e/f/g/h/deep', 'deep')
  write(root, 'times/long ago', 'before all of this')
  utimesSync(join(root, 'times/long ago'), -1000.5, -1000.5)
  write(root, 'times/to the microsecond', 'exact')
  utimesSync(join(root, 'times/to the microsecond'), 1_600_000_000.123456, 1_600_000_000.123456)
  write(root, 'times/in the future', 'some day')
  utimesSync(join(root, 'times/in the future'), 4_000_000_000, 4_000_000_000)
  symlinkSync('../sizes/1', join(root, 'modes/link to a file'))
  symlinkSync('nowhere at all', join(root, 'modes/link to nowhere'))
  symlinkSync('/etc/hostname', join(root, 'modes/link to the outside'))
  symlinkSync('..', join(root, 'modes/link to above'))
}

/** 1 GiB of which little is not zero. */
function writeGiB(root: string, name: string): void {
  const file = openSync(join(root, name), 'w')
  ftruncateSync(file, 2 ** 30)
  for (let at = 0; at < 2 ** 30; at += 100_000_000) writeSync(file, `${name} at ${at}`, at)
  closeSync(file)
}

describePeer('a real syncthing that shares a folder for the first time', ['syncthing'], () => {
  test.each(['ours', 'theirs'] as const)(
    'gets or gives every kind of entry under every kind of name (those of %s)',
    async who => {
      const [a, b] = await pairWith((root, at) => at === who && fillWithEverything(root))
      const from = who === 'ours' ? a.root : b.root
      const before = Object.keys(tree(from)).length
      await lookAtDisks([a, b])
      await untilSettled([a, b], { isSo: () => [a, b].every(({ root }) => readdirSync(root).includes('times')) })
      expect(Object.keys(tree(a.root))).toHaveLength(before)
      expect(readdirSync(join(a.root, 'odd')).filter(name => name.includes('sync-conflict'))).toEqual([])
      for (const name of readdirSync(join(a.root, 'times')))
        expect(lstatSync(join(a.root, 'times', name)).mtimeMs).toBeCloseTo(
          lstatSync(join(b.root, 'times', name)).mtimeMs,
          1,
        )
    },
    TEST_MS,
  )

  test(
    'gets no name that it would write otherwise, and gives none',
    async () => {
      const [a, b] = await pairWith((root, who) => write(root, `${who} u\u0308`, who))
      await lookAtDisks([b])
      await untilSettled([a, b], { treesDiffer: true, isSo: () => existsSync(join(a.root, 'theirs \u00fc')) })
      expect(readdirSync(b.root)).toEqual(expect.arrayContaining(['theirs \u00fc']))
      expect(readdirSync(b.root).filter(name => name.includes('ours'))).toEqual([])
      expect(a.last?.unsynced.map(({ path, reason }) => [path, reason])).toEqual([
        ['ours u\u0308', expect.stringContaining('NFC')],
      ])
    },
    TEST_MS,
  )

  test(
    'exchanges 1 GiB each way',
    async () => {
      const [a, b] = await pairWith((root, at) => writeGiB(root, `from ${at}`))
      await untilSettled([a, b], { isSo: () => readdirSync(a.root).includes('from theirs') })
      expect(Object.keys(tree(a.root))).toEqual(['from ours', 'from theirs'])
    },
    TEST_MS,
  )

  test(
    'and 20,000 small files',
    async () => {
      const [a, b] = await pairWith(
        (root, at) => {
          for (let i = 0; i < 10_000; i += 1) write(root, `${at}/${i % 100}/${i}`, `${at} ${i}`)
        },
        { disableFsync: true },
      )
      await untilSettled([a, b], { isSo: () => a.folder.mesh.lackOf('').of.items >= 20_202 })
      expect(Object.keys(tree(a.root))).toHaveLength(20_202)
    },
    TEST_MS,
  )
})
