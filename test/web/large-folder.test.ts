// A directory of 200,000 files in a real browser: only what is in sight is in the page, the end is a jump away, and a search finds its needle.
// How long each step took is told, and asserted nowhere.
import { closeSync, linkSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openStage, until } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS } from './browser.ts'

const FILES = 200_000
/** Names for one and the same empty file: some file systems allow no more than 65,000. */
const NAMES_EACH = 50_000

/** `file 1` and so on, and `needle in it`. Another name costs a fraction of another file. */
function fill(directory: string): void {
  mkdirSync(directory, { recursive: true })
  let file = join(directory, 'needle in it')
  closeSync(openSync(file, 'w'))
  for (let n = 1; n < FILES; n += 1) {
    const name = join(directory, `file ${n}`)
    if (n % NAMES_EACH === 0) closeSync(openSync(name, 'w'))
    else linkSync(file, name)
    if (n % NAMES_EACH === 0) file = name
  }
}

describePeer('a large folder in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('200,000 files are looked through and searched', { timeout: 10 * PATIENCE_MS }, async () => {
    await using stage = openStage()
    const told: string[] = []
    const timed = async (what: string, act: () => unknown) => {
      const from = performance.now()
      await act()
      told.push(`${what} ${Math.round(performance.now() - from)} ms`)
    }
    await timed('files', () => fill(stage.at('docs', 'many')))
    const daemon = await stage.start()
    const isSeen = async () => {
      const docs = (await daemon.client.status()).folders.find(({ id }) => id === 'docs')
      return docs?.state === 'idle' && docs.entries === FILES + 1
    }
    await timed('first scan', async () => {
      await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
      await until(isSeen, 'all to be seen', 4 * PATIENCE_MS)
    })
    await using opened = await openSignedIn(daemon, '/folders/docs?place=many')
    const { page } = opened
    const row = (name: string) => page.getByRole('row', { name })
    const rowsInPage = () => page.getByRole('row').count()
    await timed('list', () => row('file 1 ').first().waitFor())
    await opened.check()
    expect(await rowsInPage()).toBeLessThan(100)
    await row('file 1 ').first().focus()
    await timed('to the end', async () => {
      await page.keyboard.press('End')
      await page.locator('[role=row]:focus', { hasText: 'needle in it' }).waitFor()
    })
    await timed('a page up', async () => {
      await page.keyboard.press('PageUp')
      await page.locator('[role=row]:focus', { hasText: /file 1999\d\d/ }).waitFor()
    })
    await timed('to the middle', async () => {
      // As somebody who pulls the scroll bar, past all that is in between.
      const scroller = page.locator('.scroller')
      for (const share of [0.9, 0.75, 0.6, 0.5])
        await scroller.evaluate((element, at) => {
          element.scrollTop = element.scrollHeight * at
        }, share)
      await row('file 100000 ').waitFor()
    })
    expect(await rowsInPage()).toBeLessThan(100)
    await timed('search for one', async () => {
      await page.getByRole('searchbox').fill('NEEDLE')
      await page.getByText('1 entry with “NEEDLE” in the name').waitFor()
      await row('needle in it').waitFor()
    })
    await timed('search for many', async () => {
      await page.getByRole('searchbox').fill('file')
      await page.getByRole('button', { name: 'Show more' }).waitFor()
    })
    expect(await rowsInPage()).toBeLessThan(100)
    await opened.check()
    console.info(`200,000 files: ${told.join(', ')}`)
  })
})
