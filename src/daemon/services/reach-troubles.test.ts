import { expect, test } from 'vitest'
import { SyncError } from '../../model/errors.ts'
import { reachTroubles } from './reach-troubles.ts'

const fault = new SyncError('offline', 'The discovery server d.example refused our announcement (403).')
const MINUTE_MS = 60_000

test('a server that has refused for ten minutes is a trouble, and none before', () => {
  const unreached = [{ address: 'https://d.example/', fault, blamedSince: 0 }]
  expect(reachTroubles(unreached, 9 * MINUTE_MS)).toEqual([])
  expect(reachTroubles(unreached, 10 * MINUTE_MS)).toMatchObject([
    { id: 'unreached https://d.example/', severity: 'notice', sentence: fault.message },
  ])
})

test('a machine that is offline has no such trouble, however long it is', () => {
  expect(reachTroubles([{ address: 'https://d.example/', fault, blamedSince: undefined }], 1e12)).toEqual([])
})
