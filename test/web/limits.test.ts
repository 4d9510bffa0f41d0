// How fast and when, set in a browser: for all together, for a folder, for one remote; and what holds now.
import { afterAll, expect, test } from 'vitest'
import { openStage, until } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

describePeer('speed and hours in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('hours are painted by keys and by a pointer, with rates; what holds now is told', STORY, async () => {
    await using stage = openStage()
    const daemon = await stage.start()
    const { client } = daemon
    await client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
    await client.remotes.add('docs', { address: stage.at('media'), id: 'media' }, NO_SIGNAL)
    await using opened = await openSignedIn(daemon)
    const { page } = opened
    /** As saved: what the page says of it may still be of what was saved before. */
    const schedule = async (of: { readonly folder?: string; readonly remote?: string }) => {
      const saved = async () => (await client.limits.read(of)).schedule ?? []
      await until(async () => (await saved()).length > 0, 'the hours to be saved', PATIENCE_MS)
      return saved()
    }

    // Of all together: the line at any time, and slower on Monday from 8 to 10.
    await page.getByRole('link', { name: 'Speed and hours' }).click()
    await page.getByText('synced, without limits.').waitFor()
    const up = page.getByLabel('Up, at most').first()
    await up.selectOption('MB/s')
    await page.getByLabel('Up, at most', { exact: true }).first().fill('2.5')
    await page.getByRole('button', { name: 'Save the speed' }).click()
    await page.getByText('synced, up 2.5 MB/s, down unlimited.').waitFor()
    expect(await client.limits.read({})).toMatchObject({ uploadBytesPerSecond: 2_500_000, schedule: [] })
    await page.getByText('Limited', { exact: true }).click()
    await page.getByRole('button', { name: 'Mon 8:00, synced', exact: true }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Mon 9:00, synced, up 500 kB/s' }).waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'Save the hours' }).click()
    expect(await schedule({})).toEqual([{ days: ['mon'], from: '08:00', to: '10:00', uploadBytesPerSecond: 500_000 }])

    // Of one remote: its own hours go before those of the folder, and rest is told at once, whoever set it.
    await page.goto(new URL('/folders/docs/settings', daemon.url).href)
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.locator('main').getByRole('link', { name: 'Speed and hours' }).click()
    await page.getByRole('heading', { name: /^Speed and hours of/ }).waitFor()
    await page.getByRole('switch', { name: 'Hours of its own' }).click({ force: true })
    await page.getByText('At rest', { exact: true }).click()
    await page.getByRole('button', { name: 'Sun, all day' }).click()
    await drag(page, 'Sat 20:00', 'Sat 23:00')
    await page.getByRole('button', { name: 'Save the hours' }).click()
    const ofRemote = { folder: 'docs', remote: 'media' }
    const own = await schedule(ofRemote)
    expect(own).toContainEqual({ days: ['sat'], from: '00:00', to: '20:00', sync: true })
    expect(own.flatMap(({ days }) => days)).not.toContain('sun')
    await client.limits.change(ofRemote, { schedule: [{ days: [...WEEK], from: '00:00', to: '24:00', sync: false }] })
    await page.getByText('at rest.', { exact: true }).waitFor()
    await opened.check()

    // Of the folder: nothing of its own, then nights only, then nothing again.
    await page.getByRole('link', { name: 'To the settings' }).click()
    await page.getByText('The hours are those of all of Syncline.').waitFor()
    await page.getByRole('switch', { name: 'Hours of its own' }).click({ force: true })
    await page.getByRole('button', { name: 'Nights only' }).click()
    await page.getByRole('button', { name: 'Save the hours' }).click()
    expect(await schedule({ folder: 'docs' })).toEqual([
      { days: [...WEEK], from: '00:00', to: '07:00', sync: true },
      { days: [...WEEK], from: '22:00', to: '24:00', sync: true },
    ])
    expect(opened.complaints).toEqual([])
  })
})

async function drag(page: Awaited<ReturnType<typeof openSignedIn>>['page'], from: string, to: string) {
  await page.getByRole('button', { name: `${from}, synced` }).hover()
  await page.mouse.down()
  const middle = await page.getByRole('button', { name: `${to}, synced` }).boundingBox()
  if (middle === null) throw new Error(`${to} is not on the screen`)
  await page.mouse.move(middle.x + middle.width / 2, middle.y + middle.height / 2, { steps: 40 })
  await page.mouse.up()
  await page.getByRole('button', { name: `${to}, at rest` }).waitFor()
}
