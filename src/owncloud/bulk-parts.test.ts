import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BulkFault, boundaryOf, bulkReader } from './bulk-parts.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Every part's path and bytes; what follows a fault is not told. */
async function partsIn(bytes: Uint8Array, size: number): Promise<[string, Buffer][]> {
  const reader = bulkReader(pieces(bytes, size), 'b')
  const found: [string, Buffer][] = []
  for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
    const chunks: Uint8Array[] = []
    for await (const chunk of reader.bytes()) chunks.push(Buffer.from(chunk))
    found.push([head.headers['x-file-path'] ?? '', Buffer.concat(chunks)])
  }
  return found
}

function bodyOf(parts: readonly (readonly [string, Uint8Array])[]): Buffer {
  const written = parts.flatMap(([path, bytes]) => [
    Buffer.from(`--b\r\nContent-Length: ${bytes.length}\r\nX-File-Path: ${path}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...written, Buffer.from('--b--\r\n')])
}

const part = fc.tuple(
  fc.stringMatching(/^[a-z/]{1,9}$/),
  fc.oneof(
    fc.uint8Array({ maxLength: 99 }),
    fc.constantFrom('--b\r\n', '\r\n--b--\r\n', '').map(text => new Uint8Array(Buffer.from(text))),
  ),
)

test('parts come out as they went in, however the body is cut into pieces, whatever is in them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), async (parts, size) => {
      const found = await partsIn(bodyOf(parts), size)
      expect(found).toEqual(parts.map(([path, bytes]) => [path, Buffer.from(bytes)]))
    }),
  )
})

test('a body that is cut off or made up ends with a fault of its own, and nothing else', async () => {
  const whole = bodyOf([
    ['a', Buffer.from('some bytes')],
    ['b', Buffer.from('more')],
  ])
  const broken = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: whole.length - 3 }).map(end => whole.subarray(0, end)),
    fc.tuple(fc.integer({ min: 0, max: whole.length - 3 }), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(whole)
      copy[at] = byte
      return copy
    }),
  )
  await fc.assert(
    fc.asyncProperty(broken, async bytes => {
      await partsIn(bytes, 7).catch(error => expect(error).toBeInstanceOf(BulkFault))
    }),
  )
  await expect(partsIn(Buffer.from(`--b\r\n${'x'.repeat(20_000)}`), 100)).rejects.toThrow(BulkFault)
  await expect(partsIn(Buffer.from(`--b\r\n${'a: b\r\n'.repeat(50)}`), 100)).rejects.toThrow(BulkFault)
  await expect(partsIn(Buffer.from('--b\r\nContent-Length: -1\r\n\r\n'), 100)).rejects.toThrow(BulkFault)
})

test('the boundary is found in quotes or without, and in no other kind of body', () => {
  expect(boundaryOf('multipart/related; boundary="b; c"')).toBe('b; c')
  expect(boundaryOf('Multipart/Related; type=x; boundary=b;')).toBe('b')
  expect([
    boundaryOf('multipart/form-data; boundary=b'),
    boundaryOf(undefined),
    boundaryOf('multipart/related'),
  ]).toEqual([undefined, undefined, undefined])
})
