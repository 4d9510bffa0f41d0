// What a device that comes makes be looked at.
import { expect, test } from 'vitest'
import { openIndex } from '../../index/sqlite-index.ts'
import type { Path } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import type { Tree } from '../../platform/tree.ts'
import { type DeviceKey, deviceKeyOf } from '../../wire/bep/device-key.ts'
import { NO_DEVICE } from '../../wire/bep/messages.ts'
import { MeshFolder, type MeshFolderParts, type Peer } from './mesh-folder.ts'

const [US, THEM] = [deviceKeyOf(new Uint8Array(32).fill(1)), deviceKeyOf(new Uint8Array(32).fill(2))]
const INDEX_ID = 5n

/** A folder of which another device has announced some files, and a connection to that. */
function stage(selection?: MeshFolderParts['selection']) {
  const clock = { now: () => 1e12, sleep: async () => {} }
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: clock.now })
  const folder = new MeshFolder({
    ...{ id: 'f', label: '', self: US, shortId: 1n as DeviceId, tree: {} as Tree, index, clock },
    devices: [{ device: THEM, name: '' }],
    ...(selection === undefined ? {} : { selection }),
  })
  folder.mesh.restart(THEM, INDEX_ID)
  const announced = (path: Path, sequence: number) => ({
    ...{
      path,
      sequence,
      kind: 'file' as const,
      version: [[2n as DeviceId, 1n]] as const,
      deleted: false,
      invalid: false,
    },
    ...{ size: 0, modifiedNs: 1n, modifiedBy: 2n as DeviceId, mode: undefined, target: undefined },
    ...{ blocks: undefined, blockSize: 131_072 },
  })
  folder.mesh.hear(THEM, [announced('docs/one' as Path, 1), announced('far/two' as Path, 2)])
  const hints: (readonly [string, string])[] = []
  folder.watch((place, reach) => hints.push([place, reach]))
  const peer: Peer = {
    ...{ device: THEM as DeviceKey, busyBytes: 0 },
    ...{ ask: () => Promise.reject(new Error('not asked')), sendIndex: async () => {}, sendProgress: async () => {} },
  }
  const theirs = { ...NO_DEVICE, indexId: INDEX_ID }
  const join = () => folder.join(peer, { theirs, ours: NO_DEVICE, wantsProgress: false })
  return { folder, hints, join }
}

test('a device that comes has nothing looked at that was not missed, however large the folder is', () => {
  const { folder, hints, join } = stage()
  join()
  expect(hints).toEqual([])
  folder.leave(THEM)
  folder.missed('docs/one' as Path)
  expect(hints).toEqual([])
  join()
  expect(hints).toEqual([['docs', 'here']])
})

test('while something waits to go from here until others have it, whoever comes is asked about all of it', () => {
  const { hints, join } = stage({ isDeselected: () => false, isCleared: () => false, uncleared: ['big' as Path] })
  join()
  expect(hints).toEqual([['', 'below']])
})
