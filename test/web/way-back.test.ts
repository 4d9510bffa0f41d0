// The way back in a real browser leads to where somebody was: down a page, and deep in a list. And notes are in front of whatever is open.
import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { openStage, type RunningDaemon, type Stage, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

const DIRECTORIES = 300

/** The folder `docs` with many directories, looked at. */
async function openDocs(stage: Stage): Promise<RunningDaemon> {
  for (let n = 1; n <= DIRECTORIES; n += 1) mkdirSync(stage.at('docs', `dir ${n}`), { recursive: true })
  write(stage.at('docs', 'dir 150', 'inside.txt'), 'inside')
  write(stage.at('docs', 'notes.md'), '# Notes')
  const daemon = await stage.start()
  await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
  const isSeen = async () => {
    const docs = (await daemon.client.status()).folders.find(({ id }) => id === 'docs')
    return docs?.state === 'idle' && docs.entries === DIRECTORIES + 2
  }
  await until(isSeen, 'the folder to be looked at')
  return daemon
}

/** Resolves when the row is where it was when its top was so far down. */
function rowAt(page: Page, name: string, top: number) {
  const row = `[...document.querySelectorAll('[role=row]')].find(row => row.textContent.includes('${name}'))`
  const isThere = () => page.evaluate<boolean>(`Math.abs((${row})?.getBoundingClientRect().top - ${top}) < 2`)
  return until(isThere, `${name} to be where it was`, PATIENCE_MS)
}

describePeer('the way back in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('leads to where a list was, by mouse and keys, and when the page is loaded again', STORY, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage)
    await using opened = await openSignedIn(daemon, '/folders/docs')
    const { page } = opened
    const row = page.getByRole('row', { name: 'dir 150' })
    await page.getByRole('row', { name: 'dir 1 ' }).first().waitFor()
    await page.locator('.scroller').evaluate(element => {
      element.scrollTop = 44 * 140
    })
    await row.waitFor()
    const top = (await row.boundingBox())?.y ?? 0
    await row.getByRole('button', { name: 'dir 150', exact: true }).click()
    await page.getByRole('row', { name: 'inside.txt' }).waitFor()
    await page.goBack()
    await rowAt(page, 'dir 150', top)
    // What comes after the list, and before it, takes keys to where they were.
    await row.focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('[role=row]:focus', { hasText: 'dir 151' }).waitFor()
    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByRole('heading', { name: 'Recent changes' }).waitFor()
    await page.goBack()
    await rowAt(page, 'dir 150', top)
    expect(await page.locator('[role=row][tabindex="0"]').textContent()).toContain('dir 151')
    await page.reload()
    await rowAt(page, 'dir 150', top)
    // Another place is begun at its beginning.
    await page.goForward()
    await page.getByRole('heading', { name: 'Recent changes' }).waitFor()
    await page.getByRole('link', { name: 'Files', exact: true }).click()
    await page.getByRole('row', { name: 'dir 1 ' }).first().waitFor()
    await opened.check()
  })

  test('leads to where a page was', STORY, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage)
    await using opened = await openSignedIn(daemon, '/', { height: 300 })
    const { page } = opened
    await page.getByRole('heading', { name: 'Recent changes' }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollHeight - innerHeight')).toBeGreaterThan(100)
    await page.evaluate('scrollTo({ top: 90 })')
    await page.getByRole('link', { name: 'Activity' }).first().click()
    await page.getByRole('heading', { name: 'Activity', level: 1 }).waitFor()
    expect(await page.evaluate('scrollY')).toBe(0)
    await page.goBack()
    await until(() => page.evaluate<boolean>('scrollY === 90'), 'the page to be where it was', PATIENCE_MS)
    await page.getByRole('heading', { name: 'Recent changes' }).waitFor()
    await opened.check()
  })

  test('a note is in front of an open dialog, and can be put away there', STORY, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage)
    await using opened = await openSignedIn(daemon, '/folders/docs')
    const { page } = opened
    const failed = [{ path: 'notes.md', code: 'denied', message: 'It may not be deleted.' }]
    await page.route('**/content/delete', route => route.fulfill({ json: { deleted: [], failed } }))
    await page.locator('[role=row]').nth(1).focus()
    await page.keyboard.press('Delete')
    const note = page.locator('.toast', { hasText: 'It may not be deleted.' })
    await note.waitFor()
    await page.getByRole('button', { name: 'New directory' }).click()
    const dialog = page.getByRole('dialog', { name: 'New directory' })
    await dialog.getByRole('status').getByText('It may not be deleted.').waitFor()
    await opened.check()
    await note.getByRole('button', { name: 'Close' }).click()
    await note.waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await opened.check()
  })
})
