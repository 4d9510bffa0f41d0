// Signing in, and the overview, in a real browser against a real daemon.
import { afterAll, expect, test } from 'vitest'
import { openStage, settled, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openPage, openSignedIn, STORY } from './browser.ts'

const NO_SIGNAL = new AbortController().signal

describePeer('the overview in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test(
    'whoever is not signed in sees the sign-in, and nothing else; an administrator comes in by password',
    STORY,
    async () => {
      await using stage = openStage()
      const { client, url } = await stage.start()
      await client.accounts.add({ name: 'ada', password: 'correct horse battery', role: 'admin' })
      await using opened = await openPage()
      const { page } = opened
      // The browser itself says so of each answer that refuses.
      opened.expectLostConnection()
      await page.goto(url)
      await page.getByLabel('Name').fill('ada')
      await page.getByLabel('Password').fill('wrong password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').waitFor()
      await opened.check()
      await page.getByLabel('Password').fill('correct horse battery')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    },
  )

  test('a link signs in once, and is not left in the address or the history', STORY, async () => {
    await using stage = openStage()
    const daemon = await stage.start()
    await using opened = await openSignedIn(daemon)
    const { page, context } = opened
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(page.url()).toBe(daemon.url)
    await opened.check()
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)

    const { out } = await stage.run('open', '--print', '--home', daemon.home)
    const link = /http\S+/.exec(out)?.[0] ?? ''
    await using second = await openPage()
    second.expectLostConnection()
    await second.page.goto(link)
    await second.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await using third = await openPage()
    third.expectLostConnection()
    await third.page.goto(link)
    await third.page.getByText('This link was used before, or is too old.').waitFor()
  })

  test('folders, remotes and changes are shown as they happen', STORY, async () => {
    await using stage = openStage()
    const daemon = await stage.start()
    const { client } = daemon
    await using opened = await openSignedIn(daemon)
    const { page } = opened
    await client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
    await client.remotes.add('docs', { address: stage.at('a'), id: 'a' }, NO_SIGNAL)
    const card = page.getByRole('article', { name: 'Documents' })
    await card.waitFor()
    write(stage.at('docs', 'letters', 'one.txt'), 'dear')
    await page.getByText('letters/one.txt').waitFor()
    await settled(client)
    await card.getByText('Up to date').first().waitFor()
    expect(opened.complaints).toEqual([])
  })
})
