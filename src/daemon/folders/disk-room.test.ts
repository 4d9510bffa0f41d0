import { expect, test } from 'vitest'
import type { Path } from '../../model/path.ts'
import { DiskRoom, type DiskSpace, diskSpaceAt } from './disk-room.ts'

const FILE = 'file' as Path
const roomOf = (space: DiskSpace) => new DiskRoom(async () => space)
const full = { code: 'disk-full', scope: 'entry' }

test('a hundredth of the disk stays free, one gigabyte at most', async () => {
  const small = roomOf({ freeBytes: 1000, totalBytes: 10_000 })
  await small.claim(FILE, 900)
  await expect(roomOf({ freeBytes: 1000, totalBytes: 10_000 }).claim(FILE, 901)).rejects.toMatchObject(full)
  const large = roomOf({ freeBytes: 3e9, totalBytes: 1e13 })
  await large.claim(FILE, 2e9)
  await expect(large.check(1)).rejects.toMatchObject(full)
})

test('what others on their way still need is theirs', async () => {
  const room = roomOf({ freeBytes: 1000, totalBytes: 1000 })
  const claim = await room.claim(FILE, 900)
  await expect(room.check(100)).rejects.toMatchObject(full)
  claim.leftBytes = 500
  await room.check(100)
  room.release(claim)
  await room.check(900)
})

test('how much is missing is told for what waits, and for nothing else', async () => {
  const room = roomOf({ freeBytes: 100, totalBytes: 10_000 })
  await expect(room.claim(FILE, 700)).rejects.toMatchObject({ message: expect.stringContaining('700 B more') })
  expect(room.missingFor([FILE])).toBe(700)
  expect(room.missingFor([])).toBe(0)
})

test('where the system does not tell, everything may come', async () => {
  await roomOf({ freeBytes: 0, totalBytes: 0 }).claim(FILE, 1e12)
})

test('the system tells of a real disk', async () => {
  const { freeBytes, totalBytes } = await diskSpaceAt('/')
  expect(totalBytes).toBeGreaterThan(0)
  expect(freeBytes).toBeLessThanOrEqual(totalBytes)
})
