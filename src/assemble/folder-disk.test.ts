// The folder's own disk: that it is full concerns the folder, whichever file shows it.
import { expect, test } from 'vitest'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { ofFolder } from './folder-disk.ts'

const path = 'big' as Path

test('a file for which the folder has no room ends the run as a full disk does', () => {
  const refused = new SyncError('quota-exceeded', 'big does not fit.', { path, scope: 'entry' })
  expect(ofFolder(refused)).toMatchObject({ code: 'disk-full', scope: 'folder', path, message: 'big does not fit.' })
})

test('a file that waits for room by itself stops nothing else', () => {
  const waits = new SyncError('disk-full', 'There is no room for it.', { path, scope: 'entry' })
  expect(ofFolder(waits)).toBe(waits)
})
