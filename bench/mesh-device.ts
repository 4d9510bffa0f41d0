// A device of ours with one folder, in a process of its own, as a daemon would run it: `mesh-device DIRECTORY`. Says who it is and
// when it has looked at its disk, and announced what it has; is told on its input with whom to share, and when to connect.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openLocal } from '../src/assemble/open-local.ts'
import { skipsOf } from '../src/assemble/skips.ts'
import { openIdentity } from '../src/bep/identity.ts'
import { Network } from '../src/bep/network.ts'
import { nodeWorld } from '../src/platform/node/node-world.ts'
import { connectMesh } from '../src/remotes/mesh/connect.ts'
import { Mesh } from '../src/remotes/mesh/mesh.ts'
import { MeshFolder } from '../src/remotes/mesh/mesh-folder.ts'
import { watchTree } from '../src/scan/watch.ts'
import { Hub } from '../src/sync/hub.ts'
import { noteRun, type RunTold } from '../src/sync/hub-pair.ts'
import { Pair } from '../src/sync/pair.ts'
import type { DeviceKey } from '../src/wire/bep/device-key.ts'

const [directory = ''] = process.argv.slice(2)
const root = join(directory, 'folder')
mkdirSync(root, { recursive: true })
const world = nodeWorld({ log: () => {} })
const identity = await openIdentity(directory)
const mesh = new Mesh({ self: identity.device, onOffered: () => {} })
const network = new Network({
  identity,
  hello: { deviceName: 'ours', clientName: 'syncline', clientVersion: 'v0' },
  world,
  finders: [],
  onConnection: ({ device, channel }) => mesh.connect(device, channel),
  onLost: () => {},
  onStranger: () => {},
  onFault: () => {},
})
const address = await network.listen('tcp://127.0.0.1:0')
const { folder, ignore, files } = await openLocal({
  ...{ folder: root, access: 'write', ignoreFrom: [], trash: 'keep', trust: 'metadata', world },
  device: identity.shortId,
})
const { tree, index } = files
const stop = new AbortController()
let isScanned = false
let isAnnounced = false
const hub = new Hub({
  ...{ clock: world.clock, random: world.random, sequence: () => index.sequence, rescanMs: 3_600_000 },
  scan: (places, signal, namesIn) => folder.scan(places, signal, namesIn),
  onScanned: () => {
    if (!isScanned) process.stdout.write('scanned\n')
    isScanned = true
  },
})

function share(peer: string): void {
  const shared = new MeshFolder({
    ...{ id: 'shared', label: '', self: identity.device, shortId: identity.shortId, tree, index, clock: world.clock },
    devices: [{ device: peer as DeviceKey, name: '' }],
  })
  const { replica, records, conflicts } = connectMesh({
    ...{ folder: shared, index, tree, clock: world.clock, device: identity.shortId, home: folder.home },
  })
  let told: RunTold | undefined
  const pair = new Pair({
    ...{ home: folder.home, remote: replica, index, ignore, world, revisions: folder.revisions, records },
    report: event => told !== undefined && noteRun(event, told),
    scan: hub.scan,
    options: { moves: 'plain', conflicts },
  })
  const hubPair = hub.add({
    run: (signal, within, toldNow) => {
      told = toldNow
      return pair.run(signal, within)
    },
    polling: () => ({ everyMs: 300_000, share: 10 }),
    onRun: () => {
      if (!isAnnounced) process.stdout.write('announced\n')
      isAnnounced = true
    },
    onAway: () => {},
    onLasting: () => 'wait',
  })
  replica.watch?.(
    place => hubPair.hint(place, place === '' ? 'below' : 'here'),
    () => {},
  )
  mesh.addFolder(shared)
}

process.stdout.write(`${identity.device} ${address}\n`)
await watchTree({ root, skips: skipsOf(ignore), onHint: (place, reach) => hub.hint(place, reach), onFault: () => {} })
void hub.stay(stop.signal)
for await (const line of createInterface({ input: process.stdin })) {
  const [word, device = '', at = ''] = line.split(' ')
  if (word === 'share') share(device)
  if (word === 'connect')
    network.setDevices([
      { device: device as DeviceKey, addresses: at === '' ? [] : [at], compression: 'metadata', paused: false },
    ])
}
process.exit(0)
