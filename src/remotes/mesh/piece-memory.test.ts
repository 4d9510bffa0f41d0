// Memory of pieces is used again only when nobody reads in it any more.
import { expect, test } from 'vitest'
import { LENT_AT_ONCE } from '../../platform/tree.ts'
import { PieceMemory } from './piece-memory.ts'

const MiB = 1024 * 1024

test('a lent piece is used again after so many more chunks were asked for, and not before', () => {
  const memory = new PieceMemory(MiB, 'lent')
  const pieces: Uint8Array[] = []
  for (let i = 0; i < LENT_AT_ONCE; i += 1) {
    const piece = memory.take()
    expect(pieces.includes(piece)).toBe(false)
    pieces.push(piece)
    for (const chunk of memory.lend(piece, 0, MiB)) expect(chunk.length).toBe(MiB)
  }
  expect(memory.take() === pieces[0]).toBe(true)
  memory.end('early')
})

test('a piece of several chunks is used again only when the last of them is free', () => {
  const memory = new PieceMemory(2 * MiB, 'lent')
  const first = memory.take()
  expect([...memory.lend(first, 5, 2 * MiB)].map(({ length }) => length)).toEqual([MiB, MiB - 5])
  const second = memory.take()
  expect(second === first).toBe(false)
  for (const _ of memory.lend(second, 0, 2 * MiB)) expect(memory.take() === first).toBe(false)
  expect([...memory.lend(memory.take(), 0, 1)]).toHaveLength(1)
  expect(memory.take() === first).toBe(true)
  memory.end('early')
})

test('what is not lent is never used again', () => {
  const memory = new PieceMemory(MiB, undefined)
  const seen = new Set()
  for (let i = 0; i < 10; i += 1) {
    const piece = memory.take()
    expect(seen.has(piece.buffer)).toBe(false)
    seen.add(piece.buffer)
    expect([...memory.lend(piece, 0, MiB)]).toHaveLength(1)
  }
  memory.end('whole')
})
