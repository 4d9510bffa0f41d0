// Devices that were let in and lie, and strangers that only knock: the folder stays as it was, memory stays bounded, and friends are served.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileInfo } from '../../src/wire/bep/file-info.ts'
import { frameHead } from '../../src/wire/bep/frames.ts'
import { MESSAGE_NUMBERS } from '../../src/wire/bep/messages.ts'
import type { MeshDevice } from './device.ts'
import { HostileDevice } from './hostile-device.ts'
import { clearAwayAfterEach, onEnd, ours, place, until, write } from './sharing.ts'

clearAwayAfterEach()

const MiB = 1024 * 1024
const TEST_MS = 400_000

interface Stage {
  readonly victim: MeshDevice
  readonly friend: MeshDevice
  readonly hostile: HostileDevice
}

/** One of ours that shares a folder with a friend and with somebody who is none. */
async function stage(): Promise<Stage> {
  const [victim, friend] = await Promise.all([ours('victim'), ours('friend')])
  const hostile = await HostileDevice.make(place())
  write(victim.root, 'secret/of the folder', 'shared')
  symlinkSync('/etc', join(victim.root, 'outside'))
  friend.share([victim])
  victim.share([friend, { device: hostile.device, address: '' }])
  await until('the friend has it', () => existsSync(join(friend.root, 'secret/of the folder')))
  await hostile.enter(victim)
  onEnd(() => hostile.leave())
  return { victim, friend, hostile }
}

/** Friends are served as ever. */
async function stillServes({ victim, friend }: Stage): Promise<void> {
  write(victim.root, 'proof', 'still here')
  victim.hint()
  await until(
    'the friend gets what is new',
    () => existsSync(join(friend.root, 'proof')),
    () => [victim.problems, victim.last],
  )
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const block = (size: number, offset = 0) => ({ offset, size, hash: hash(new Uint8Array(size)), weakHash: 0 })

const OUTRAGES: readonly (readonly [string, Partial<FileInfo>])[] = [
  ['a name that leads out of the folder', { name: '../escaped', blocks: [block(0)] }],
  ['a name that leads out of the folder from within', { name: 'a/../../escaped', blocks: [block(0)] }],
  ['an absolute name', { name: '/tmp/escaped', blocks: [block(0)] }],
  ['no name', { name: '', blocks: [block(0)] }],
  ['a name with nothing between slashes', { name: 'a//b', blocks: [block(0)] }],
  ['a name with a zero in it', { name: 'a\0b', blocks: [block(0)] }],
  ['a file without blocks', { size: 10 }],
  ['a deleted file with blocks', { deleted: true, blocks: [block(0)] }],
  ['a directory with blocks', { kind: 'directory', blocks: [block(0)] }],
  ['a size that its blocks do not have', { size: 5 * MiB, blocks: [block(131_072)] }],
  ['more blocks than its size', { size: 1, blocks: [block(1), block(131_072, 131_072)] }],
  ['blocks that overlap', { size: 262_144, blocks: [block(131_072), block(131_072, 1)] }],
  ['a block that is larger than blocks are', { size: 262_144, blocks: [block(262_144)] }],
  ['a hash of another length', { size: 1, blocks: [{ ...block(1), hash: new Uint8Array(5) }] }],
]

test(
  'one who announces what cannot be is sent away, each time',
  async () => {
    const all = await stage()
    for (const [what, file] of OUTRAGES) {
      await all.hostile.leave()
      await all.hostile.enter(all.victim)
      await all.hostile.announce([file])
      const ended = await all.hostile.channel.ended
      expect(`${what}: ${ended?.message}`).toContain('protocol error')
    }
    expect(existsSync(join(all.victim.root, '../escaped'))).toBe(false)
    await stillServes(all)
  },
  TEST_MS,
)

test(
  'messages that are too long, garbled or would swell beyond measure end the connection, and take no memory',
  async () => {
    const all = await stage()
    const lz4 = (length: number, rest: Uint8Array) => {
      const body = Buffer.concat([Buffer.alloc(4), rest])
      body.writeUInt32BE(length)
      return Buffer.concat([frameHead(MESSAGE_NUMBERS.index, 'lz4', body.length), body])
    }
    const zeros = Buffer.from([0x1f, 0, 1, 0, ...new Array(2000).fill(255), 0])
    const attacks: readonly (readonly [string, Uint8Array])[] = [
      ['a message of 4 GiB', frameHead(MESSAGE_NUMBERS.index, 'none', 0xffff_ffff)],
      ['a message of 400 MB', frameHead(MESSAGE_NUMBERS.response, 'none', 400_000_000)],
      ['a header of 60,000 bytes', Buffer.from([0xea, 0x60, 1, 2, 3])],
      ['a bomb that says what it is', lz4(400_000_000, zeros)],
      ['a bomb that says it is small', lz4(16, zeros)],
      ['a bomb without end', lz4(500_000, Buffer.alloc(3000, 0xff))],
      ['noise for LZ4', lz4(5000, Buffer.from('this is not a block of LZ4'))],
      ['noise for a message', Buffer.concat([frameHead(MESSAGE_NUMBERS.index, 'none', 4), Buffer.alloc(4, 0xff)])],
    ]
    const before = process.memoryUsage().rss
    for (const [what, bytes] of attacks) {
      await all.hostile.leave()
      await all.hostile.enter(all.victim)
      all.hostile.raw(bytes)
      const ended = await all.hostile.channel.ended
      expect(`${what}: ${ended?.message}`).toContain('protocol error')
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MiB)
    await stillServes(all)
  },
  TEST_MS,
)

test(
  'requests lead nowhere but into files that are shared',
  async () => {
    const all = await stage()
    const { hostile } = all
    for (const name of [
      '../../../../etc/passwd',
      '/etc/passwd',
      'outside/passwd',
      'outside',
      '.syncline/index.db',
      'secret',
      'secret/of the folder/more',
      'secret/../secret/of the folder',
      '',
      'nothing',
    ]) {
      const answer = await hostile.ask({ name, size: 16 })
      expect([name, answer]).toEqual([name, expect.objectContaining({ type: 'response' })])
      expect(answer.type === 'response' && answer.code !== 'ok' && answer.data.length).toBe(0)
    }
    for (const [offset, size] of [
      [2 ** 52, 16],
      [0, 2 ** 31 - 1],
      [5, 16],
    ] as const) {
      const answer = await hostile.ask({ name: 'secret/of the folder', offset, size })
      expect(answer.type === 'response' && answer.code).not.toBe('ok')
    }
    const whole = await hostile.ask({ name: 'secret/of the folder', size: 6 })
    expect(whole.type === 'response' && Buffer.from(whole.data).toString()).toBe('shared')
    await stillServes(all)
  },
  TEST_MS,
)

test(
  'bytes that are not those announced never become a file',
  async () => {
    const all = await stage()
    const { hostile, victim } = all
    hostile.answer = ({ size }) => Buffer.alloc(size, 'lies')
    await hostile.announce([
      { name: 'lie', size: 1000, blocks: [block(1000)] },
      {
        name: 'large lie',
        size: 131_072 * 2,
        blocks: [block(131_072), { ...block(131_072, 131_072), hash: hash(Buffer.from('x')) }],
      },
      { name: 'link', kind: 'symlink', symlinkTarget: place() },
      { name: 'link/through it', size: 4, blocks: [{ ...block(4), hash: hash(Buffer.from('lies')) }] },
    ])
    await until('it was tried', () => hostile.heard.some(({ type }) => type === 'request'))
    await stillServes(all)
    expect(readdirSync(victim.root)).not.toContain('lie')
    expect(readdirSync(victim.root)).not.toContain('large lie')
    const target = existsSync(join(victim.root, 'link')) ? readdirSync(join(victim.root, 'link')) : []
    expect(target).toEqual([])
  },
  TEST_MS,
)

test(
  'floods of announcements, requests, answers and folders are borne or ended',
  async () => {
    const all = await stage()
    const { hostile, victim } = all
    const before = process.memoryUsage().rss
    for (let round = 0; round < 20; round += 1) {
      await hostile.announce(
        Array.from({ length: 1000 }, (_, i) => ({
          name: `flood/${round}/${i}`,
          deleted: true,
          sequence: round * 1000 + i + 1,
        })),
      )
    }
    for (let i = 0; i < 2000; i += 1) {
      void hostile.channel.send({ type: 'response', id: i, code: 'ok', data: new Uint8Array(1000) })
      void hostile.channel.send({ type: 'ping' })
    }
    await stillServes(all)
    await hostile.channel.send({
      type: 'cluster-config',
      secondary: false,
      folders: Array.from({ length: 5000 }, (_, i) => ({
        id: `folder ${i}`,
        label: '',
        readOnly: false,
        ignorePermissions: false,
        ignoreDelete: false,
        disableTempIndexes: true,
        paused: false,
        devices: [],
      })),
    })
    expect((await hostile.channel.ended)?.message).toContain('protocol error')
    expect(victim.offered.length).toBeLessThanOrEqual(1000)
    await hostile.enter(victim)
    for (let i = 0; i < 60_000 && !hostile.channel.isOver; i += 1)
      void hostile.channel.send({
        ...{ type: 'request', id: i, folder: 'shared', name: 'nothing', offset: 0, size: 16 * MiB },
        ...{ hash: new Uint8Array(0), fromTemporary: false, weakHash: 0, blockNumber: 0 },
      })
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MiB)
    const name = 'after the flood'
    write(victim.root, name, 'still here')
    victim.hint()
    await until('friends are served', () => existsSync(join(all.friend.root, name)))
  },
  TEST_MS,
)

test(
  'hundreds who knock and say nothing keep nobody out',
  async () => {
    const [victim, friend] = await Promise.all([ours('victim'), ours('friend')])
    const { hostname, port } = new URL(victim.address.replace('tcp:', 'http:'))
    for (let i = 0; i < 300; i += 1) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      onEnd(() => socket.destroy())
      if (i % 3 === 0) socket.write('GET / HTTP/1.1\r\n\r\n')
      if (i % 3 === 1) socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0]))
    }
    write(victim.root, 'for friends', 'here')
    victim.share([{ device: friend.device, address: '' }])
    friend.share([victim])
    await until('the friend came through', () => existsSync(join(friend.root, 'for friends')))
    expect(readFileSync(join(friend.root, 'for friends'), 'utf8')).toBe('here')
  },
  TEST_MS,
)
