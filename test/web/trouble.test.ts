// When something is wrong: a plan like an accident, a daemon that dies under an open page, names that are more than names.
import { unlinkSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import type { ServiceClient } from '../../src/api/client.ts'
import { HOSTILE } from '../api/hostile.ts'
import { openStage, read, type Stage, settled, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
const FILES = ['0.txt', '1.txt', '2.txt', '3.txt', '4.txt']

describePeer('trouble in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test(
    'a plan that would empty the other side waits; it is refused and what is missing comes back, or it is done',
    STORY,
    async () => {
      await using stage = openStage()
      const daemon = await stage.start()
      const { client } = daemon
      await client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
      await client.remotes.add('docs', { address: stage.at('a'), id: 'a' }, NO_SIGNAL)
      for (const name of FILES) write(stage.at('docs', name), name)
      await until(() => FILES.every(name => read(stage.at('a', name)) === name), 'the files', PATIENCE_MS)
      await settled(client)
      await using opened = await openSignedIn(daemon)
      const { page } = opened

      await empty(stage, client)
      await page.getByRole('link', { name: 'Look at it' }).click()
      await page.getByText('deleted there').waitFor()
      await page.getByText('3.txt').waitFor()
      await opened.check()
      await page.getByRole('button', { name: 'Bring back what is missing' }).click()
      await until(() => FILES.every(name => read(stage.at('docs', name)) === name), 'the files back', PATIENCE_MS)
      await page.getByText('Nothing waits for your yes').waitFor()
      await settled(client)

      await empty(stage, client)
      await page.getByRole('button', { name: 'Do it' }).click()
      await until(() => FILES.every(name => read(stage.at('a', name)) === undefined), 'the deletions', PATIENCE_MS)
      await opened.check()
    },
  )

  test('a daemon that is killed and started again under an open page is told of, and found again', STORY, async () => {
    await using stage = openStage()
    const first = await stage.start()
    await first.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
    const door = await openDoor(stage, first.url)
    await using opened = await openSignedIn({ client: first.client, url: door.url })
    const { page } = opened
    opened.expectLostConnection()
    await page.getByRole('article', { name: 'Documents' }).waitFor()
    await first.kill('SIGKILL')
    await page.getByText('The connection to Syncline is lost.').waitFor()
    const second = await stage.start()
    door.leadTo(second.url)
    await page.getByText('Syncline was started anew.').waitFor()
    await second.client.folders.change('docs', { label: 'Papers' })
    await page.getByRole('article', { name: 'Papers' }).waitFor()
    expect(await page.getByText('The connection to Syncline is lost.').count()).toBe(0)
    await opened.check()
  })

  test(
    'a page that nobody sees lets its connection go, and shows what is so when it is seen again',
    STORY,
    async () => {
      await using stage = openStage()
      const daemon = await stage.start()
      await daemon.client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
      await using opened = await openSignedIn(daemon)
      const { page } = opened
      await page.getByRole('article', { name: 'Documents' }).waitFor()
      const letGo = page.waitForEvent('requestfailed', request => request.url().includes('/events'))
      await setVisibility(page, 'hidden')
      await letGo
      await daemon.client.folders.change('docs', { label: 'Papers' })
      await setVisibility(page, 'visible')
      await page.getByRole('article', { name: 'Papers' }).waitFor()
      await opened.check()
    },
  )

  test(
    'names of files, folders, devices and accounts are text and nothing else, whatever they are',
    STORY,
    async () => {
      await using stage = openStage()
      const daemon = await stage.start()
      const { client } = daemon
      const fitting = HOSTILE.filter(name => !name.includes('/') && !name.includes('\n'))
      const [evil = ''] = HOSTILE
      await client.folders.add({ path: stage.at('docs'), id: 'docs', label: evil })
      await client.remotes.add('docs', { address: stage.at('a'), id: 'a' }, NO_SIGNAL)
      await client.devices.add({ id: (await (await stage.start('other')).client.devices.self()).id, name: evil })
      await client.accounts.add({ name: 'ada', displayName: evil, password: 'correct horse battery' })
      await using opened = await openSignedIn(daemon)
      const { page } = opened
      await page.getByRole('article', { name: evil }).waitFor()
      for (const name of fitting) write(stage.at('docs', name), 'x')
      await until(() => fitting.every(name => read(stage.at('a', name)) === 'x'), 'the files', PATIENCE_MS)
      await page.getByText(evil, { exact: true }).first().waitFor()
      for (const path of ['Devices', 'Accounts', 'Activity']) {
        await page.getByRole('link', { name: path, exact: true }).click()
        await page.getByRole('heading', { name: path, level: 1 }).waitFor()
        await page.getByText(evil).first().waitFor({ state: 'attached' })
        expect(await page.locator('img[src="x"], main script').count()).toBe(0)
      }
      await opened.check()
    },
  )
})

/** An address that stays, whatever port a daemon gets: what comes to it goes on to the daemon that there is. */
async function openDoor(stage: Stage, first: string): Promise<{ readonly url: string; leadTo(url: string): void }> {
  let port = Number(new URL(first).port)
  const sockets = new Set<Socket>()
  const server = createServer(from => {
    const to = connect({ host: '127.0.0.1', port })
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stage.onEnd(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    leadTo: url => {
      port = Number(new URL(url).port)
    },
  }
}

/** The folder loses everything at once, as by somebody's mistake. */
async function empty(stage: Stage, { folders }: ServiceClient): Promise<void> {
  await folders.pause('docs')
  await until(async () => (await folders.status('docs')).state === 'paused', 'the folder to be at rest', PATIENCE_MS)
  for (const name of FILES) unlinkSync(stage.at('docs', name))
  await folders.resume('docs')
}

/** A browser without windows takes every page for seen. */
async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  `)
}
