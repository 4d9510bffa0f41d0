import { expect, test } from 'vitest'
import type { Announcement } from '../../index/mesh.ts'
import type { Agreement } from '../../model/agreement.ts'
import type { ContentId } from '../../model/content.ts'
import type { Stamp } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import { stampOfVersion } from './announcements.ts'
import { isAsAgreed } from './as-agreed.ts'

const path = 'file.txt' as Path
const known = 'known' as ContentId
const agreed: Agreement = { path, kind: 'file', local: '1' as Stamp, remote: '2' as Stamp, content: known, size: 5 }
const announced: Announcement = {
  ...{ path, kind: 'file', version: [], sequence: 1, deleted: false, invalid: false, size: 5, modifiedNs: 0n },
  ...{ modifiedBy: 1n as DeviceId, mode: 0o644, target: undefined, blockSize: 131_072 },
  blocks: { key: known, content: known },
}
const other = 'other' as ContentId

test('the bytes that were agreed on are no change, whatever the version and time', () => {
  expect(isAsAgreed({ ...announced, modifiedNs: 7n, sequence: 9 }, agreed)).toBe(true)
})

test('neither is the version that was agreed on, of whatever kind', () => {
  const version = [[1n as DeviceId, 7n]] as const
  const remote = stampOfVersion(version)
  const directory = { ...announced, kind: 'directory', version, blocks: undefined } as const
  expect(isAsAgreed(directory, { path, kind: 'directory', local: '1' as Stamp, remote })).toBe(true)
  expect(isAsAgreed({ ...directory, deleted: true }, { path, kind: 'directory', local: '1' as Stamp, remote })).toBe(
    false,
  )
})

test.each([
  ['other bytes', { blocks: { key: other, content: other } }, {}],
  ['blocks of an unusual size, of which the content is not known', { blocks: { key: 'odd', content: undefined } }, {}],
  ['a deletion', { deleted: true, blocks: undefined }, {}],
  ['what is not offered', { invalid: true }, {}],
  ['another kind', { kind: 'symlink', target: 'x', blocks: undefined }, {}],
  ['a file where a directory was agreed on', {}, { kind: 'directory' }],
] as const)('%s is a change', (_, announcement, agreement) => {
  expect(isAsAgreed({ ...announced, ...announcement }, { ...agreed, ...agreement })).toBe(false)
})
