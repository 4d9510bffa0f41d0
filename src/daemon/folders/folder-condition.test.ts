import { expect, test } from 'vitest'
import { SyncError } from '../../model/errors.ts'
import { sentenceOfFolder } from './folder-condition.ts'

test('a folder of which some paths cannot be read does not say that it is up to date without saying how many', () => {
  expect(sentenceOfFolder({ state: 'idle', unreadable: 0 })).toBe('Up to date.')
  expect(sentenceOfFolder({ state: 'idle', unreadable: 1 })).toBe('Up to date but for 1 path that cannot be read.')
  expect(sentenceOfFolder({ state: 'idle', unreadable: 3 })).toBe('Up to date but for 3 paths that cannot be read.')
})

test('a folder whose changes are not noticed at once says why', () => {
  const watchFault = new SyncError('unsupported', 'The system lets no more directories be watched.')
  expect(sentenceOfFolder({ state: 'idle', unreadable: 0, watchFault })).toBe(`Up to date. ${watchFault.message}`)
  expect(sentenceOfFolder({ state: 'idle', unreadable: 1, watchFault })).toBe(
    `Up to date but for 1 path that cannot be read. ${watchFault.message}`,
  )
})
