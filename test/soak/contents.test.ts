import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentOf, idOf, recognise } from './contents.ts'

const SIZE = fc.integer({ min: 0, max: 500 })

test('a content is known again, and is whole', () => {
  const known = fc.property(fc.nat(), fc.nat(), SIZE, (seed, count, size) => {
    const { id, bytes } = contentOf(seed, count, size)
    expect(idOf(bytes)).toBe(id)
    expect(recognise(bytes)).toEqual({ id, isWhole: true })
  })
  fc.assert(known)
})

test('no two contents of a run are the same', () => {
  const ids = Array.from({ length: 1000 }, (_, count) => contentOf(7, count, 0).id)
  expect(new Set(ids).size).toBe(1000)
})

test('what was cut off, or goes on with something else, is not whole', () => {
  const one = contentOf(1, 1, 300)
  const other = contentOf(1, 2, 300)
  const halves = Buffer.concat([one.bytes.subarray(0, 200), other.bytes.subarray(200)])
  for (const torn of [one.bytes.subarray(0, -1), Buffer.concat([one.bytes, Buffer.from('x')]), halves])
    expect(recognise(torn)).toEqual({ id: one.id, isWhole: false })
})

test('what nobody of this program wrote is not recognised', () => {
  expect(recognise(Buffer.from('something else'))).toBeUndefined()
  expect(idOf(Buffer.alloc(0))).toBeUndefined()
})
