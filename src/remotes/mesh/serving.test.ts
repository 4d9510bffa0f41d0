// What is asked for together goes out together, and each answer is the one that was asked for.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openIndex } from '../../index/sqlite-index.ts'
import type { ContentId } from '../../model/content.ts'
import type { Path } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { fileStateOf } from '../../scan/mark.ts'
import { FrameReader, frameHello } from '../../wire/bep/frames.ts'
import { parseMessage, type Request, type Response } from '../../wire/bep/messages.ts'
import { announcedFile, readAnnounced, serveBlock } from './serve.ts'
import { type ServedFolder, Serving } from './serving.ts'

const BLOCK = 131_072
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A folder with one file that was announced, and one device that asks for parts of it. */
async function stage(bytes: Uint8Array) {
  const root = await mkdtemp(join(tmpdir(), 'serving-'))
  ends.push(() => rm(root, { recursive: true }))
  const file = join(root, 'file')
  await writeFile(file, bytes)
  const tree = await openNodeTree(root)
  ends.push(() => tree.close())
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: Date.now })
  ends.push(async () => index.close())
  const stat = await tree.stat('file')
  if (stat === undefined) throw new Error('the file is there')
  index.record([{ path: 'file' as Path, state: fileStateOf(stat, 'content' as ContentId, undefined) }])
  const folder = {
    serve: (request: Request) => serveBlock(request, { tree, index }),
    announcedFile: (name: string, size: number) => announcedFile(name, size, index),
    readAnnounced: (found: Parameters<typeof readAnnounced>[0], offset: number, blocks: readonly Uint8Array[]) =>
      readAnnounced(found, offset, blocks, tree),
  }
  return { file, ...listener(folder) }
}

/** What the other end hears: in how many pieces, and the answers in them. */
function listener(folder: ServedFolder) {
  const pieces: number[] = []
  const answers = new Map<number, Response>()
  let heard = () => {}
  const take = (response: Response) => {
    answers.set(response.id, { ...response, data: response.data.slice() })
    heard()
  }
  const serving = new Serving({
    channel: {
      sendEncoded: async (_, body, more = new Uint8Array(0)) => {
        take(parseMessage(4, Buffer.concat([body, more])) as Response)
      },
      sendFramed: async frames => {
        const reader = new FrameReader()
        reader.push(Buffer.concat([frameHello(new Uint8Array(0)), frames]))
        reader.hello()
        let count = 0
        for (let frame = reader.frame(); frame !== undefined; frame = reader.frame()) {
          count += 1
          take(parseMessage(frame.type, frame.body) as Response)
        }
        pieces.push(count)
      },
    },
    folderOf: id => (id === 'shared' ? folder : undefined),
  })
  const answered = async (count: number) => {
    while (answers.size < count)
      await new Promise<void>(resolve => {
        heard = resolve
      })
  }
  return { serving, pieces, answers, answered }
}

function requestFor(id: number, bytes: Uint8Array, offset: number, size: number, more: Partial<Request> = {}): Request {
  const hash = createHash('sha256')
    .update(bytes.subarray(offset, offset + size))
    .digest()
  const plain = { fromTemporary: false, weakHash: 0, blockNumber: 0 }
  return { type: 'request', id, folder: 'shared', name: 'file', offset, size, hash, ...plain, ...more }
}

test('blocks that lie side by side go out in one piece, others by themselves', async () => {
  const bytes = randomBytes(20 * BLOCK + 5)
  const { serving, pieces, answers, answered } = await stage(bytes)
  const offsets = [...Array.from({ length: 12 }, (_, i) => i), 15, 14, 13, 20].map(block => block * BLOCK)
  const sizeAt = (offset: number) => Math.min(BLOCK, bytes.length - offset)
  for (const [id, offset] of offsets.entries()) serving.add(requestFor(id, bytes, offset, sizeAt(offset)))
  await answered(offsets.length)
  for (const [id, offset] of offsets.entries()) {
    expect(answers.get(id)?.code).toBe('ok')
    expect(Buffer.compare(answers.get(id)?.data ?? Buffer.of(), bytes.subarray(offset, offset + sizeAt(offset)))).toBe(
      0,
    )
  }
  // No piece is larger than a mebibyte, and the few bytes at the end are no piece.
  expect([...pieces].sort()).toEqual([1, 1, 1, 4, 8])
})

test('what was touched since it was hashed is hashed again, and what is not there is refused', async () => {
  const bytes = randomBytes(4 * BLOCK)
  const { file, serving, pieces, answers, answered } = await stage(bytes)
  const other = Buffer.from(bytes)
  other[BLOCK] = (other[BLOCK] ?? 0) ^ 1
  await writeFile(file, other)
  await utimes(file, 1, 1)
  for (let i = 0; i < 4; i += 1) serving.add(requestFor(i, bytes, i * BLOCK, BLOCK))
  serving.add(requestFor(4, bytes, 3 * BLOCK, 2 * BLOCK))
  serving.add(requestFor(5, bytes, 0, BLOCK, { name: 'nothing' }))
  serving.add(requestFor(6, bytes, 0, BLOCK, { folder: 'other' }))
  await answered(7)
  expect(pieces).toEqual([])
  const codes = Array.from({ length: 7 }, (_, id) => answers.get(id)?.code)
  expect(codes).toEqual(['ok', 'no-such-file', 'ok', 'ok', 'no-such-file', 'no-such-file', 'error'])
})
