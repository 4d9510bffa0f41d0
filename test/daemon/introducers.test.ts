// Devices that make each other known, and what waits for a yes: with real syncthings, and over restarts.
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freePort } from '../interop/servers/program.ts'
import { Syncthing } from '../interop/syncthing.ts'
import { describePeer } from '../peers.ts'
import { openStage, read, type Stage, until, write } from './daemon-process.ts'

async function syncthing(stage: Stage, name: string): Promise<Syncthing> {
  const started = await Syncthing.start(stage.at(name))
  stage.onEnd(() => started.kill())
  return started
}

async function knows(device: Syncthing, id: string): Promise<boolean> {
  const devices = (await device.call('GET', '/config/devices')) as readonly { readonly deviceID: string }[]
  return devices.some(({ deviceID }) => deviceID === id)
}

test('who called still waits after a restart', async () => {
  await using stage = openStage()
  const listen = ['--bep-listen', `tcp://127.0.0.1:${await freePort()}`]
  const [a, b] = [await stage.start('a', listen), await stage.start('b')]
  const [selfOfA, selfOfB] = [await a.client.devices.self(), await b.client.devices.self()]
  await b.client.folders.add({ path: stage.at('docs'), id: 'docs' })
  await b.client.devices.add({ id: selfOfA.id, addresses: [...selfOfA.listening] })
  await b.client.devices.share('docs', selfOfA.id)
  await until(async () => (await a.client.devices.pending()).devices.length === 1, 'the call')
  await b.kill('SIGTERM')
  await a.kill('SIGTERM')
  const again = await stage.start('a', listen)
  expect((await again.client.devices.pending()).devices).toMatchObject([{ device: selfOfB.id }])
}, 300_000)

describePeer('introductions', ['syncthing'], () => {
  test('a real device that is an introducer makes another known here, and forgotten again', async () => {
    await using stage = openStage()
    const [anna, ben] = [await syncthing(stage, 'anna'), await syncthing(stage, 'ben')]
    const daemon = await stage.start('ours', ['--bep-listen', 'tcp://127.0.0.1:0'])
    const { client } = daemon
    const { id, listening } = await client.devices.self()
    await client.folders.add({ path: stage.at('docs'), id: 'docs' })
    const home = ['--home', daemon.home]
    const added = await stage.run(
      'device',
      'add',
      anna.device,
      '--name',
      'anna',
      '--address',
      anna.address,
      '--introducer',
      ...home,
    )
    expect(added).toMatchObject({ status: 0, err: '' })
    await client.devices.share('docs', anna.device)
    for (const [device, other] of [
      [anna, ben],
      [ben, anna],
    ] as const) {
      await device.addDevice(other.device, [other.address])
      await device.addDevice(id, [...listening])
    }
    await anna.addFolder({ id: 'docs', path: stage.at('of-anna'), devices: [id, ben.device] })
    await ben.addFolder({ id: 'docs', path: stage.at('of-ben'), devices: [id, anna.device] })
    await until(async () => (await client.devices.list()).length === 2, 'ben to be introduced')
    expect(await client.devices.get(ben.device)).toMatchObject({ introducedBy: anna.device, addresses: [ben.address] })
    expect((await client.folders.get('docs')).devices).toContain(ben.device)
    await until(
      async () => (await client.status()).devices.every(({ state }) => state === 'connected'),
      'both to be connected',
    )
    await anna.call('POST', `/system/pause?device=${id}`)
    await anna.until('apart', async () => !(await anna.isConnected(id)))
    write(stage.at('docs', 'one.txt'), 'without the introducer')
    await until(() => read(stage.at('of-ben', 'one.txt')) === 'without the introducer', 'it to reach ben directly')
    await anna.call('POST', `/system/resume?device=${id}`)
    await anna.addFolder({ id: 'docs', path: stage.at('of-anna'), devices: [id] })
    await until(async () => (await client.devices.list()).length === 1, 'ben to be forgotten', 120_000)
    expect((await client.folders.get('docs')).devices).toEqual([anna.device])
    expect(existsSync(stage.at('docs', 'one.txt'))).toBe(true)
  }, 240_000)

  test('ours is the introducer of a real device', async () => {
    await using stage = openStage()
    const [anna, ben] = [await syncthing(stage, 'anna'), await syncthing(stage, 'ben')]
    const { client } = await stage.start('ours', ['--bep-listen', 'tcp://127.0.0.1:0'])
    const { id, listening } = await client.devices.self()
    await client.folders.add({ path: stage.at('docs'), id: 'docs' })
    await client.devices.add({ id: anna.device, name: 'anna', addresses: [anna.address] })
    await client.devices.add({ id: ben.device, name: 'ben', addresses: [ben.address] })
    await client.devices.share('docs', anna.device)
    await anna.addDevice(id, [...listening], { introducer: true })
    await anna.addFolder({ id: 'docs', path: stage.at('of-anna'), devices: [id] })
    await client.devices.share('docs', ben.device)
    await anna.until('ben is known', () => knows(anna, ben.device))
    const known = (await anna.call('GET', `/config/devices/${ben.device}`)) as Record<string, unknown>
    expect(known).toMatchObject({ name: 'ben', introducedBy: id })
    expect(known['addresses']).toContain(ben.address)
    await client.devices.unshare('docs', ben.device)
    await anna.until('ben is forgotten', async () => !(await knows(anna, ben.device)))
  }, 300_000)
})
