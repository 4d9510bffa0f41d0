// From an empty home to files on a WebDAV server and on another device, by nothing but the browser.
import type { Route } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { openStage, read, until, write } from '../daemon/daemon-process.ts'
import { startPlainDav } from '../fakes/plain-dav/server.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

describePeer('setting up in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('a folder is added, and comes to a WebDAV server and another device', STORY, async () => {
    await using stage = openStage()
    const here = await stage.start()
    const there = await stage.start('there')
    const server = await startPlainDav()
    stage.onEnd(() => server.stop())
    await using mine = await openSignedIn(here)
    const { page } = mine

    await page.getByRole('link', { name: 'Add a folder' }).click()
    await page.getByLabel('Directory', { exact: true }).fill(stage.root)
    await page.getByLabel('New directory in it').fill('docs')
    await page.getByLabel('Name (optional)').fill('Documents')
    await mine.check()
    await page.getByRole('button', { name: 'Add the folder' }).click()
    await page.getByRole('heading', { name: 'Where else is Documents to be?' }).waitFor()
    write(stage.at('docs', 'letter.txt'), 'dear')
    await page.getByLabel('Address').fill(`${server.url}/`)
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByText('It is empty: everything from here goes there.').waitFor()
    await mine.check()
    await page.getByRole('button', { name: 'Add and sync' }).click()
    await page.getByRole('article', { name: 'Documents' }).getByText('Up to date').first().waitFor()
    await until(() => server.tree.find('letter.txt') !== undefined, 'the file on the server', PATIENCE_MS)

    // Both devices are told of each other: one by its id, the other by a call that waits for a yes.
    const other = await there.client.devices.self()
    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByRole('button', { name: 'Add a device' }).click()
    await page.getByLabel('Id of the device').fill(other.id)
    await page.getByLabel('Name (optional)').fill('The other one')
    await page.getByLabel('Addresses (optional)').fill(other.listening[0] ?? '')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await using theirs = await openSignedIn(there, '/devices')
    await theirs.page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText('Connected').waitFor()
    await page.getByRole('switch', { name: 'Documents' }).click({ force: true })
    await theirs.page.getByRole('button', { name: 'Take the folder' }).first().click()
    await theirs.page.getByLabel('Directory', { exact: true }).fill(stage.root)
    await theirs.page.getByLabel('New directory in it').fill('taken')
    await theirs.check()
    await theirs.page.getByRole('dialog').getByRole('button', { name: 'Take the folder' }).click()
    await until(() => read(stage.at('taken', 'letter.txt')) === 'dear', 'the file on the other device', PATIENCE_MS)
    await mine.check()
    await theirs.check()
  })

  test('a server lets this program in by a page of its own, and no password is typed here', STORY, async () => {
    await using stage = openStage()
    const here = await stage.start()
    const cloud = await stage.start('cloud')
    await cloud.client.accounts.add({ name: 'ada', password: 'correct horse battery' })
    await here.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
    await using mine = await openSignedIn(here, '/folders/docs/add-remote')
    const { page, context } = mine

    await page.getByLabel('Address').fill(cloud.url)
    await page.getByRole('button', { name: 'Sign in in the browser' }).click()
    const opening = context.waitForEvent('page')
    await page.getByRole('link', { name: 'Open the page of the server' }).click()
    const sign = await opening
    await sign.getByLabel('Name').fill('ada')
    await sign.getByLabel('Password').fill('correct horse battery')
    await sign.getByRole('button', { name: 'Let it in' }).click()
    await page.getByText('The server has let Syncline in as ada.').waitFor()
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByRole('button', { name: 'Add and sync' }).click()
    write(stage.at('docs', 'one.txt'), 'one')
    const dav = `${cloud.url}remote.php/dav/files/ada/one.txt`
    const authorization = `Basic ${Buffer.from('ada:correct horse battery').toString('base64')}`
    await until(async () => (await fetch(dav, { headers: { authorization } })).ok, 'the file there', PATIENCE_MS)
    await mine.check()
    const kept = `${read(`${here.home}/config.yaml`)}${read(`${here.home}/secrets.json`)}`
    expect(kept).not.toContain('correct horse battery')
  })

  test('what is wrong stands at the field, and nothing is kept', STORY, async () => {
    await using stage = openStage()
    const here = await stage.start()
    await here.client.folders.add({ path: stage.at('docs'), id: 'docs' })
    await using mine = await openSignedIn(here, '/add-folder')
    const { page } = mine
    mine.expectLostConnection()
    await page.getByLabel('Directory', { exact: true }).fill(stage.at('docs', 'inside'))
    await page.getByRole('button', { name: 'Add the folder' }).click()
    await page.getByRole('alert').first().waitFor()
    expect(await page.getByLabel('Directory', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await mine.check()
    expect((await here.client.folders.list()).some(({ path }) => path.endsWith('inside'))).toBe(false)
  })

  test('whoever has begun to choose a directory is not typed over by what comes late', STORY, async () => {
    await using stage = openStage()
    const here = await stage.start()
    await using mine = await openSignedIn(here)
    const { page } = mine
    const asked = new Promise<Route>(resolve => void page.route('**/api/v1/directories*', resolve))
    await page.getByRole('link', { name: 'Add a folder' }).click()
    const field = page.getByLabel('Directory', { exact: true })
    await field.focus()
    await (await asked).continue()
    await page.getByRole('button', { name: 'Syncline synced already' }).waitFor()
    expect(await field.inputValue()).toBe('')
    await page.getByRole('button', { name: 'To the home directory' }).click()
    await mine.check()
  })
})
