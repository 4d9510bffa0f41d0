// What a device keeps of a folder, through the daemon and the command line, towards a real server.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { APACHE, startApache } from '../interop/servers/apache.ts'
import { describePeer } from '../peers.ts'
import { openStage, type RunningDaemon, type Stage, settled, tree, until, write } from './daemon-process.ts'
import { NO_SIGNAL, PATIENCE_MS } from './one-folder.ts'

vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: PATIENCE_MS })

/** More than go in one piece. */
const MANY = 300

describePeer('a folder of which a device keeps a part, towards Apache', APACHE, () => {
  let stage: Stage
  let daemon: RunningDaemon
  let root: string
  let server: string

  beforeAll(async () => {
    stage = openStage()
    root = stage.at('work')
    // Its account can go nowhere below the directory of the test.
    const directory = mkdtempSync(join(tmpdir(), 'syncline-apache-'))
    stage.onEnd(() => rmSync(directory, { recursive: true, force: true }))
    const apache = await startApache(directory)
    if ('missing' in apache) throw new Error(apache.missing)
    stage.onEnd(() => apache.stop())
    server = apache.root
    write(stage.at('work', 'docs', 'a.txt'), 'a')
    write(stage.at('work', 'photos', 'x.jpg'), 'x')
    write(stage.at('work', 'photos', 'sub', 'y.jpg'), 'y')
    for (let i = 0; i < MANY; i += 1) write(stage.at('work', 'many', `${i}.txt`), `many ${i}`)
    daemon = await stage.start()
    await daemon.client.folders.add({ path: root, id: 'work' })
    await daemon.client.remotes.add('work', { address: apache.url.href }, NO_SIGNAL)
    await settled(daemon.client)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const syncline = (...args: string[]) => stage.run(...args, '--home', daemon.home)
  const isGone = (name: string) => !existsSync(join(root, name))
  const look = async () => {
    const [remote] = await daemon.client.remotes.list('work')
    await daemon.client.remotes.sync('work', remote?.id ?? '')
  }

  test('what is deselected goes from here and stays there; what others do in it does not come, until it is selected', async () => {
    const before = tree(server)
    const said = await syncline('deselect', 'work', 'photos/')
    expect(said, said.err).toMatchObject({ status: 0, err: '' })
    expect(said.out).toContain('photos\n1 directory is not kept on this device.')
    await until(() => isGone('photos'), 'the photos to go from here', PATIENCE_MS)
    await settled(daemon.client)
    expect(tree(server)).toEqual(before)
    const listed = await syncline('select', 'work', '--list', '--json')
    expect(JSON.parse(listed.out)).toEqual({ type: 'deselected', path: 'photos', state: 'gone' })
    expect((await syncline('why', 'work', 'photos/x.jpg')).out).toContain("'photos' is not kept on this device")

    write(`${server}/photos/new.jpg`, 'new')
    write(`${server}/docs/b.txt`, 'b')
    await look()
    await until(() => !isGone('docs/b.txt'), 'the document to come', PATIENCE_MS)
    expect(isGone('photos')).toBe(true)

    expect((await syncline('select', 'work', 'photos')).out).toContain('Everything is kept on this device.')
    await until(() => !isGone('photos/new.jpg') && !isGone('photos/sub/y.jpg'), 'the photos to come', PATIENCE_MS)
    await settled(daemon.client)
    expect(tree(root)).toEqual(tree(server))
  })

  test('killed while it goes, it is gone in the end, and the server has all of it', async () => {
    const before = tree(server)
    await daemon.client.selection.change('work', { select: [], deselect: ['many' as never] })
    await until(() => isGone('many/0.txt'), 'the first to go', PATIENCE_MS)
    await daemon.kill('SIGKILL')
    daemon = await stage.start()
    await until(() => isGone('many'), 'the rest to go', PATIENCE_MS)
    await settled(daemon.client)
    expect(tree(server)).toEqual(before)
    await daemon.client.selection.change('work', { select: ['many' as never], deselect: [] })
    const isBack = () => Array.from({ length: MANY }, (_, i) => `many/${i}.txt`).every(name => !isGone(name))
    await until(isBack, 'all of it to come', PATIENCE_MS)
    await settled(daemon.client)
    expect(tree(root)).toEqual(tree(server))
    expect(tree(server)).toEqual(before)
  })

  test('what only this device has stays, and that is told', async () => {
    const before = tree(server)
    await daemon.client.selection.change('work', { select: [], deselect: ['photos' as never] })
    await until(() => isGone('photos'), 'the photos to go from here', PATIENCE_MS)
    write(stage.at('work', 'photos', 'another.jpg'), 'made here since')
    const unsynced = async () =>
      (await daemon.client.paths.unsynced('work', undefined, { after: undefined, limit: 10 })).items
    await look()
    await until(
      async () => (await unsynced()).some(({ because }) => because === 'not-kept'),
      'it to be told',
      PATIENCE_MS,
    )
    expect(await unsynced()).toMatchObject([{ path: 'photos' }])
    expect(tree(server)).toEqual(before)
    expect(tree(root)['photos/another.jpg']).toBe('made here since')
  })

  test('a second remote needs what is here: then nothing can be deselected, and it is said why', async () => {
    mkdirSync(stage.at('usb'))
    await daemon.client.remotes.add('work', { address: stage.at('usb') }, NO_SIGNAL)
    const refused = await syncline('deselect', 'work', 'docs')
    expect(refused.status).not.toBe(0)
    expect(refused.err).toContain('This folder has several remotes')
  })
})
