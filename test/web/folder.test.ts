// The files of a folder in a real browser: looked through by mouse and keys, changed, explained, and left out by rules.
import { mkdirSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openStage, type RunningDaemon, read, type Stage, settled, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
const WAIT = { timeout: 2 * PATIENCE_MS }

/** The folder `docs` with these files, in sync with the directory `remote`. */
async function openDocs(stage: Stage, files: Readonly<Record<string, string>>): Promise<RunningDaemon> {
  mkdirSync(stage.at('docs'))
  for (const [name, text] of Object.entries(files)) write(stage.at('docs', name), text)
  const daemon = await stage.start()
  await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
  await daemon.client.remotes.add('docs', { address: stage.at('remote'), id: 'remote' }, NO_SIGNAL)
  await until(() => Object.keys(files).every(name => read(stage.at('remote', name)) !== undefined), 'all to be there')
  await settled(daemon.client)
  return daemon
}

const FILES = { 'letters/one.txt': 'dear', 'notes.md': '# Notes', 'report.txt': 'all is well' }

describePeer('the files of a folder in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test.each([
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 1280 },
    { colorScheme: 'light', width: 360 },
  ] as const)('entries are shown with why they are as they are: $colorScheme, $width px', WAIT, async look => {
    await using stage = openStage()
    const daemon = await openDocs(stage, FILES)
    await using opened = await openSignedIn(daemon, '/folders/docs', look)
    const { page } = opened
    await page.getByRole('row', { name: 'letters' }).waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'notes.md', exact: true }).click()
    const panel = page.getByRole('complementary', { name: 'Details of notes.md' })
    await panel.getByText('# Notes').waitFor()
    await panel.getByText('unchanged here since').waitFor()
    await panel.getByRole('button', { name: 'Ask the remotes now' }).click()
    await panel.getByText('The next run will').waitFor()
    await opened.check()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })

  test('keys alone go into directories and back, and choose, rename and delete; each can be undone', WAIT, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage, FILES)
    await using opened = await openSignedIn(daemon, '/folders/docs')
    const { page } = opened
    const { keyboard } = page
    await page.getByRole('row', { name: 'letters' }).focus()
    await keyboard.press('Enter')
    await page.getByRole('row', { name: 'one.txt' }).focus()
    expect(page.url()).toContain('place=letters')
    await keyboard.press('Backspace')
    await page.getByRole('row', { name: 'letters' }).focus()
    await keyboard.press('r')
    await page.locator('[role=row]:focus', { hasText: 'report.txt' }).waitFor()
    await keyboard.press('F2')
    await page.getByLabel('Name', { exact: true }).fill('summary.txt')
    await keyboard.press('Enter')
    await page.getByRole('row', { name: 'summary.txt' }).waitFor()
    await until(() => read(stage.at('remote', 'summary.txt')) === 'all is well', 'the new name to be there')
    await page.getByRole('row', { name: 'notes.md' }).focus()
    await keyboard.press('Delete')
    await until(() => read(stage.at('remote', 'notes.md')) === undefined, 'it to be gone')
    await page.getByRole('status').getByText('notes.md is in the trash').waitFor()
    await page.locator('.toast', { hasText: 'notes.md' }).getByRole('button', { name: 'Undo' }).click()
    await until(() => read(stage.at('remote', 'notes.md')) === '# Notes', 'it to be back')
    await page.getByRole('row', { name: 'notes.md' }).waitFor()
    await opened.check()
  })

  test(
    'files come up by a button or dropped with directories; what is there already is asked about',
    WAIT,
    async () => {
      await using stage = openStage()
      const daemon = await openDocs(stage, FILES)
      await using opened = await openSignedIn(daemon, '/folders/docs')
      const { page } = opened
      // The browser itself says so of each answer that refuses.
      opened.expectLostConnection()
      await page.getByRole('row', { name: 'letters' }).waitFor()
      const choosing = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: 'Upload', exact: true }).click()
      const upload = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
      await (await choosing).setFiles([upload('new.txt', 'new'), upload('report.txt', 'all is better')])
      await until(() => read(stage.at('remote', 'new.txt')) === 'new', 'the new one to be there')
      const tray = page.getByRole('region', { name: 'Uploads' })
      await tray.getByRole('button', { name: 'Replace' }).waitFor()
      await opened.check()
      expect(read(stage.at('docs', 'report.txt'))).toBe('all is well')
      await tray.getByRole('button', { name: 'Keep both' }).click()
      await until(() => read(stage.at('remote', 'report (2).txt')) === 'all is better', 'both to be there')
      await page.getByRole('button', { name: 'New directory' }).click()
      await page.getByLabel('Name', { exact: true }).fill('empty')
      await page.getByRole('button', { name: 'Make it' }).click()
      await page.getByRole('row', { name: 'empty' }).waitFor()
      await page.getByRole('row', { name: 'report.txt' }).getByRole('button', { name: 'Details' }).click()
      const saving = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Download' }).click()
      expect(read(await (await saving).path())).toBe('all is well')
    },
  )

  test('what a rule would leave out is shown before it is saved, and then left alone', WAIT, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage, FILES)
    await using opened = await openSignedIn(daemon, '/folders/docs/rules')
    const { page } = opened
    opened.expectLostConnection()
    await page.getByRole('textbox', { name: 'Patterns' }).fill('[')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await page.getByRole('textbox', { name: 'Patterns' }).fill('*.md')
    await page.getByText('1 entry that is synced now would be left out.').waitFor()
    await page.getByText('notes.md').waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The rules hold from now on.').waitFor()
    await until(() => read(stage.at('remote', '.syncignore')) === '*.md', 'the rules to be there')
    expect(read(stage.at('remote', 'notes.md'))).toBe('# Notes')
  })
})
