// The page of a host's user: somebody with an account opens the address, and has their files, and nothing else.
import type { Page, Route } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { openStage, type RunningDaemon, read, type Stage, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, type Look, openPage, STORY } from './browser.ts'

const PASSWORD = 'correct horse battery'

/** Anna has a home, a folder to read and one to change. */
async function openHost(stage: Stage): Promise<RunningDaemon> {
  write(stage.at('photos', 'beach.txt'), 'a beach')
  write(stage.at('letters', 'rent.txt'), 'the rent')
  const daemon = await stage.start()
  const { accounts, folders, grants } = daemon.client
  await folders.add({ path: stage.at('photos'), id: 'photos' })
  await folders.add({ path: stage.at('letters'), id: 'letters' })
  await accounts.add({ name: 'anna', displayName: 'Anna', password: PASSWORD, quotaBytes: 5_000_000 })
  await grants.add({ folder: 'photos', account: 'anna', rights: 'read', mount: 'Photos' })
  await grants.add({ folder: 'letters', account: 'anna', rights: 'write', mount: 'Letters' })
  const areSeen = async () => (await daemon.client.status()).folders.every(({ state }) => state === 'idle')
  await until(areSeen, 'the folders to be looked at')
  return daemon
}

async function openAsAnna({ url }: RunningDaemon, look: Look = {}) {
  const opened = await openPage(look)
  // The browser itself says so of each answer that refuses.
  opened.expectLostConnection()
  await opened.page.goto(url)
  await signIn(opened.page, PASSWORD)
  await opened.page.getByRole('row', { name: 'Letters' }).waitFor()
  return opened
}

async function signIn(page: Page, password: string) {
  await page.getByLabel('Name').fill('anna')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

describePeer('the page of a host’s user in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('files go up, are renamed, deleted, brought back, and become what they were', STORY, async () => {
    await using stage = openStage()
    const daemon = await openHost(stage)
    await using opened = await openAsAnna(daemon)
    const { page } = opened
    expect(new URL(page.url()).pathname).toBe('/files')
    const upload = async (button: string, ...files: ReturnType<typeof file>[]) => {
      const choosing = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: button, exact: true }).click()
      await (await choosing).setFiles(files)
    }
    await upload('Upload', file('plan.txt', 'the first plan'), file('other.txt', 'other'))
    await page.getByRole('row', { name: 'plan.txt' }).waitFor()
    await page.getByRole('button', { name: 'New directory' }).click()
    await page.getByLabel('Name', { exact: true }).fill('notes')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('row', { name: 'notes' }).waitFor()

    // A new version, and back.
    await page.getByRole('row', { name: 'plan.txt' }).getByRole('button', { name: 'Details' }).click()
    const panel = page.getByRole('complementary', { name: 'Details of plan.txt' })
    await panel.getByText('the first plan').waitFor()
    await upload('Upload a new version', file('plan.txt', 'the second'))
    await panel.getByText('the second').waitFor()
    await opened.check()
    await panel.getByRole('button', { name: 'Restore the version' }).click()
    await panel.getByText('the first plan').waitFor()
    const saving = page.waitForEvent('download')
    await panel.getByRole('link', { name: 'Download', exact: true }).click()
    expect(read(await (await saving).path())).toBe('the first plan')

    // By keys alone: another name, to the trash, and back by the toast.
    await page.getByRole('button', { name: 'Back to the list' }).click()
    await page.getByRole('row', { name: 'other.txt' }).focus()
    await page.keyboard.press('F2')
    await page.getByLabel('Name', { exact: true }).fill('old.txt')
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: 'old.txt' }).focus()
    await page.keyboard.press('Delete')
    await page.getByRole('row', { name: 'old.txt' }).waitFor({ state: 'detached' })
    await page.locator('.toast', { hasText: 'old.txt' }).getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('row', { name: 'old.txt' }).focus()
    await page.keyboard.press('Delete')
    await page.getByRole('row', { name: 'old.txt' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Trash', exact: true }).click()
    await page.getByRole('button', { name: 'Restore old.txt' }).waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'Restore old.txt' }).click()
    await page.getByText('The trash is empty').waitFor()
    await page.getByRole('link', { name: 'Files', exact: true }).click()
    await page.getByRole('row', { name: 'old.txt' }).waitFor()
  })

  test.each([
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 360 },
  ] as const)('shared folders are shown as what they are: $colorScheme, $width px', STORY, async look => {
    await using stage = openStage()
    const daemon = await openHost(stage)
    await using opened = await openAsAnna(daemon, look)
    const { page } = opened
    const isAsWide = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    await page.getByRole('row', { name: 'Photos' }).getByText('To read only').waitFor()
    await opened.check()
    await page.getByRole('button', { name: 'Photos', exact: true }).click()
    await page.getByRole('row', { name: 'beach.txt' }).waitFor()
    expect(await page.getByRole('button', { name: 'Upload' }).count()).toBe(0)
    await page.getByRole('button', { name: 'beach.txt', exact: true }).click()
    const panel = page.getByRole('complementary', { name: 'Details of beach.txt' })
    await panel.getByText('a beach').waitFor()
    await panel.getByRole('link', { name: 'Download' }).waitFor()
    expect(await panel.getByRole('button', { name: /Rename|Delete|Upload/ }).count()).toBe(0)
    await opened.check()
    expect(await isAsWide()).toBe(true)
    await page.goto(new URL('/files?place=Letters', daemon.url).href)
    await page.getByRole('row', { name: 'rent.txt' }).waitFor()
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Upload', exact: true }).click()
    await (await choosing).setFiles(file('new.txt', 'dear landlord'))
    await until(() => read(stage.at('letters', 'new.txt')) === 'dear landlord', 'the letter to be there')
    for (const path of ['/files', '/files/trash', '/files/account']) {
      await page.goto(new URL(path, daemon.url).href)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page
        .getByText(path === '/files' ? 'My files' : path === '/files/trash' ? 'empty' : 'of 5 MB used')
        .first()
        .waitFor()
      await opened.check()
      expect(await isAsWide(), path).toBe(true)
    }
  })

  test('nobody is asked to sign in before it is known whether they are', STORY, async () => {
    await using stage = openStage()
    const { url } = await stage.start()
    await using opened = await openPage()
    const { page } = opened
    opened.expectLostConnection()
    const asked = new Promise<Route>(resolve => void page.route('**/api/v1/me/session', resolve))
    await page.goto(url)
    const own = await asked
    expect(await page.getByLabel('Password').count()).toBe(0)
    await own.continue()
    await page.getByLabel('Password').waitFor()
    await opened.check()
  })

  test(
    'app passwords and the own password are changed, and nothing of the administration is shown',
    STORY,
    async () => {
      await using stage = openStage()
      const daemon = await openHost(stage)
      await using opened = await openAsAnna(daemon)
      await using elsewhere = await openAsAnna(daemon)
      const { page, context } = opened
      const [cookie, ...others] = await context.cookies(new URL('/api/v1/me', daemon.url).href)
      expect(cookie).toMatchObject({ name: 'syncline-own', path: '/api/v1/me', httpOnly: true, sameSite: 'Strict' })
      expect(others).toEqual([])
      expect(await context.cookies(new URL('/api/v1/status', daemon.url).href)).toEqual([])
      await page.getByRole('link', { name: 'Account' }).click()
      await page.getByLabel('For which app').fill('Phone')
      await page.getByRole('button', { name: 'Make a password' }).click()
      await page.getByText('shown now and never again').waitFor()
      await page.getByRole('button', { name: 'Revoke Phone' }).waitFor()
      expect(await daemon.client.accounts.appPasswords('anna')).toMatchObject([{ label: 'Phone' }])
      await opened.check()
      await page.getByRole('button', { name: 'Revoke Phone' }).click()
      await page.getByRole('button', { name: 'Revoke Phone' }).waitFor({ state: 'detached' })
      const change = async (current: string) => {
        await page.getByLabel('Current password').fill(current)
        await page.getByLabel('New password').fill('another horse battery')
        await page.getByRole('button', { name: 'Change the password' }).click()
      }
      await change('not the password')
      await page.getByText('The current password is wrong.').waitFor()
      await change(PASSWORD)
      await page.getByText('The new password holds from now on.').waitFor()
      // Who is signed in elsewhere is asked for the new one.
      await elsewhere.page.reload()
      await elsewhere.page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await signIn(elsewhere.page, 'another horse battery')
      await elsewhere.page.getByRole('row', { name: 'Letters' }).waitFor()
      // The pages of the administration ask for a sign-in of their own.
      for (const path of ['/host', '/folders/letters', '/activity']) {
        await page.goto(new URL(path, daemon.url).href)
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      }
      await page.goto(daemon.url)
      await page.getByRole('row', { name: 'Letters' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await opened.check()
    },
  )
})
