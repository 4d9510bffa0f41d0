// A daemon behind a router that lets nobody in: it asks the router, and is called from outside.
import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describePeer } from '../peers.ts'
import { OUTSIDE, openNeighbourhood, whyNoNetworks } from './behind-router.ts'
import { openStage, type RunningDaemon, type Stage, until, write } from './daemon-process.ts'
import { isThere } from './mesh-side.ts'

const PORT = 22_000
const LISTEN = ['--bep-listen', `tcp://:${PORT}`]

/** A daemon with a folder that is found by nobody, but where it is called. */
async function quietDaemon(stage: Stage, name: string, within: readonly string[], mesh: object = {}) {
  mkdirSync(stage.at(name), { mode: 0o700 })
  writeFileSync(stage.at(name, 'config.yaml'), JSON.stringify({ mesh: { 'local-discovery': false, ...mesh } }))
  const daemon = await stage.start(name, LISTEN, within)
  await daemon.client.folders.add({ path: stage.at(`docs-${name}`), id: 'docs' })
  return { daemon, id: (await daemon.client.devices.self()).id }
}

const mappingOf = async ({ client }: RunningDaemon) => (await client.devices.self()).portMapping

/** One that is slow to answer is asked again after a minute. */
async function untilMapped(daemon: RunningDaemon): Promise<void> {
  await until(async () => (await mappingOf(daemon)).state === 'mapped', 'the router to answer', 240_000)
}

function routers() {
  const ways = [
    { way: 'upnp', words: 'UPnP' },
    { way: 'nat-pmp', words: 'NAT-PMP' },
  ] as const
  for (const { way, words } of ways)
    test(`lets calls through that a daemon asks for by ${words}, until it ends`, async () => {
      await using stage = openStage()
      const around = await openNeighbourhood(stage, way)
      const home = await quietDaemon(stage, 'at-home', around.at('home'))
      await untilMapped(home.daemon)
      const address = `tcp://${OUTSIDE}:${PORT}`
      expect(await mappingOf(home.daemon)).toEqual({ state: 'mapped', by: way, address })
      expect(around.mapped()).toContain(String(PORT))
      const { out } = await stage.run('device', 'self', '--home', home.daemon.home)
      expect(out).toContain(`From outside it is called at ${address}: the router lets it through (${words}).`)

      const far = await quietDaemon(stage, 'far-away', around.at('internet'), { 'port-mapping': false })
      expect(await mappingOf(far.daemon)).toEqual({ state: 'off' })
      await home.daemon.client.devices.add({ id: far.id, addresses: ['dynamic'] })
      await home.daemon.client.devices.share('docs', far.id)
      await far.daemon.client.devices.add({ id: home.id, addresses: [address] })
      await far.daemon.client.devices.share('docs', home.id)
      write(stage.at('docs-at-home', 'greeting.txt'), 'from home')
      await isThere('from home', stage.at('docs-far-away', 'greeting.txt'))

      expect((await home.daemon.kill('SIGTERM')).status).toBe(0)
      expect(around.mapped()).not.toContain(String(PORT))
    }, 600_000)
}

const why = whyNoNetworks()
if (why === '') describePeer('a router', ['miniupnpd', 'nft', 'ip', 'nsenter', 'unshare'], routers)
else test.skip(`a router [${why}]`, () => {})
