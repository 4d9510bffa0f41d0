// A folder whose changes travel one way only, in a real browser: what differs is listed, and made right by whoever says so.
import { afterAll, expect, test } from 'vitest'
import { openStage, read, settled, tree, until, write } from '../daemon/daemon-process.ts'
import { commanded, isThere, paired, type Side, side } from '../daemon/mesh-side.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

describePeer('a folder that only sends, and one that only receives, in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('what differs is listed, and all go to what one side has', STORY, async () => {
    await using stage = openStage()
    const [a, b] = [await side(stage, 'a'), await side(stage, 'b')]
    await paired(stage, a, b)
    for (const name of ['one.txt', 'two.txt']) write(stage.at('docs-a', name), name)
    await isThere('two.txt', stage.at('docs-b', 'two.txt'))
    await settled(a.daemon.client)
    const isSo = async ({ daemon }: Side, what: 'differs' | 'keptBack', count: number) => {
      const counted = async () => (await daemon.client.folders.status('docs')).remotes[0]?.[what] === count
      await until(counted, `${count} to be told of`, PATIENCE_MS)
    }
    await commanded(stage, a, 'folder', 'type', 'docs', 'send-only')
    write(stage.at('docs-b', 'one.txt'), 'edited')
    write(stage.at('docs-b', 'added.txt'), 'added')
    await isSo(a, 'differs', 2)
    await using atA = await openSignedIn(a.daemon)
    const { page } = atA
    await page.getByRole('link', { name: 'See what differs' }).click()
    const items = page.getByRole('list', { name: 'Paths that differ' }).getByRole('listitem')
    await items.filter({ hasText: 'one.txt' }).getByText('Is otherwise there').waitFor()
    await items.filter({ hasText: 'added.txt' }).getByText('Is only there').waitFor()
    expect(await items.count()).toBe(2)
    await atA.check()
    await page.getByRole('button', { name: 'Make all as it is here' }).click()
    const dialog = page.getByRole('dialog', { name: 'Make all devices as it is here?' })
    await atA.check()
    await dialog.getByRole('button', { name: 'Make all as it is here' }).click()
    await page.getByText('Nothing differs', { exact: true }).waitFor()
    const isAsAtA = () => JSON.stringify(tree(b.folder)) === JSON.stringify(tree(a.folder))
    await until(isAsAtA, 'all to be as it is at a', PATIENCE_MS)
    expect(read(stage.at('docs-b', 'one.txt'))).toBe('one.txt')

    await commanded(stage, a, 'folder', 'type', 'docs', 'send-receive')
    await commanded(stage, b, 'folder', 'type', 'docs', 'receive-only')
    write(stage.at('docs-b', 'two.txt'), 'edited again')
    await isSo(b, 'keptBack', 1)
    await using atB = await openSignedIn(b.daemon, '/folders/docs/differing', { width: 360, colorScheme: 'dark' })
    await atB.page
      .getByRole('listitem')
      .filter({ hasText: 'two.txt' })
      .getByText('Changed here', { exact: true })
      .waitFor()
    await atB.check()
    await atB.page.getByRole('button', { name: 'Give up what was changed here' }).click()
    await atB.page.getByRole('dialog').getByRole('button', { name: 'Give up what was changed here' }).click()
    await atB.page.getByText('Nothing differs', { exact: true }).waitFor()
    await until(isAsAtA, 'what was changed at b to be given up', PATIENCE_MS)
    await atB.check()
  })
})
