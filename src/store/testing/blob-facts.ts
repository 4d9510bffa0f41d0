// What every store of blobs promises.
import { expect } from 'vitest'
import { contentIdOfBytes } from '../../index/content-id.ts'
import type { Checksum, ChecksumKind, ContentId } from '../../model/content.ts'
import type { Blob, BlobStore } from '../blobs.ts'
import { all, type Body, chunksOf, SIGNAL } from './space-bench.ts'

export interface BlobBench {
  readonly store: BlobStore
  put(body: Body, size?: number | 'unknown', expected?: readonly Checksum[]): Promise<Blob>
  /** The bytes from here to the end, or to the last one. */
  get(id: ContentId, from?: number, to?: number): Promise<Buffer>
}

const KINDS: readonly ChecksumKind[] = ['SHA1', 'ADLER32']

export function blobBenchOf(store: BlobStore): BlobBench {
  return {
    store,
    put: (body, size = Buffer.from(body).length, expected = []) =>
      store.put({ bytes: chunksOf(body), size: size === 'unknown' ? undefined : size, kinds: KINDS, expected }, SIGNAL),
    get: (id, from = 0, to) => all(store.get(id, { from, ...(to === undefined ? {} : { to }) }, SIGNAL)),
  }
}

const LARGE = Buffer.alloc(2_500_000, 'two and a half megabytes ')
const NEVER_LIVE = async () => false

export const BLOB_FACTS: Readonly<Record<string, (at: BlobBench) => Promise<void>>> = {
  'a blob is what was put, by the id of its content': async ({ put, get, store }) => {
    for (const body of [Buffer.alloc(0), Buffer.from('hello'), LARGE]) {
      for (const size of [body.length, 'unknown'] as const) {
        const blob = await put(body, size)
        expect(blob).toMatchObject({ id: contentIdOfBytes(body), size: body.length })
        expect((await get(blob.id)).equals(body)).toBe(true)
        expect(await store.has(blob.id)).toBe(true)
      }
    }
  },
  'checksums are those that were asked for': async ({ put }) => {
    const { sums } = await put('hello')
    expect([...sums].sort()).toEqual(['ADLER32:062c0215', 'SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'])
  },
  'a range is what was asked for': async ({ put, get }) => {
    const { id } = await put(LARGE)
    for (const [from, to] of [
      [0, 0],
      [5, 9],
      [1_048_570, 1_048_590],
      [2_400_000, 9_999_999],
      [2_500_000, undefined],
    ] as const) {
      const expected = LARGE.subarray(from, to === undefined ? undefined : to + 1)
      expect((await get(id, from, to)).equals(expected)).toBe(true)
    }
  },
  'what is not there is missing': async ({ get, store }) => {
    const id = contentIdOfBytes(Buffer.from('never put'))
    expect(await store.has(id)).toBe(false)
    await expect(get(id)).rejects.toMatchObject({ code: 'missing' })
  },
  'another length or checksum than was announced leaves nothing': async ({ put, store }) => {
    const wrong = `SHA1:${'0'.repeat(40)}` as Checksum
    for (const body of [Buffer.from('refused'), Buffer.alloc(2_000_000, 'refused')]) {
      await expect(put(body, body.length + 1)).rejects.toMatchObject({ code: 'protocol' })
      await expect(put(body, body.length - 1)).rejects.toMatchObject({ code: 'protocol' })
      await expect(put(body, body.length, [wrong])).rejects.toMatchObject({ code: 'corrupt' })
      expect(await store.has(contentIdOfBytes(body))).toBe(false)
    }
  },
  'the same put many times at once is one blob': async ({ put, get }) => {
    const blobs = await Promise.all(Array.from({ length: 30 }, () => put('the same')))
    expect(new Set(blobs.map(({ id }) => id)).size).toBe(1)
    expect(String(await get((blobs[0] as Blob).id))).toBe('the same')
  },
  'many put at once are all there': async ({ put, get }) => {
    const bodies = Array.from({ length: 200 }, (_, i) => `body ${i}`)
    const blobs = await Promise.all(bodies.map(body => put(body)))
    for (const [i, { id }] of blobs.entries()) expect(String(await get(id))).toBe(bodies[i])
  },
  'a sweep removes what nobody needs, and nothing else': async ({ put, get, store }) => {
    const [live, dead, large] = [await put('live'), await put('dead'), await put(LARGE)]
    expect(await store.sweep(async id => id === live.id, 0, SIGNAL)).toBeGreaterThanOrEqual(2)
    expect(String(await get(live.id))).toBe('live')
    expect(await store.has(dead.id)).toBe(false)
    expect(await store.has(large.id)).toBe(false)
    expect(String(await get((await put('dead')).id))).toBe('dead')
  },
  'a sweep leaves what was put, or asked for, a short while ago': async ({ put, get, store }) => {
    const { id } = await put('young')
    expect(await store.sweep(NEVER_LIVE, 3_600_000, SIGNAL)).toBe(0)
    expect(String(await get(id))).toBe('young')
  },
  'a blob that is put while it is swept is there afterwards': async ({ put, get, store }) => {
    for (let round = 0; round < 20; round += 1) {
      const { id } = await put(`contested ${round}`)
      let again: Promise<Blob> | undefined
      // What was put again while its rows were looked for must stay or be written anew.
      const sweep = store.sweep(
        async () => {
          again ??= put(`contested ${round}`)
          return false
        },
        0,
        SIGNAL,
      )
      await Promise.all([sweep, again])
      await again
      if (again === undefined) continue
      await expect(hasOrIsGoneWhole(get, id, `contested ${round}`)).resolves.toBe(true)
    }
  },
}

/** A grace of nothing protects nothing: but half a blob is never seen. */
async function hasOrIsGoneWhole(get: BlobBench['get'], id: ContentId, body: string): Promise<boolean> {
  try {
    return String(await get(id)) === body
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'missing'
  }
}
