// What a device keeps of a folder, chosen in a real browser.
import { existsSync, mkdirSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openStage, settled, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

const NO_SIGNAL = new AbortController().signal

describePeer('what a device keeps, in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test(
    'directories are deselected by mouse and keys, go from here alone, and come back; wide and on a phone',
    STORY,
    async () => {
      await using stage = openStage()
      const is = (...names: string[]) => existsSync(stage.at(...names))
      mkdirSync(stage.at('docs'))
      for (const name of ['photos/2019/a.jpg', 'photos/2020/b.jpg', 'letters/one.txt'])
        write(stage.at('docs', name), name)
      const daemon = await stage.start()
      await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
      await daemon.client.remotes.add('docs', { address: stage.at('remote'), id: 'remote' }, NO_SIGNAL)
      await until(
        () => is('remote', 'photos', '2020', 'b.jpg') && is('remote', 'letters', 'one.txt'),
        'all to be there',
        PATIENCE_MS,
      )
      await settled(daemon.client)

      await using opened = await openSignedIn(daemon, '/folders/docs')
      const { page } = opened
      await page.getByRole('link', { name: 'What this device keeps' }).click()
      await page.getByRole('button', { name: 'Show what is in photos' }).click()
      await page.getByRole('checkbox', { name: '2019' }).uncheck()
      await page.getByText('Partly kept').waitFor()
      await page.getByRole('checkbox', { name: 'letters' }).focus()
      await page.keyboard.press('Space')
      await page.getByText('2 directories go from here').waitFor()
      await opened.check()
      await page.getByRole('button', { name: 'Save' }).click()
      await until(() => !is('docs', 'photos', '2019') && !is('docs', 'letters'), 'them to go from here', PATIENCE_MS)
      await settled(daemon.client)
      expect(is('remote', 'photos', '2019', 'a.jpg') && is('remote', 'letters', 'one.txt')).toBe(true)

      await using phone = await openSignedIn(daemon, '/folders/docs/selection', { width: 360, colorScheme: 'dark' })
      await phone.page.getByRole('checkbox', { name: 'letters' }).check()
      await phone.page.getByText('1 directory comes back').waitFor()
      await phone.check()
      await phone.page.getByRole('button', { name: 'Save' }).click()
      await until(() => is('docs', 'letters', 'one.txt'), 'the letters to come back', PATIENCE_MS)
    },
  )

  test(
    'of a deselected directory, what is chosen in it comes and nothing else; where nothing can be deselected, it is said',
    STORY,
    async () => {
      await using stage = openStage()
      const is = (...names: string[]) => existsSync(stage.at(...names))
      mkdirSync(stage.at('docs'))
      const daemon = await stage.start()
      await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
      for (const name of ['big/x/1', 'big/y/2', 'small/3']) write(stage.at('remote', name), name)
      await daemon.client.remotes.add('docs', { address: stage.at('remote'), id: 'remote' }, NO_SIGNAL)
      await until(() => is('docs', 'small', '3') && is('docs', 'big', 'y', '2'), 'all to be here', PATIENCE_MS)
      await daemon.client.selection.change('docs', { select: [], deselect: ['big' as never] })
      await until(() => !is('docs', 'big'), 'it to go', PATIENCE_MS)

      await using opened = await openSignedIn(daemon, '/folders/docs/selection')
      const { page } = opened
      await page.getByRole('button', { name: 'Show what is in big' }).click()
      await page.getByRole('checkbox', { name: 'x', exact: true }).check()
      await page.getByRole('button', { name: 'Save' }).click()
      await until(() => is('docs', 'big', 'x', '1'), 'what was chosen to come', PATIENCE_MS)
      await settled(daemon.client)
      expect(is('docs', 'big', 'y')).toBe(false)

      mkdirSync(stage.at('second'))
      await daemon.client.remotes.add('docs', { address: stage.at('second'), id: 'second' }, NO_SIGNAL)
      await page.reload()
      await page.getByText('This folder has several remotes').waitFor()
      await opened.check()
    },
  )
})
