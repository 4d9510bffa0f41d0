// Devices that know nothing of where the other is: found by a discovery server, reached through a relay.
import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GlobalDiscovery } from '../../src/bep/global-discovery.ts'
import { openIdentity } from '../../src/bep/identity.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'
import { freePort, startProgram } from '../interop/servers/program.ts'
import { Syncthing } from '../interop/syncthing.ts'
import { describePeer } from '../peers.ts'
import { openStage, type Stage, until, write } from './daemon-process.ts'
import { commanded, isThere, paired, type Side, side } from './mesh-side.ts'

interface Places {
  readonly discovery: string
  readonly relay: string
}

/** Both on this machine. The server passes on no address of the loopback interface, and knows it not by its name. */
async function places(stage: Stage): Promise<Places> {
  const [discovery, relay] = [await freePort(), await freePort()]
  for (const name of ['discovery', 'relay']) mkdirSync(stage.at(name))
  const at = (name: string) => stage.at('discovery', name)
  const identity = await openIdentity(stage.at('discovery'))
  const serve = [
    `-cert=${at('cert.pem')}`,
    `-key=${at('key.pem')}`,
    `-db-dir=${at('db')}`,
    `-listen=127.0.0.1:${discovery}`,
  ]
  stage.onEnd(await startProgram({ command: 'stdiscosrv', args: serve, port: discovery }))
  const pass = [`-keys=${stage.at('relay')}`, '-pools=', `-listen=127.0.0.1:${relay}`, '-status-srv=']
  stage.onEnd(await startProgram({ command: 'strelaysrv', args: pass, port: relay }))
  return { discovery: `https://127.0.0.1:${discovery}/?id=${identity.device}`, relay: `relay://localhost:${relay}/` }
}

/** A daemon that is nowhere but at the relay, and says so to the discovery server. */
async function hidden(stage: Stage, name: string, { discovery, relay }: Places): Promise<Side> {
  const mesh = { 'local-discovery': false, 'global-discovery': [discovery], relays: [relay] }
  mkdirSync(stage.at(name), { mode: 0o700 })
  writeFileSync(stage.at(name, 'config.yaml'), JSON.stringify({ mesh }))
  return side(stage, name)
}

/** At how many places the server says that the device is. */
async function askServer(stage: Stage, server: string, device: string): Promise<number> {
  const identity = await openIdentity(stage.at('relay'))
  const [addresses, onFault] = [() => [], () => {}]
  const asked = new GlobalDiscovery({
    ...{ server, identity, addresses, onFault },
    clock: nodeWorld({ log: () => {} }).clock,
  })
  return (await asked.find(device as DeviceKey, AbortSignal.timeout(20_000)).catch(() => [])).length
}

/** Who asks before that is told to come back in a minute. */
async function untilTold(stage: Stage, server: string, devices: readonly string[]): Promise<void> {
  for (const device of devices)
    await until(async () => (await askServer(stage, server, device)) > 0, `${device} to have told where it is`)
}

describePeer('a discovery server and a relay', ['stdiscosrv', 'strelaysrv', 'syncthing'], () => {
  test('bring two daemons together that know nothing but the id of each other', async () => {
    await using stage = openStage()
    const at = await places(stage)
    const [a, b] = [await hidden(stage, 'a', at), await hidden(stage, 'b', at)]
    await untilTold(stage, at.discovery, [a.id, b.id])
    await paired(stage, { ...a, address: 'dynamic' }, { ...b, address: 'dynamic' })
    write(stage.at('docs-a', 'from-a.txt'), 'a')
    write(stage.at('docs-b', 'from-b.txt'), 'b')
    await isThere('a', stage.at('docs-b', 'from-a.txt'))
    await isThere('b', stage.at('docs-a', 'from-b.txt'))
    expect(await commanded(stage, a, 'device', 'list')).toContain('connected through a relay')
  }, 300_000)

  test('bring a real syncthing and a daemon together', async () => {
    await using stage = openStage()
    const at = await places(stage)
    const a = await hidden(stage, 'a', at)
    const options = { globalAnnounceEnabled: true, globalAnnounceServer: at.discovery, relaysEnabled: true }
    const theirs = await Syncthing.start(stage.at('theirs'), { listen: at.relay, options })
    stage.onEnd(() => theirs.kill())
    await untilTold(stage, at.discovery, [theirs.device])
    await theirs.addDevice(a.id, ['dynamic'])
    await theirs.addFolder({ id: 'docs', path: stage.at('of-them'), devices: [a.id] })
    await commanded(stage, a, 'device', 'add', theirs.device, '--name', 'theirs')
    await commanded(stage, a, 'share', 'docs', 'theirs')
    write(stage.at('docs-a', 'ours.txt'), 'ours')
    await isThere('ours', stage.at('of-them', 'ours.txt'))
    expect((await a.daemon.client.status()).devices).toMatchObject([{ state: 'connected', way: 'relay' }])
  }, 300_000)
})
