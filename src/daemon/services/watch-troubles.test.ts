import { expect, test } from 'vitest'
import { SyncError } from '../../model/errors.ts'
import { watchTroubles } from './watch-troubles.ts'

const watchFault = new SyncError('unsupported', 'Run: sudo sysctl fs.inotify.max_user_watches=8192')

test('a folder, and each remote, whose changes are not noticed at once is a trouble of its own', () => {
  const troubles = watchTroubles('docs', { watchFault, remotes: [{ id: 'usb', watchFault }] })
  expect(troubles.map(({ id }) => id)).toEqual(['docs watching', 'docs usb watching'])
  expect(troubles[1]).toMatchObject({
    ...{ severity: 'some', cause: 'watching', folder: 'docs', remote: 'usb', count: 0, paths: [] },
    sentence: watchFault.message,
    advice: expect.stringContaining('/etc/sysctl.d'),
  })
})

test('where everything is watched there is no trouble', () => {
  const remotes = [{ id: 'usb', watchFault: undefined }]
  expect(watchTroubles('docs', { watchFault: undefined, remotes })).toEqual([])
})
