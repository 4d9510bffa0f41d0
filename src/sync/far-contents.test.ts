import { expect, test } from 'vitest'
import { blockHashes, contentIdOf } from '../index/content-id.ts'
import type { Checksum, ContentId } from '../model/content.ts'
import { blockSizeOf } from '../model/content.ts'
import type { FileEntry, Stamp } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import { FarContents } from './far-contents.ts'

const MiB = 1024 * 1024
const SIZE = 66 * MiB
const FILE = 'large' as Path
const NO_SIGNAL = new AbortController().signal

/** A large file: all alike, but for one MiB. */
class Large {
  given = 0
  readonly #other: number

  constructor(other: number) {
    this.#other = other
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < SIZE; at += MiB) {
      this.given += MiB
      yield new Uint8Array(MiB).fill(at === this.#other * MiB ? 1 : 0)
    }
  }

  async hashes(): Promise<Uint8Array> {
    const all: Uint8Array[] = []
    for await (const hash of blockHashes(this.read(), blockSizeOf(SIZE))) all.push(hash)
    return Buffer.concat(all)
  }
}

const entry: FileEntry = { kind: 'file', stamp: '1' as Stamp, size: SIZE, mtimeNs: 0n }

/** What a folder remembers of versions that it has had: files that differ in this MiB. */
async function remembering(...others: readonly number[]) {
  const versions = await Promise.all(others.map(other => new Large(other).hashes()))
  const known = versions.map(contentIdOf)
  const blocks = (content: ContentId) => versions[known.indexOf(content)]
  const sums = (content: ContentId): readonly Checksum[] =>
    content === known[0] ? ['SHA1:0123456789012345678901234567890123456789' as Checksum] : []
  return { known, contents: new FarContents({ blocks, sums }) }
}

test('a large file that is an older version is recognised', async () => {
  const { known, contents } = await remembering(65, 3)
  const found = await contents.learn(FILE, entry, known, new Large(3), NO_SIGNAL)
  expect(found.content).toBe(known[1])
})

test('a large file is read no further than it could be one of those that are known', async () => {
  const { known, contents } = await remembering(65, 40)
  const remote = new Large(2)
  expect((await contents.learn(FILE, entry, known, remote, NO_SIGNAL)).content).toBeUndefined()
  expect(remote.given).toBe(3 * MiB)
  // Nor again, as long as nothing else is known.
  await contents.learn(FILE, entry, known, remote, NO_SIGNAL)
  expect(remote.given).toBe(3 * MiB)
})

test('a large file of which nothing of its length is known is not read', async () => {
  const { known, contents } = await remembering(1)
  const remote = new Large(1)
  const longer = { ...entry, size: SIZE + MiB }
  expect((await contents.learn(FILE, longer, known, remote, NO_SIGNAL)).content).toBeUndefined()
  expect(remote.given).toBe(0)
})

test('a file whose checksum is known is not read', async () => {
  const { known, contents } = await remembering(1)
  const remote = new Large(1)
  const sums = ['SHA1:0123456789012345678901234567890123456789' as Checksum]
  expect((await contents.learn(FILE, { ...entry, sums }, known, remote, NO_SIGNAL)).content).toBe(known[0])
  expect(remote.given).toBe(0)
})
