import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeviceId } from '../../model/version.ts'
import { parseAnnounce, writeAnnounce } from './announce.ts'
import { bytesOfKey, type DeviceKey, deviceKeyOf, parseDeviceKey, shortIdOf, shortTextOf } from './device-key.ts'
import { type FileInfo, faultOfFileInfo } from './file-info.ts'
import { FrameReader, frameHead, frameHello, HELLO_MAGIC } from './frames.ts'
import {
  MESSAGE_NUMBERS,
  type Message,
  parseHello,
  parseMessage,
  writeHello,
  writeMessage,
  writeResponseHead,
} from './messages.ts'
import { BepFault, ProtoReader, ProtoWriter } from './protobuf.ts'
import { parseRelayMessage, type RelayMessage, writeRelayMessage } from './relay.ts'

describe('a device key', () => {
  const bytes = Buffer.from('a9a5eca281dc1c46c1eec78d627c33fa091cd171413e5f29569a3e42569c02ec', 'hex')
  const text = 'VGS6ZIU-B3QOENS-QPOY6GW-E7BT7IQ-ERZULRI-E7F6KKU-WTI7EEV-U4ALWA6'

  test('is written as syncthing writes it', () => {
    expect(deviceKeyOf(bytes)).toBe(text)
    expect(shortTextOf(shortIdOf(text as DeviceKey))).toBe('VGS6ZIU')
    expect(shortTextOf(0n as DeviceId)).toBe('')
  })

  test.each([
    ['as it is', text],
    ['in small letters, with blanks', text.toLowerCase().replaceAll('-', ' ')],
    ['with digits for letters', text.replace('O', '0').replace('I', '1').replace('B', '8')],
    ['without check digits', 'VGS6ZIUB3QOENQPOY6GWE7BT7IERZULRIE7F6KKWTI7EEVU4ALWA===='],
  ])('is understood %s', (_, spelt) => {
    expect(parseDeviceKey(spelt)).toBe(text)
  })

  test('with one wrong letter is none', () => {
    for (let at = 0; at < text.length; at += 1) {
      if (text[at] === '-') continue
      const wrong = `${text.slice(0, at)}${text[at] === 'Q' ? 'X' : 'Q'}${text.slice(at + 1)}`
      expect(parseDeviceKey(wrong)).toBeUndefined()
    }
  })

  test('comes back from any text or is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), id => {
        const key = deviceKeyOf(id)
        expect(parseDeviceKey(key)).toBe(key)
        expect([...bytesOfKey(key)]).toEqual([...id])
      }),
    )
    fc.assert(
      fc.property(fc.string(), any => {
        const key = parseDeviceKey(any)
        expect(key === undefined || key.length === 63).toBe(true)
      }),
    )
  })
})

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const uint32 = fc.nat({ max: 0xffff_ffff })
const int31 = fc.nat({ max: 0x7fff_ffff })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const version = fc
  .uniqueArray(fc.tuple(uint64, fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })), { selector: ([id]) => id, maxLength: 5 })
  .map(all => all.sort(([a], [b]) => (a < b ? -1 : 1)) as unknown as FileInfo['version'])

const fileInfo: fc.Arbitrary<FileInfo> = fc
  .record({
    name: text,
    kind: fc.constantFrom('file', 'directory', 'symlink'),
    size: count,
    permissions: fc.nat({ max: 0o777 }),
    noPermissions: fc.boolean(),
    modifiedNs: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 19n }),
    modifiedBy: uint64 as unknown as fc.Arbitrary<DeviceId>,
    deleted: fc.boolean(),
    invalid: fc.boolean(),
    version,
    sequence: count,
    blockSize: fc.constantFrom(131072, 262144, 16777216),
    blocks: fc.array(fc.record({ offset: count, size: int31, hash: bytes32, weakHash: uint32 }), { maxLength: 4 }),
    symlinkTarget: text,
    encrypted: fc.option(fc.uint8Array({ minLength: 1, maxLength: 9 }), { nil: undefined }),
    previousBlocksHash: fc.option(bytes32, { nil: undefined }),
  })
  .map(info => (info.kind === 'file' ? info : { ...info, blockSize: 131072 }))

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('cluster-config' as const),
    secondary: fc.boolean(),
    folders: fc.array(
      fc.record({
        id: text,
        label: text,
        readOnly: fc.boolean(),
        ignorePermissions: fc.boolean(),
        ignoreDelete: fc.boolean(),
        disableTempIndexes: fc.boolean(),
        paused: fc.boolean(),
        devices: fc.array(
          fc.record({
            id: bytes32,
            name: text,
            addresses: fc.array(text, { maxLength: 3 }),
            compression: fc.constantFrom('metadata', 'never', 'always'),
            certName: text,
            maxSequence: count,
            indexId: uint64,
            introducer: fc.boolean(),
            skipIntroductionRemovals: fc.boolean(),
            encryptionToken: fc.uint8Array({ maxLength: 40 }),
            hasRemotes: fc.boolean(),
          }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    type: fc.constantFrom('index', 'index-update'),
    folder: text,
    files: fc.array(fileInfo, { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('request' as const),
    id: int31,
    folder: text,
    name: text,
    offset: count,
    size: int31,
    hash: fc.uint8Array({ maxLength: 48 }),
    fromTemporary: fc.boolean(),
    weakHash: uint32,
    blockNumber: int31,
  }),
  fc.record({
    type: fc.constant('response' as const),
    id: int31,
    data: fc.uint8Array({ maxLength: 400 }),
    code: fc.constantFrom('ok', 'error', 'no-such-file', 'invalid-file'),
  }),
  fc.record({
    type: fc.constant('download-progress' as const),
    folder: text,
    updates: fc.array(
      fc.record({
        kind: fc.constantFrom('append', 'forget'),
        name: text,
        version,
        blockIndexes: fc.array(int31, { maxLength: 5 }),
        blockSize: int31,
      }),
      { maxLength: 3 },
    ),
  }),
  fc.constant({ type: 'ping' as const }),
  fc.record({ type: fc.constant('close' as const), reason: text }),
) as fc.Arbitrary<Message>

// Views of buffers are not equal to arrays of their own for the test runner.
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  return value
}

describe('a message', () => {
  test('comes back as it went', () => {
    fc.assert(
      fc.property(message, sent => {
        const got = parseMessage(MESSAGE_NUMBERS[sent.type], writeMessage(sent))
        expect(plain(got)).toEqual(plain(sent))
      }),
    )
  })

  test('of any bytes is understood or refused as a fault', () => {
    fc.assert(
      fc.property(fc.nat({ max: 8 }), fc.uint8Array({ maxLength: 200 }), (number, bytes) => {
        try {
          parseMessage(number, bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(BepFault)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('that was cut or spoilt is understood or refused as a fault', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (sent, at, value, isCut) => {
        const bytes = Buffer.from(writeMessage(sent))
        if (bytes.length === 0) return
        const spoilt = isCut ? bytes.subarray(0, at % bytes.length) : bytes
        if (!isCut) spoilt[at % bytes.length] = value
        try {
          parseMessage(MESSAGE_NUMBERS[sent.type], spoilt)
        } catch (error) {
          expect(error).toBeInstanceOf(BepFault)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('of a later protocol is passed over', () => {
    expect(parseMessage(99, new Uint8Array([1, 2, 3]))).toBeUndefined()
  })

  test('with unknown fields is understood', () => {
    const writer = new ProtoWriter()
    writer.string(1, 'folder')
    writer.uint(77, 5)
    writer.bytes(78, new Uint8Array(300))
    expect(parseMessage(1, writer.finish())).toEqual({ type: 'index', folder: 'folder', files: [] })
  })

  test('may pack its numbers', () => {
    const writer = new ProtoWriter()
    writer.message(2, inner => {
      inner.string(2, 'a')
      inner.bytes(4, new Uint8Array([1, 0x96, 0x01, 3]))
    })
    expect(parseMessage(5, writer.finish())).toMatchObject({ updates: [{ blockIndexes: [1, 150, 3] }] })
  })

  test.each([
    ['a size below zero', (writer: ProtoWriter) => writer.int64(3, -5n)],
    ['a size beyond all files', (writer: ProtoWriter) => writer.uint64(3, 2n ** 60n)],
    ['an unknown kind', (writer: ProtoWriter) => writer.uint(2, 9)],
    ['a second of two thousand million nanoseconds', (writer: ProtoWriter) => writer.uint(11, 2_000_000_000)],
    ['a name that is not UTF-8', (writer: ProtoWriter) => writer.bytes(1, new Uint8Array([0xff, 0xfe]))],
  ])('with an entry of %s is refused', (_, write) => {
    const writer = new ProtoWriter()
    writer.message(2, write)
    expect(() => parseMessage(1, writer.finish())).toThrow(BepFault)
  })
})

test.each([
  ['a deleted file with contents', { deleted: true }],
  ['a directory with contents', { kind: 'directory' as const }],
  ['a file without contents', { blocks: [] }],
])('%s is nonsense', (_, change) => {
  const block = { offset: 0, size: 1, hash: new Uint8Array(32), weakHash: 0 }
  const info = { kind: 'file', deleted: false, invalid: false, blocks: [block], ...change } as unknown as FileInfo
  expect(faultOfFileInfo(info)).toBe(_)
})

describe('frames', () => {
  const hello = frameHello(writeHello({ deviceName: 'a', clientName: 'b', clientVersion: 'v1' }))

  function framed(sent: readonly Message[]): Buffer {
    const parts = sent.flatMap(one => {
      const body = writeMessage(one)
      return [frameHead(MESSAGE_NUMBERS[one.type], 'none', body.length), body]
    })
    return Buffer.concat([hello, ...parts])
  }

  test('are the same however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 50 })), (sent, sizes) => {
        const bytes = framed(sent)
        const reader = new FrameReader()
        const got: (Message | undefined)[] = []
        let greeted = false
        let at = 0
        for (let i = 0; at < bytes.length; i += 1) {
          const size = sizes[i] ?? bytes.length
          const chunk = bytes.slice(at, at + size)
          // What is said to be copied may be anything from now on.
          if (reader.push(chunk)) chunk.fill(0xff)
          at += size
          if (!greeted) {
            const body = reader.hello()
            if (body === undefined) continue
            greeted = true
            expect(parseHello(body)).toEqual({ deviceName: 'a', clientName: 'b', clientVersion: 'v1' })
          }
          for (let frame = reader.frame(); frame !== undefined; frame = reader.frame())
            got.push(parseMessage(frame.type, frame.body.slice()))
        }
        expect(plain(got)).toEqual(plain(sent))
      }),
    )
  })

  test('a response of which the data follow by themselves is the same', () => {
    const response = fc.record({
      id: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      data: fc.uint8Array({ maxLength: 300 }),
      code: fc.constantFrom('ok' as const, 'error' as const, 'no-such-file' as const, 'invalid-file' as const),
    })
    fc.assert(
      fc.property(response, one => {
        const bytes = Buffer.concat([writeResponseHead(one, one.data.length), one.data])
        expect(plain([parseMessage(4, bytes)])).toEqual(plain([{ type: 'response', ...one }]))
      }),
    )
  })

  test('a first message has an empty header', () => {
    expect([...frameHead(0, 'none', 5)]).toEqual([0, 0, 0, 0, 0, 5])
    expect([...frameHead(1, 'lz4', 5)]).toEqual([0, 4, 8, 1, 16, 1, 0, 0, 0, 5])
  })

  test.each([
    ['too long a message', [0, 0, 0xff, 0xff, 0xff, 0xff]],
    ['a header with its top bit set', [0x80, 0, 0, 0]],
    ['an unknown compression', [0, 2, 16, 2, 0, 0, 0, 0]],
  ])('%s is a fault', (_, bytes) => {
    const reader = new FrameReader()
    reader.push(hello)
    reader.hello()
    reader.push(new Uint8Array(bytes))
    expect(() => reader.frame()).toThrow(BepFault)
  })

  test('another protocol is a fault at the first bytes', () => {
    const reader = new FrameReader()
    reader.push(Buffer.from('GET / HTTP/1.1\r\n'))
    expect(() => reader.hello()).toThrow(BepFault)
  })

  test('any bytes are understood or refused as a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        const reader = new FrameReader()
        reader.push(hello)
        reader.hello()
        reader.push(bytes)
        try {
          while (reader.frame() !== undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(BepFault)
        }
      }),
    )
  })
})

describe('an announcement', () => {
  test('comes back as it went', () => {
    fc.assert(
      fc.property(
        bytes32,
        fc.array(text, { maxLength: 4 }),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        (id, addresses, instance) => {
          const announce = { device: deviceKeyOf(id), addresses, instance }
          expect(parseAnnounce(writeAnnounce(announce))).toEqual(announce)
        },
      ),
    )
  })

  test('of any packet is nothing, understood, or a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        const magic = Buffer.alloc(4)
        magic.writeUInt32BE(HELLO_MAGIC)
        expect(parseAnnounce(bytes)).toBeUndefined()
        try {
          parseAnnounce(Buffer.concat([magic, bytes]))
        } catch (error) {
          expect(error).toBeInstanceOf(BepFault)
        }
      }),
    )
  })
})

describe('a message of a relay', () => {
  const relayMessage: fc.Arbitrary<RelayMessage> = fc.oneof(
    fc.record({ type: fc.constantFrom('ping', 'pong', 'full') }),
    fc.record({ type: fc.constant('join-relay'), token: fc.string({ maxLength: 20 }) }),
    fc.record({ type: fc.constant('join-session'), key: fc.uint8Array({ maxLength: 32 }) }),
    fc.record({ type: fc.constant('response'), code: fc.integer({ min: 0, max: 100 }), message: text }),
    fc.record({ type: fc.constant('connect'), device: bytes32 }),
    fc.record({
      type: fc.constant('invitation'),
      from: bytes32,
      key: fc.uint8Array({ maxLength: 32 }),
      address: fc.uint8Array({ maxLength: 16 }),
      port: fc.nat({ max: 65535 }),
      isServer: fc.boolean(),
    }),
  ) as fc.Arbitrary<RelayMessage>

  test('comes back as it went, and says how long it was', () => {
    fc.assert(
      fc.property(relayMessage, fc.uint8Array({ maxLength: 10 }), (sent, more) => {
        const bytes = writeRelayMessage(sent)
        const got = parseRelayMessage(Buffer.concat([bytes, more]))
        expect(plain(got?.message)).toEqual(plain(sent))
        expect(got?.length).toBe(bytes.length)
        expect(parseRelayMessage(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
      }),
    )
  })

  test('of a length below zero is a fault', () => {
    const bytes = Buffer.from(writeRelayMessage({ type: 'ping' }))
    bytes.writeInt32BE(-1, 8)
    expect(() => parseRelayMessage(bytes)).toThrow(BepFault)
  })
})

test('numbers of 64 bits keep every bit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), value => {
      const writer = new ProtoWriter()
      writer.int64(1, value)
      const reader = new ProtoReader(writer.finish())
      expect(reader.next() === 0 ? 0n : reader.int64()).toBe(value)
    }),
  )
})
