import { expect, test } from 'vitest'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { faultOf, isForTheLog } from './refusal.ts'

test('where a file of the server itself fails, its place is for the log, and not for clients', () => {
  for (const code of ['disk-full', 'folder-unusable', 'folder-locked'] as const) {
    const fault = faultOf(new SyncError(code, 'The disk is full: /srv/home/accounts.db cannot grow.'))
    expect(fault?.status, code).toBe(code === 'disk-full' ? 507 : 503)
    expect(fault?.message).not.toContain('/srv')
    expect(fault !== undefined && isForTheLog(fault)).toBe(true)
  }
})

test('what a client can do something about is said as it is', () => {
  const denied = faultOf(new SyncError('denied', `'a.txt' may not be changed.`, { path: 'a.txt' as Path }))
  expect(denied).toMatchObject({ status: 403, message: `'a.txt' may not be changed.` })
  expect(denied !== undefined && isForTheLog(denied)).toBe(false)
})
