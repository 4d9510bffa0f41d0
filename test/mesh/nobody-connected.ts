// A folder in a mesh in which nobody is connected: it announces what is in it, hears what it is told, and only what has no bytes can come.
import { openLocal } from '../../src/assemble/open-local.ts'
import type { Announcement } from '../../src/index/mesh.ts'
import type { DeviceId, Version } from '../../src/model/version.ts'
import { isEffect } from '../../src/plan/step.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import { connectMesh } from '../../src/remotes/mesh/connect.ts'
import { MeshFolder } from '../../src/remotes/mesh/mesh-folder.ts'
import { Pair } from '../../src/sync/pair.ts'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'

const NEVER = new AbortController().signal
const OTHER = 'OTHER' as DeviceKey
const THEIRS = 2n as DeviceId

export type Told = Pick<Announcement, 'path' | 'kind'> & Partial<Announcement>

/** `root` exists; so much is planned together. */
export async function openAlone(root: string, newsTogether: number) {
  const world = nodeWorld({ log: () => undefined })
  const device = 1n as DeviceId
  const local = await openLocal({
    ...{ folder: root, access: 'write', ignoreFrom: [], trash: 'keep', trust: 'content', world, device },
  })
  const { folder, files, ignore } = local
  const { tree, index } = files
  const { clock } = world
  const shared = new MeshFolder({
    ...{ id: 'f', label: '', self: 'SELF' as DeviceKey, shortId: device, tree, index, clock },
    devices: [{ device: OTHER, name: '' }],
  })
  const mesh = connectMesh({ folder: shared, index, tree, clock, device, home: folder.home })
  let [largest, sequence] = [0, 0]
  const progress: string[] = []
  const pair = new Pair({
    ...{ home: folder.home, remote: mesh.replica, index, ignore, world, revisions: folder.revisions },
    records: mesh.records,
    scan: folder.scan.bind(folder),
    options: { moves: 'plain', conflicts: mesh.conflicts, newsTogether },
    report: event => {
      if (event.type === 'progress') progress.push(`${event.steps.done}/${event.steps.of}`)
      if (event.type !== 'plan') return
      largest = Math.max(largest, event.plan.waves.flatMap(({ steps }) => steps.filter(isEffect)).length)
    },
  })
  return {
    run: () => pair.run(NEVER),
    /** `done/of`, in steps, as it was told. */
    progress,
    /** The effects of the largest plan. */
    get largest() {
      return largest
    },
    /** Takes in what the other device announces, as its first version where nothing else is said. */
    hear: (...told: readonly Told[]) => {
      const announcements = told.map((one): Announcement => {
        sequence += 1
        const version: Version = [[THEIRS, 1n]]
        return {
          ...{ target: undefined, version, sequence, deleted: false, invalid: false, size: 0, modifiedNs: 1n },
          ...{ modifiedBy: THEIRS, mode: undefined, blocks: undefined, blockSize: 131_072 },
          ...one,
        }
      })
      void shared.mesh.hear(OTHER, announcements)
    },
    /** What this device offers, in the order of paths. */
    announced: () =>
      shared.mesh
        .announcedSince(0, 1000)
        .filter(({ deleted }) => !deleted)
        .map(({ path }) => path)
        .sort(),
    close: () => local.close(),
  }
}
