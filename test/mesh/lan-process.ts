// Ours and a real device on a network of their own, told nothing of where the other is: `tsx lan-process.ts DIRECTORY`. Says "equal" when both have everything.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LocalDiscovery } from '../../src/bep/local-discovery.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'
import { Syncthing } from '../interop/syncthing.ts'
import { MeshDevice } from './device.ts'

const [directory = ''] = process.argv.slice(2)
const WITHIN_MS = 180_000
const world = nodeWorld({ log: () => {} })
const finders: { find: (device: DeviceKey) => Promise<ReturnType<LocalDiscovery['find']>> }[] = []
const a = await MeshDevice.start({ directory: join(directory, 'ours'), name: 'a', finders, listen: 'tcp://0.0.0.0:0' })
const discovery = new LocalDiscovery({
  device: a.device,
  addresses: () => a.network.addresses(),
  clock: world.clock,
  random: world.random,
  onFound: device => a.network.hint(device),
  onFault: () => {},
})
finders.push({ find: async device => discovery.find(device) })
await discovery.start()
const b = await Syncthing.start(join(directory, 'theirs'), {
  listen: 'tcp://0.0.0.0:22000',
  options: { localAnnounceEnabled: true },
})
try {
  const theirs = join(b.home, 'folder')
  mkdirSync(theirs)
  writeFileSync(join(a.root, 'from ours'), 'found')
  writeFileSync(join(theirs, 'from theirs'), 'found too')
  await b.addDevice(a.device, ['dynamic'])
  await b.addFolder({ id: 'shared', path: theirs, devices: [a.device] })
  a.share([{ device: b.device, address: 'dynamic' }])
  const isEqual = () => existsSync(join(a.root, 'from theirs')) && existsSync(join(theirs, 'from ours'))
  for (const end = Date.now() + WITHIN_MS; !isEqual() && Date.now() < end; ) await sleep(100)
  process.stdout.write(isEqual() ? 'equal\n' : `not equal: ${JSON.stringify(a.problems)}\n`)
} finally {
  await b.stop()
  await discovery.stop()
  await a.stop()
}
process.exit(0)
