// The desktop clients of ownCloud and Nextcloud on a folder of the daemon, while the folder is synced with a remote of its own.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { type Command, RealClient } from '../host/real-client.ts'
import { PASSWORD } from '../host/start-host.ts'
import { describePeer } from '../peers.ts'
import { openStage, settled, tree, until, write } from './daemon-process.ts'

const NO_SIGNAL = new AbortController().signal

// Each run of a client takes seconds.
vi.setConfig({ testTimeout: 300_000 })

for (const command of ['owncloudcmd', 'nextcloudcmd'] as const)
  describePeer(command, [command], () => {
    test('what it changes in a granted folder is on disk and goes on to the remote, and what comes from there comes to it', async () => {
      await using stage = openStage()
      const { client, url } = await stage.start()
      await client.folders.add({ path: stage.at('docs'), id: 'docs' })
      await client.remotes.add('docs', { address: stage.at('remote'), id: 'remote' }, NO_SIGNAL)
      write(stage.at('docs', 'old', 'here.txt'), 'from the disk')
      write(stage.at('remote', 'there.txt'), 'from the remote')
      await settled(client)
      await client.accounts.add({ name: 'alice', password: PASSWORD })
      await client.grants.add({ folder: 'docs', account: 'alice', rights: 'write', mount: 'Shared' })
      const app = new RealClient(command as Command)
      stage.onEnd(() => app.dispose())
      const synced = async () => {
        const { code, said } = await app.sync(url)
        expect(code, said).toBe(0)
      }
      const shared = (...names: string[]) => app.path(['Shared', ...names].join('/'))
      const inRemote = () => listing(stage.at('remote'))
      const inFolder = () => listing(stage.at('docs'))

      /** What is on the disk is told to clients a moment later. */
      const caughtUp = () =>
        until(
          async () => {
            await synced()
            return listing(app.path('Shared')) === inFolder()
          },
          'the app to have what the folder has',
          120_000,
        )
      await until(() => inRemote() === inFolder(), 'the folder and its remote')
      await caughtUp()

      mkdirSync(shared('new'))
      writeFileSync(shared('new', 'app.txt'), 'from the app')
      writeFileSync(shared('there.txt'), 'edited in the app')
      renameSync(shared('old'), shared('moved'))
      await synced()
      await until(() => inRemote() === inFolder(), 'the changes of the app in the remote', 60_000)
      expect(tree(stage.at('docs'))).toEqual(tree(app.path('Shared')))

      write(stage.at('remote', 'new', 'remote.txt'), 'from the remote')
      rmSync(stage.at('remote', 'there.txt'))
      write(stage.at('docs', 'moved', 'here.txt'), 'edited on the disk')
      await until(
        () => inRemote() === inFolder() && inFolder().includes('remote.txt') && inRemote().includes('edited on'),
        'the changes on both sides',
        60_000,
      )
      await caughtUp()
      expect(inRemote()).toBe(inFolder())
      expect(tree(app.path('Shared'))).toEqual({
        moved: '/',
        'moved/here.txt': 'edited on the disk',
        new: '/',
        'new/app.txt': 'from the app',
        'new/remote.txt': 'from the remote',
      })
    })
  })

/** Everything in it as text; another one each time while something goes away under the look. */
function listing(directory: string): string {
  try {
    return JSON.stringify(tree(directory))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    looks += 1
    return `look ${looks}`
  }
}
let looks = 0
