// What a pass leaves behind of what failed before.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Failure, FolderIndex, Row } from '../index/folder-index.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { ContentId } from '../model/content.ts'
import type { Entry, Stamp } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import type { RemoteView } from './observation.ts'
import { rememberPass } from './remember.ts'
import { Tries } from './tries.ts'

const FILE = 'f' as Path
const NOW = 1000
const NOTHING_IGNORED: IgnoreRules = { verdict: () => 'kept', mayHoldKept: () => false, fingerprint: '' }

let index: FolderIndex
beforeEach(() => {
  index = openIndex(':memory:', { device: 1n as DeviceId, now: () => NOW })
})
afterEach(() => index.close())

const records = () => index.pair('server')

function write(): Row {
  const state = { kind: 'file' as const, mark: 'm' as never, inode: 1n, size: 1, mtimeNs: 0n, mode: 0o644 }
  return index.record([{ path: FILE, state: { ...state, content: 'c' as ContentId } }])[0] as Row
}

function failed(local: Stamp | 'absent', remote: Stamp | 'absent'): void {
  const tried = { message: 'it is locked', code: 'locked', count: 1, lastAt: 0, nextTryAt: 2 * NOW }
  const failure: Failure = { path: FILE, ...tried, local: local as Stamp, remote: remote as Stamp }
  records().recordFailure(failure)
}

/** A pass over a view in which nothing but `dirty` is not as agreed there. */
function pass(dirty: readonly (readonly [Path, Entry | undefined])[] = []): void {
  const remote: RemoteView = {
    ...{ isWhole: false, dirty: new Map(dirty), unlisted: new Map(), stamps: new Map(), passedBy: new Set() },
    ...{ rights: new Map(), leftAlone: new Set(), unusable: [] },
  }
  const result = { triples: new Map(), outcomes: [], plan: {} as never, sequence: index.sequence }
  const parts = { index, records: records(), ignore: NOTHING_IGNORED, tries: new Tries(), now: NOW, isLast: true }
  rememberPass({ remote, scan: {} as never }, result, parts)
}

test('what could not be brought there and is gone here failed no more', () => {
  const { sequence } = write()
  failed(String(sequence) as Stamp, 'absent')
  index.record([{ path: FILE, state: { kind: 'deleted' } }])
  pass()
  expect(records().failures()).toEqual([])
})

test('what could not be brought there and is still here is still to be tried again', () => {
  const { sequence } = write()
  failed(String(sequence) as Stamp, 'absent')
  pass()
  expect(records().failures()).toHaveLength(1)
})

test('what could not be brought from there is still to be tried again, also when a pass has not seen it', () => {
  failed('absent', 'there' as Stamp)
  pass()
  expect(records().failures()).toHaveLength(1)
})
