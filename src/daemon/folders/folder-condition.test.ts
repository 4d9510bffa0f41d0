import { expect, test } from 'vitest'
import { sentenceOfFolder } from './folder-condition.ts'

test('a folder of which some paths cannot be read does not say that it is up to date without saying how many', () => {
  expect(sentenceOfFolder({ state: 'idle', unreadable: 0 })).toBe('Up to date.')
  expect(sentenceOfFolder({ state: 'idle', unreadable: 1 })).toBe('Up to date but for 1 path that cannot be read.')
  expect(sentenceOfFolder({ state: 'idle', unreadable: 3 })).toBe('Up to date but for 3 paths that cannot be read.')
})
