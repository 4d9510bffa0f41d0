// Folders that a real device offers, taken without asking: named by it, and made where it was said to.
import { mkdirSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Syncthing } from '../interop/syncthing.ts'
import { describePeer } from '../peers.ts'
import { openStage, until, write } from './daemon-process.ts'
import { isThere } from './mesh-side.ts'

describePeer('folders of a device whose offers are taken', ['syncthing'], () => {
  test('come to directories of their own, and nothing that is here is given to it', async () => {
    await using stage = openStage()
    const anna = await Syncthing.start(stage.at('anna'))
    stage.onEnd(() => anna.kill())
    const { client, home } = await stage.start('ours')
    const { id, listening } = await client.devices.self()
    await client.folders.add({ path: stage.at('private'), id: 'docs' })
    write(stage.at('private', 'secret.txt'), 'for nobody')
    mkdirSync(stage.at('taken'))
    await anna.addDevice(id, [...listening])
    await anna.addFolder({ id: 'docs', label: 'Docs', path: stage.at('anna-docs'), devices: [id] })
    await anna.addFolder({ id: 'one', label: '../../photos', path: stage.at('anna-one'), devices: [id] })
    write(stage.at('anna-one', 'one.txt'), 'of one')
    const known = await stage.run(
      'device',
      'add',
      anna.device,
      '--name',
      'anna',
      '--address',
      anna.address,
      '--home',
      home,
    )
    expect(known).toMatchObject({ status: 0, err: '' })
    await until(async () => (await client.devices.pending()).folders.length === 2, 'both to wait')
    expect((await client.folders.list()).map(({ id }) => id)).not.toContain('one')

    // What waits already is taken, and what is offered later.
    const changed = await stage.run('device', 'change', 'anna', '--accept-into', stage.at('taken'), '--home', home)
    expect(changed).toMatchObject({ status: 0, err: '' })
    await isThere('of one', stage.at('taken', 'photos', 'one.txt'))
    await anna.addFolder({ id: 'two', label: 'photos', path: stage.at('anna-two'), devices: [id] })
    write(stage.at('anna-two', 'two.txt'), 'of two')
    await anna.scan('two')
    await isThere('of two', stage.at('taken', 'photos 2', 'two.txt'))
    expect(readdirSync(stage.at('taken')).sort()).toEqual(['photos', 'photos 2'])
    expect((await client.devices.pending()).folders).toMatchObject([{ folder: 'docs' }])
    expect((await client.folders.get('docs')).devices).toEqual([])

    expect(await client.devices.change(anna.device, { acceptInto: 'nowhere' })).not.toHaveProperty('acceptInto')
    await expect(client.devices.change(anna.device, { acceptInto: stage.at('not there') })).rejects.toThrow(
      'There is no',
    )
  }, 300_000)
})
