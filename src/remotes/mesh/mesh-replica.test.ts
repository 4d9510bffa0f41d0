// What a device announces is what it agrees on, whoever wins the path; and a rename is announced as a whole.
import { expect, test } from 'vitest'
import type { Row } from '../../index/folder-index.ts'
import { entryOfRow } from '../../index/folder-index.ts'
import type { Announcement } from '../../index/mesh.ts'
import { openIndex } from '../../index/sqlite-index.ts'
import type { ContentId } from '../../model/content.ts'
import type { Entry, FileEntry, Syncable } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import { compareVersions, type DeviceId, type Version } from '../../model/version.ts'
import { agreementOf } from '../../plan/agree.ts'
import { isNeeded, pickGlobal } from '../../plan/global.ts'
import type { IgnoreRules } from '../../scan/ignore-rules.ts'
import { observeRemote } from '../../sync/observation.ts'
import { collectTriples } from '../../sync/triples.ts'
import { stampOfVersion } from './announcements.ts'
import { meshAgreements } from './mesh-agreements.ts'
import { MeshReplica, type MeshReplicaParts } from './mesh-replica.ts'
import { remoteIdOf } from './remote-id.ts'
import { EQUAL_ROLE } from './role.ts'

const A = 1n as DeviceId
const B = 2n as DeviceId
const C = 3n as DeviceId
const FILE = 'f' as Path
/** More than one block: of these the hashes are on record. */
const SIZE = 200_000
const keepAll: IgnoreRules = { verdict: () => 'kept', mayHoldKept: () => false, fingerprint: '' }
const NO_SIGNAL = new AbortController().signal

/** A device, A, and what it knows of the mesh; nothing is fetched, and no disk is needed. */
function device() {
  let nowMs = 1e12
  const clock = { now: () => (nowMs += 1000), sleep: async () => {} }
  const index = openIndex(':memory:', { device: A, now: clock.now })
  const plain = (version: Version) => ({ version, invalid: false, deleted: false, modifiedNs: 0n })
  const lacks = (own: Version, global: Version) => isNeeded(plain(own), plain(global))
  const mesh = index.mesh({ pick: all => pickGlobal(all), lacks })
  const common = { folder: 'shared', role: EQUAL_ROLE, index, mesh, device: A, clock, onAnnounced: () => {} }
  const onMissed = () => {}
  const unused = {} as Pick<MeshReplicaParts, 'tree' | 'fetch' | 'watch' | 'heldElsewhere'>
  const replica = new MeshReplica({ ...common, ...unused })
  const records = meshAgreements({ ...common, onMissed, records: index.pair(remoteIdOf('shared')) })
  const write = (content: string, mtimeNs: bigint): Row => {
    const mark = `${content} ${mtimeNs}` as never
    const state = { kind: 'file' as const, mark, inode: 1n, size: SIZE, mtimeNs, mode: 0o644 }
    index.recordBlocks(content as ContentId, new Uint8Array(32))
    return index.record([{ path: FILE, state: { ...state, content: content as ContentId } }])[0] as Row
  }
  const announce = async (row: Row) => {
    const staged = { id: FILE, size: SIZE, content: 'ours' as ContentId }
    const put = await replica.commit({ do: 'put', path: FILE, staged, expect: 'absent', mtimeNs: 20n }, NO_SIGNAL)
    if (put.as !== 'done') throw new Error('stale')
    records.agree([agreementOf(FILE, entryOfRow(row) as FileEntry, put.entry as FileEntry)])
  }
  return { index, mesh, replica, records, write, announce }
}

/** From B, who knows nothing of what is here. */
function told(version: Version, content: string, modifiedNs: bigint): Announcement {
  return {
    ...{ path: FILE, kind: 'file', version, sequence: 1, deleted: false, invalid: false, size: SIZE, modifiedNs },
    ...{ modifiedBy: B, mode: 0o644, target: undefined, blockSize: 131072 },
    blocks: { key: content as ContentId, content: content as ContentId },
  }
}

test('a file that loses its path to another by a new time is not agreed on under the version of the other', async () => {
  const { index, mesh, replica, records, write, announce } = device()
  const agree = (row: Row, there: Entry | undefined) =>
    records.agree([agreementOf(FILE, entryOfRow(row) as FileEntry, there as FileEntry)])
  const first = write('ours', 20n)
  await announce(first)
  mesh.hear('B', [told([[B, 5n]], 'theirs', 10n)])
  expect(await replica.look(FILE)).toMatchObject({ content: 'ours' })
  // With this time the other one is the later of the two.
  const touched = write('ours', 1n)
  const expected = stampOfVersion(first.version)
  const set = await replica.commit({ do: 'set-metadata', path: FILE, expect: expected, mtimeNs: 1n }, NO_SIGNAL)
  expect(set).toMatchObject({ as: 'done', entry: { content: 'ours', mtimeNs: 1n } })
  agree(touched, set.as === 'done' ? set.entry : undefined)
  expect(await replica.look(FILE)).toMatchObject({ content: 'theirs' })
  // So both are still there, and known to be new to each other.
  expect(compareVersions(index.row(FILE)?.version ?? [], [[B, 5n]])).toBe('concurrent')
  expect(records.agreement(FILE)).toBeUndefined()
  index.close()
})

test.each(['ours', 'nothing of ours'] as const)(
  'what wins over a deletion of what is here comes without a conflict, when %s was deleted',
  async what => {
    const { index, mesh, replica, records, write, announce } = device()
    const row = write('ours', 20n)
    await announce(row)
    const known = what === 'ours' ? row.version : []
    const gone = { ...told([...known, [B, 9n]], '', 30n), deleted: true, size: 0, blocks: undefined }
    mesh.hear('B', [gone])
    mesh.hear('C', [told([[C, 5n]], 'theirs', 10n)])
    // Of the three, this device's own wins over the last, and the last over the deletion.
    expect(await replica.look(FILE)).toMatchObject({ content: what === 'ours' ? 'theirs' : 'ours' })
    if (what === 'ours') expect(records.agreement(FILE)).toMatchObject({ content: 'ours' })
    index.close()
  },
)

const RENAMED = 'g' as Path
const VACATED = { path: FILE, state: { kind: 'deleted' } } as const

test('a rename is announced in one go, the new name before the old one', async () => {
  const { index, mesh, replica, write, announce } = device()
  const row = write('ours', 20n)
  await announce(row)
  const [sequence, expected] = [mesh.own().sequence, stampOfVersion(row.version)]
  index.record([{ path: RENAMED, state: row.state }, VACATED])
  const move = { do: 'move', from: FILE, to: RENAMED, kind: 'file', expect: expected } as const
  expect(await replica.commit(move, NO_SIGNAL)).toMatchObject({ as: 'done', entry: { content: 'ours', mtimeNs: 20n } })
  const told = mesh.announcedSince(sequence, 10).map(({ path, deleted, size }) => [path, deleted, size])
  expect(told).toEqual([
    [RENAMED, false, SIZE],
    [FILE, true, 0],
  ])
  // Said twice, it is no news.
  expect(await replica.commit(move, NO_SIGNAL)).toMatchObject({ as: 'stale' })
  index.close()
})

test.each(['other bytes are', 'nothing is'] as const)(
  'nothing is announced of a rename when %s there by now',
  async what => {
    const { index, mesh, replica, write, announce } = device()
    const row = write('ours', 20n)
    await announce(row)
    const [sequence, expected] = [mesh.own().sequence, stampOfVersion(row.version)]
    index.recordBlocks('others' as ContentId, new Uint8Array(32))
    const others = { ...row.state, content: 'others' as ContentId } as Row['state']
    index.record([VACATED, ...(what === 'nothing is' ? [] : [{ path: RENAMED, state: others }])])
    const move = { do: 'move', from: FILE, to: RENAMED, kind: 'file', expect: expected } as const
    await expect(replica.commit(move, NO_SIGNAL)).resolves.toMatchObject({ as: 'stale' })
    expect(mesh.own().sequence).toBe(sequence)
    index.close()
  },
)

test('a rename that came is ours as soon as it is done here, under both names', async () => {
  const { index, mesh, records, write, announce } = device()
  const row = write('ours', 20n)
  await announce(row)
  const theirs = told([[B, 9n]], 'ours', 20n)
  const gone = { ...theirs, version: [...row.version, [B, 9n]] as Version, deleted: true, size: 0, blocks: undefined }
  mesh.hear('B', [{ ...theirs, path: RENAMED }, gone])
  index.moveRows(FILE, RENAMED)
  records.moveAgreements(FILE, RENAMED)
  const [here, there] = [mesh.announced(RENAMED), mesh.announced(FILE)]
  expect(here).toMatchObject({ version: theirs.version, modifiedBy: B, deleted: false })
  expect(there).toMatchObject({ version: gone.version, deleted: true })
  expect(records.agreement(RENAMED)?.remote).toBe(stampOfVersion(theirs.version))
  expect([...records.dirtyRows()]).toEqual([])
  index.close()
})

const HERE = {
  path: FILE,
  state: { kind: 'directory' as const, mark: 'd' as never, inode: 1n, mode: 0o755 },
}

function theirDirectory(version: Version): Announcement {
  return { ...told(version, '', 20n), kind: 'directory', size: 0, mode: 0o755, blocks: undefined }
}

test('a directory that others made anew while it was agreed on is ours as they made it', async () => {
  const { index, mesh, replica, records } = device()
  mesh.hear('B', [theirDirectory([[B, 1n]])])
  const there = (await replica.look(FILE)) as Syncable
  const [row] = index.record([HERE])
  if (row === undefined) throw new Error('nothing to agree on')
  mesh.hear('B', [theirDirectory([[B, 2n]])])
  records.agree([agreementOf(FILE, entryOfRow(row) as Syncable, there)])
  expect(mesh.announced(FILE)?.version).toEqual([[B, 2n]])
  expect(index.row(FILE)?.version).toEqual([[B, 2n]])
  index.close()
})

test('a directory that others made anew while it was deleted here is there: what is in it can come', async () => {
  const { index, mesh, replica, records } = device()
  mesh.hear('B', [theirDirectory([[B, 1n]])])
  const [row] = index.record([HERE])
  const there = await replica.look(FILE)
  if (row === undefined || there === undefined || there.kind === 'blocked') throw new Error('nothing to agree on')
  records.agree([agreementOf(FILE, entryOfRow(row) as Syncable, there)])
  index.record([VACATED])
  mesh.hear('B', [theirDirectory([[B, 2n]])])
  const view = await observeRemote(
    { remote: replica, records, ignore: keepAll, prune: 'prune', reach: 'everything' },
    NO_SIGNAL,
  )
  const blanks = { unreadable: new Set<never>(), unsupported: new Set<never>() }
  const triples = collectTriples({ index, records, view, blanks, ignore: keepAll, now: 0 })
  expect(triples.get(FILE)).toMatchObject({
    local: undefined,
    remote: { kind: 'directory', stamp: stampOfVersion([[B, 2n]]) },
    agreed: undefined,
  })
  index.close()
})

test('a directory is not announced over a file that was heard of since the plan was made', async () => {
  const { index, mesh, replica } = device()
  const state = { kind: 'directory' as const, mark: 'd' as never, inode: 1n, mode: 0o755 }
  index.record([{ path: FILE, state }])
  mesh.hear('B', [told([[B, 1n]], 'theirs', 20n)])
  const made = await replica.commit({ do: 'make-directory', path: FILE }, NO_SIGNAL)
  expect(made).toMatchObject({ as: 'stale', found: { kind: 'file' } })
  expect(mesh.announced(FILE)).toBeUndefined()
})

test('what nobody offers is not there, and can be announced', async () => {
  const { mesh, replica, write } = device()
  mesh.hear('B', [{ ...told([[B, 1n]], 'theirs', 20n), invalid: true, blocks: undefined }])
  expect(await replica.look(FILE)).toBeUndefined()
  write('ours', 30n)
  const staged = { id: FILE, size: SIZE, content: 'ours' as ContentId }
  const put = { do: 'put', path: FILE, staged, expect: 'absent', mtimeNs: 30n } as const
  expect(await replica.commit(put, NO_SIGNAL)).toMatchObject({ as: 'done' })
})

test('what is forgotten with the directory that it was in is announced as gone, as it is everywhere', async () => {
  const { index, mesh, replica, records, write, announce } = device()
  const [inside, directory] = ['d/f' as Path, 'd' as Path]
  await announce(write('ours', 20n))
  const file = index.row(FILE)
  if (file === undefined) throw new Error('nothing is there')
  index.moveRows(FILE, inside)
  records.moveAgreements(FILE, inside)
  const row = index.row(inside)
  if (row === undefined) throw new Error('nothing is there')
  const staged = { id: inside, size: SIZE, content: 'ours' as ContentId }
  await replica.commit({ do: 'put', path: inside, staged, expect: 'absent', mtimeNs: 20n }, NO_SIGNAL)
  const [there, version] = [mesh.announced(inside), [...row.version, [B, 9n]] as Version]
  if (there === undefined) throw new Error('nothing is announced')
  mesh.hear('B', [{ ...there, version, deleted: true, size: 0, blocks: undefined }])
  index.record([{ path: inside, state: { kind: 'deleted' } }])
  records.forget([directory])
  expect(mesh.announced(inside)).toMatchObject({ version, deleted: true })
  expect(index.row(inside)?.version).toEqual(version)
  index.close()
})
