// What a device keeps of a folder that it shares with others, towards a real syncthing: what goes here stays there.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Syncthing } from '../interop/syncthing.ts'
import { describePeer } from '../peers.ts'
import { openStage, type Stage, settled, tree, until, write } from './daemon-process.ts'
import { commanded, isThere, type Side, side } from './mesh-side.ts'
import { PATIENCE_MS } from './one-folder.ts'

vi.setConfig({ testTimeout: 4 * PATIENCE_MS })

interface Shared {
  readonly a: Side
  readonly syncthing: Syncthing
  /** The folder of the other device. */
  readonly there: string
}

async function sharedWith(stage: Stage): Promise<Shared> {
  const syncthing = await Syncthing.start(stage.at('syncthing'))
  stage.onEnd(() => syncthing.kill())
  const there = stage.at('theirs')
  mkdirSync(there)
  const a = await side(stage, 'a')
  await commanded(stage, a, 'device', 'add', syncthing.device, '--name', 'theirs', '--address', syncthing.address)
  await syncthing.addDevice(a.id, [a.address])
  await syncthing.addFolder({ id: 'docs', path: there, devices: [a.id] })
  await commanded(stage, a, 'share', 'docs', 'theirs')
  return { a, syncthing, there }
}

/** Both say that nothing is missing anywhere. */
async function complete({ a, syncthing }: Shared): Promise<void> {
  await syncthing.until(
    'both have everything',
    async () => {
      const { state, needTotalItems, errors, pullErrors } = await syncthing.status('docs')
      const isDone = state === 'idle' && needTotalItems + errors + pullErrors === 0
      return isDone && (await syncthing.completion('docs', a.id)) === 100
    },
    PATIENCE_MS,
  )
}

describePeer('a folder that is shared with a real syncthing, and of which a device keeps a part', ['syncthing'], () => {
  test('what is deselected goes when the other has it, stays there whatever is done in it, and comes back', async () => {
    await using stage = openStage()
    const shared = await sharedWith(stage)
    const { a, syncthing, there } = shared
    const here = (...names: string[]) => join(a.folder, ...names)
    write(here('docs', 'a.txt'), 'a')
    write(here('photos', 'x.jpg'), 'x')
    write(here('photos', 'sub', 'y.jpg'), 'y')
    await isThere('y', join(there, 'photos/sub/y.jpg'))
    await isThere('x', join(there, 'photos/x.jpg'))
    await complete(shared)

    // Nobody is there who could be asked: it waits, and that is told.
    await syncthing.stop()
    await until(
      async () => (await a.daemon.client.status()).devices[0]?.state === 'disconnected',
      'the other to be gone',
    )
    await commanded(stage, a, 'deselect', 'docs', 'photos')
    const unsynced = async () =>
      (await a.daemon.client.paths.unsynced('docs', undefined, { after: undefined, limit: 10 })).items
    const isTold = async () =>
      (await unsynced()).some(({ path, because }) => path === 'photos' && because === 'not-kept')
    await until(isTold, 'it to be told', PATIENCE_MS)
    expect(Object.keys(tree(here('photos')))).toEqual(['sub', 'sub/y.jpg', 'x.jpg'])

    await syncthing.restart()
    await until(() => !existsSync(here('photos')), 'the photos to go from here', PATIENCE_MS)
    await settled(a.daemon.client)
    await complete(shared)
    expect(tree(join(there, 'photos'))).toEqual({ 'x.jpg': 'x', sub: '/', 'sub/y.jpg': 'y' })

    write(join(there, 'photos', 'x.jpg'), 'x, edited there')
    write(join(there, 'photos', 'new.jpg'), 'new')
    rmSync(join(there, 'photos', 'sub', 'y.jpg'))
    write(join(there, 'docs', 'b.txt'), 'b')
    await syncthing.scan('docs')
    await isThere('b', here('docs/b.txt'))
    await settled(a.daemon.client)
    await complete(shared)
    expect(existsSync(here('photos'))).toBe(false)

    // What is written here meanwhile is nobody's but ours, until it is selected.
    write(here('photos', 'mine.jpg'), 'mine')
    await commanded(stage, a, 'select', 'docs', 'photos')
    await isThere('x, edited there', here('photos/x.jpg'))
    await isThere('mine', join(there, 'photos/mine.jpg'))
    await settled(a.daemon.client)
    await complete(shared)
    const all = { 'docs/a.txt': 'a', 'docs/b.txt': 'b', 'photos/mine.jpg': 'mine', 'photos/new.jpg': 'new' }
    for (const root of [a.folder, there])
      expect(tree(root)).toMatchObject({ ...all, 'photos/x.jpg': 'x, edited there', 'photos/sub': '/' })
    expect(existsSync(here('photos/sub/y.jpg'))).toBe(false)
  })
})
