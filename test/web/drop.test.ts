// Files and directories that are dropped onto a folder in a real browser, as the desktop hands them over.
import { existsSync, mkdirSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openStage, read, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

describePeer('dropping onto a folder in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('a directory with all that is in it, and a file, come to the directory that is shown', STORY, async () => {
    await using stage = openStage()
    write(stage.at('desktop', 'holiday', 'beach', 'sand.txt'), 'sand')
    write(stage.at('desktop', 'holiday', 'list.txt'), 'list')
    mkdirSync(stage.at('desktop', 'holiday', 'empty'))
    write(stage.at('desktop', 'alone.txt'), 'alone')
    write(stage.at('docs', 'letters', 'one.txt'), 'dear')
    const daemon = await stage.start()
    await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
    await using opened = await openSignedIn(daemon, '/folders/docs?place=letters')
    const { page, context } = opened
    const target = page.getByRole('row', { name: 'one.txt' })
    await target.waitFor()
    const box = await target.boundingBox()
    if (box === null) throw new Error('the list is not on the screen')
    const devtools = await context.newCDPSession(page)
    const files = [stage.at('desktop', 'holiday'), stage.at('desktop', 'alone.txt')]
    const hold = (type: 'dragEnter' | 'dragOver' | 'drop') =>
      devtools.send('Input.dispatchDragEvent', {
        ...{ type, x: box.x + box.width / 2, y: box.y + box.height / 2 },
        data: { items: [], files, dragOperationsMask: 1 },
      })
    await hold('dragEnter')
    await hold('dragOver')
    await page.locator('.drop').waitFor()
    await hold('drop')
    const arrived = ['holiday/beach/sand.txt', 'holiday/list.txt', 'alone.txt']
    const told = () => arrived.map(name => read(stage.at('docs', 'letters', ...name.split('/'))))
    await until(() => told().join() === 'sand,list,alone', 'what was dropped', PATIENCE_MS)
    await page.getByRole('row', { name: 'holiday' }).waitFor()
    await page.getByRole('row', { name: 'alone.txt' }).waitFor()
    await page.locator('.drop').waitFor({ state: 'detached' })
    const empty = stage.at('docs', 'letters', 'holiday', 'empty')
    await until(() => existsSync(empty), 'the empty directory too', PATIENCE_MS)
    expect(read(stage.at('docs', 'letters', 'one.txt'))).toBe('dear')
    await opened.check()
  })
})
