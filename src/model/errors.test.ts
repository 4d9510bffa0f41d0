import { expect, test } from 'vitest'
import { AssertionError, asSyncError, assert, assertNever, SyncError } from './errors.ts'
import type { Path } from './path.ts'

test('an error has the scope and the retry of its code, unless told otherwise', () => {
  expect(new SyncError('offline', 'x')).toMatchObject({ scope: 'replica', retry: 'later', path: undefined })
  const path = 'a' as Path
  const said = new SyncError('denied', 'x', { path, scope: 'replica', retry: 'never', retryAfterMs: 5 })
  expect(said).toMatchObject({ scope: 'replica', retry: 'never', path, retryAfterMs: 5 })
})

test('a cause is there only where one was given', () => {
  const cause = new Error('why')
  expect(new SyncError('io', 'x', { cause }).cause).toBe(cause)
  expect('cause' in new SyncError('io', 'x')).toBe(false)
})

test('what is thrown becomes an error of the path, and an error stays itself', () => {
  const known = new SyncError('denied', 'x')
  expect(asSyncError(known, 'a' as Path)).toBe(known)
  const cause = new Error('disk on fire')
  expect(asSyncError(cause, 'a' as Path)).toMatchObject({ code: 'io', message: 'a: disk on fire', path: 'a', cause })
  expect(asSyncError('odd')).toMatchObject({ code: 'io', message: 'odd' })
})

test('too many open files are no fault of the disk', () => {
  for (const code of ['EMFILE', 'ENFILE']) {
    const cause = Object.assign(new Error(`${code}: no more`), { code })
    const message = 'a could not be opened: too many files are open.'
    expect(asSyncError(cause, 'a' as Path)).toMatchObject({ code: 'too-many-files', message, path: 'a', cause })
    expect(asSyncError(cause)).toMatchObject({ code: 'too-many-files', message: 'Too many files are open.' })
  }
})

test('a bug says that it is one', () => {
  expect(() => assert(false, 'one is two')).toThrow(/report it: one is two/)
  expect(() => assert(true, 'never said')).not.toThrow()
  expect(() => assertNever('surprise' as never)).toThrow(AssertionError)
})
