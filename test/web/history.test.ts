// The past in a real browser: a deleted file and an earlier version come back, a folder goes back to a moment, and each of it can be undone.
import { mkdirSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openStage, type RunningDaemon, read, type Stage, settled, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
const WAIT = { timeout: 2 * PATIENCE_MS }
const FILES = { 'letters/one.txt': 'dear', 'notes.md': 'the first words\n', 'plan.txt': 'a plan' }

async function openDocs(stage: Stage): Promise<RunningDaemon> {
  mkdirSync(stage.at('docs'))
  for (const [name, text] of Object.entries(FILES)) write(stage.at('docs', name), text)
  const daemon = await stage.start()
  await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
  await daemon.client.remotes.add('docs', { address: stage.at('remote'), id: 'remote' }, NO_SIGNAL)
  await until(() => Object.keys(FILES).every(name => read(stage.at('remote', name)) !== undefined), 'all to be there')
  await settled(daemon.client)
  return daemon
}

/** Somebody changes things at the other side; what was here goes to the trash. */
async function changeThere(stage: Stage, { client }: RunningDaemon): Promise<void> {
  write(stage.at('remote', 'notes.md'), 'other words\n')
  rmSync(stage.at('remote', 'letters'), { recursive: true })
  await client.remotes.sync('docs', 'remote')
  const isDone = () =>
    read(stage.at('docs', 'notes.md')) === 'other words\n' && read(stage.at('docs', 'letters', 'one.txt')) === undefined
  await until(isDone, 'the changes to come')
  await settled(client)
}

describePeer('the past in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('an earlier version is looked into, compared, restored, and the restore undone', WAIT, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage)
    await changeThere(stage, daemon)
    await using opened = await openSignedIn(daemon, '/folders/docs/history?path=notes.md')
    const { page } = opened
    await page.getByText('the first words').waitFor()
    await opened.check()
    await page.getByText('Compared with now').click()
    await page.getByRole('region', { name: 'Both texts, line by line' }).getByText('other words').waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'Restore this version' }).click()
    await until(() => read(stage.at('remote', 'notes.md')) === 'the first words\n', 'it to be restored everywhere')
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
    await until(() => read(stage.at('remote', 'notes.md')) === 'other words\n', 'it to be undone everywhere')
  })

  test('a folder goes back to before a change, and forth again', WAIT, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage)
    await changeThere(stage, daemon)
    await using opened = await openSignedIn(daemon, '/folders/docs/history', { colorScheme: 'dark', width: 360 })
    const { page } = opened
    const all = page.getByRole('button', { name: /^The folder before the change of / })
    await all.first().waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'The folder before the change of notes.md' }).first().click()
    await page.getByRole('region', { name: 'What would change' }).getByText('notes.md').waitFor()
    await opened.check()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.getByRole('button', { name: 'Go back to this moment' }).click()
    const isBack = () =>
      read(stage.at('remote', 'letters', 'one.txt')) === 'dear' &&
      read(stage.at('remote', 'notes.md')) === 'the first words\n'
    await until(isBack, 'everything to be as it was, everywhere')
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
    await until(() => read(stage.at('remote', 'letters', 'one.txt')) === undefined, 'it to be undone everywhere')
    await until(() => read(stage.at('remote', 'notes.md')) === 'other words\n', 'it to be undone everywhere')
  })

  test('what was deleted is found in the trash and comes back; one change is undone', WAIT, async () => {
    await using stage = openStage()
    const daemon = await openDocs(stage)
    await changeThere(stage, daemon)
    await using opened = await openSignedIn(daemon, '/folders/docs/trash')
    const { page } = opened
    await page.getByRole('button', { name: 'Restore one.txt' }).waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'Restore one.txt' }).click()
    await until(() => read(stage.at('remote', 'letters', 'one.txt')) === 'dear', 'it to be back everywhere')
    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByRole('button', { name: 'Undo the change of notes.md' }).first().click()
    await until(() => read(stage.at('remote', 'notes.md')) === 'the first words\n', 'it to be undone everywhere')
  })
})
