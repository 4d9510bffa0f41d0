// Files of which a device has only a part: told of, asked for, served, by devices whose every word is given here.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileProgress, Message, Request } from '../../src/wire/bep/messages.ts'
import { describePeer } from '../peers.ts'
import type { MeshDevice } from './device.ts'
import { HostileDevice } from './hostile-device.ts'
import { clearAwayAfterEach, onEnd, ours, place, shareFrom, theirs, until } from './sharing.ts'

clearAwayAfterEach()

const TEST_MS = 400_000
const BLOCK = 131_072
const BYTES = randomBytes(20 * BLOCK)
const blockAt = (index: number) => BYTES.subarray(index * BLOCK, (index + 1) * BLOCK)
const hashAt = (index: number) => createHash('sha256').update(blockAt(index)).digest()
const BLOCKS = Array.from({ length: 20 }, (_, n) => ({ offset: n * BLOCK, size: BLOCK, hash: hashAt(n), weakHash: 0 }))

const codeOf = (message: Message) => (message.type === 'response' ? message.code : message.type)

const ALL = BLOCKS.map((_, n) => n)
const isLacked = ({ folder }: MeshDevice) => folder.mesh.lackOf('').items > 0

/** One of ours, and two devices that say what they are told to: one has the large file, the other has not. */
async function stage() {
  const device = await ours('a', { progressEveryMs: 50 })
  const [holder, other] = [await HostileDevice.make(place()), await HostileDevice.make(place())]
  device.share([holder, other].map(each => ({ device: each.device, address: '' })))
  for (const each of [holder, other]) {
    await each.enter(device)
    onEnd(() => each.leave())
  }
  const version = [[holder.short, 1n]] as never
  const file = { name: 'large', size: BYTES.length, blocks: BLOCKS, version }
  const isHere = () => existsSync(join(device.root, 'large'))
  return { device, holder, other, version, file, isHere }
}

/** Of the large file it gives the fifteen blocks that are asked for first, and the rest when the returned function is called. */
function keepBack(holder: HostileDevice): () => void {
  let open = () => {}
  const gate = new Promise<void>(resolve => {
    open = resolve
  })
  onEnd(() => open())
  let given = 0
  holder.answer = async ({ offset }) => {
    given += 1
    if (given > 15) await gate
    return blockAt(offset / BLOCK)
  }
  return open
}

const progressOf = ({ heard }: HostileDevice): readonly FileProgress[] =>
  heard.flatMap(message => (message.type === 'download-progress' ? message.updates : []))

test(
  'what came of a large file is told, and served before all of it is here',
  async () => {
    const { device, holder, other, version, file, isHere } = await stage()
    const open = keepBack(holder)
    await holder.announce([file])
    const told = () => new Set(progressOf(other).flatMap(({ blockIndexes }) => blockIndexes))
    await until('fifteen blocks are told of', () => told().size === 15)
    expect(progressOf(other)[0]).toMatchObject({ kind: 'append', name: 'large', version, blockSize: BLOCK })
    // Nobody tells the one who has all of it.
    expect(progressOf(holder)).toEqual([])
    const ask = (index: number, more: Partial<Request> = {}) =>
      other.ask({
        name: 'large',
        offset: index * BLOCK,
        size: BLOCK,
        hash: hashAt(index),
        fromTemporary: true,
        ...more,
      })
    const served = await ask(3)
    expect(served.type === 'response' && blockAt(3).equals(served.data)).toBe(true)
    expect(codeOf(await ask(17))).toBe('no-such-file')
    expect(codeOf(await ask(3, { hash: hashAt(4) }))).toBe('no-such-file')
    expect(codeOf(await ask(3, { hash: new Uint8Array(0) }))).toBe('no-such-file')
    expect(codeOf(await ask(3, { offset: 3 * BLOCK + 1 }))).toBe('no-such-file')
    expect(codeOf(await ask(3, { fromTemporary: false }))).toBe('no-such-file')
    expect(isHere()).toBe(false)
    open()
    await until('all of it is here', isHere)
    await until('nothing is told of any more', () => progressOf(other).at(-1)?.kind === 'forget')
    await until('it is offered as a whole', () => other.heard.some(({ type }) => type.startsWith('index')))
    expect(BYTES.equals(readFileSync(join(device.root, 'large')))).toBe(true)
  },
  TEST_MS,
)

test(
  'what nobody who is connected has as a whole is taken from one who has a part of it, once that says so',
  async () => {
    const { device, holder, other, version, file, isHere } = await stage()
    const asked: Request[] = []
    other.answer = request => {
      asked.push(request)
      return blockAt(request.blockNumber)
    }
    await holder.announce([file])
    await holder.leave()
    await until('it is known, and nobody there has it', () => device.isAtRest && isLacked(device))
    const told = (more: Partial<FileProgress>) =>
      other.channel.send({
        type: 'download-progress',
        folder: 'shared',
        updates: [{ ...{ kind: 'append', name: 'large', version, blockSize: BLOCK, blockIndexes: ALL }, ...more }],
      })
    // Another version, blocks of another size, and what is there no more: of no use.
    await told({ version: [[holder.short, 99n]] as never })
    await told({ blockSize: 2 * BLOCK })
    await told({})
    await told({ kind: 'forget', blockIndexes: [] })
    await other.ask({ name: 'proof that all of this was heard' })
    asked.length = 0
    await told({})
    await until('it is here', isHere)
    expect(BYTES.equals(readFileSync(join(device.root, 'large')))).toBe(true)
    expect(asked.every(({ fromTemporary }) => fromTemporary)).toBe(true)
  },
  TEST_MS,
)

test(
  'any number of files and blocks that somebody says to have on their way is borne',
  async () => {
    const { device, holder, other, version, file, isHere } = await stage()
    holder.answer = ({ blockNumber }) => blockAt(blockNumber)
    const before = process.memoryUsage().rss
    for (let round = 0; round < 20; round += 1) {
      const updates = Array.from({ length: 500 }, (_, n): FileProgress => {
        const blockIndexes = Array.from({ length: 500 }, (__, index) => index * 7919 + round)
        return { kind: 'append', name: `${round} ${n}`, version, blockSize: BLOCK, blockIndexes }
      })
      await other.channel.send({ type: 'download-progress', folder: 'shared', updates })
    }
    for (const name of ['', '../x', 'a\0b', '/etc/passwd'])
      await other.channel.send({
        type: 'download-progress',
        folder: 'shared',
        updates: [{ kind: 'append', name, version: [], blockSize: 0, blockIndexes: [-1, 2 ** 31 - 1] }],
      })
    await holder.announce([file])
    await until('the large file is here', isHere)
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
    expect(device.problems).toEqual([])
  },
  TEST_MS,
)

describePeer('a real device', ['syncthing'], () => {
  const options = { progressUpdateIntervalS: 1 }

  test(
    'understands what we tell of a file that is on its way here',
    async () => {
      const holder = await HostileDevice.make(place())
      const [device, b] = [await ours('a', { progressEveryMs: 50 }), await theirs({ options })]
      const file = { name: 'large', size: BYTES.length, blocks: BLOCKS, version: [[holder.short, 1n]] as never }
      const progress = () => b.syncthing.call('GET', '/events?events=RemoteDownloadProgress&timeout=1')
      // It notes from now on.
      await progress()
      await shareFrom(b, [device])
      device.share([{ device: holder.device, address: '' }, b])
      await until('they share the folder', () => device.folder.connected.includes(b.device as never))
      const open = keepBack(holder)
      await holder.enter(device)
      onEnd(() => holder.leave())
      await holder.announce([file])
      const blocksTold = async () => {
        const events = ((await progress()) ?? []) as {
          data: { device: string; state: Record<string, number> | null }
        }[]
        return events.map(({ data }) => (data.device === device.device ? data.state?.['large'] : undefined))
      }
      await until('it knows of fifteen blocks', async () => (await blocksTold()).includes(15))
      open()
      await until('it has all of it', () => existsSync(join(b.root, 'large')))
    },
    TEST_MS,
  )

  test(
    'gives us what it has of a file that it has only a part of',
    async () => {
      const holder = await HostileDevice.make(place())
      const [a, b] = [await ours('a', { progressEveryMs: 50 }), await theirs({ options })]
      await shareFrom(b, [a, { device: holder.device, address: 'dynamic' }])
      a.share([{ device: holder.device, address: '' }, b])
      const file = { name: 'large', size: BYTES.length, blocks: BLOCKS, version: [[holder.short, 1n]] as never }
      // We know of it, and nobody who is connected has it.
      await holder.enter(a)
      holder.answer = () => new Promise(() => {})
      await holder.announce([file])
      await until('it is known here', () => isLacked(a))
      await holder.leave()
      const open = keepBack(holder)
      await holder.enter({ device: b.device as never, address: b.address })
      onEnd(() => holder.leave())
      await holder.announce([file])
      const sources = (index: number) => {
        const global = a.folder.mesh.global('large' as never)
        return global === undefined ? [] : a.folder.sourcesOf(global, { index })
      }
      const offered = () => ALL.filter(index => sources(index).length > 0)
      await until('it has told of fifteen blocks', () => offered().length === 15)
      for (const index of offered()) {
        const { offset, size, hash } = BLOCKS[index] as (typeof BLOCKS)[number]
        const wanted = { folder: 'shared', name: 'large', offset, size, hash, blockNumber: index }
        const bytes = await sources(index)[0]?.ask(wanted, AbortSignal.timeout(60_000))
        expect(bytes !== undefined && blockAt(index).equals(bytes)).toBe(true)
      }
      expect(existsSync(join(b.root, 'large'))).toBe(false)
      open()
      await until('it has all of it', () => existsSync(join(b.root, 'large')))
      await until('so have we', () => existsSync(join(a.root, 'large')))
      expect(BYTES.equals(readFileSync(join(a.root, 'large')))).toBe(true)
    },
    TEST_MS,
  )
})
