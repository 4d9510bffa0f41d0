// What a page says is so: numbers are saved as they are typed, what was refused is not shown as done, and late answers are about nothing else.
import type { Route } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { openStage, read, settled, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
/** Nobody's: it never connects. */
const OTHER = 'FAMEGD3-5VE742W-RSS72AA-CICB7T4-VUV6PIO-7J3LLLY-PKWIWTF-DAPYIAJ'

const problem = { code: 'wrong-state', title: 'Conflict', status: 409, detail: 'Not now, says the daemon.' }
const refused = { status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) }

/** A request that waits, until `answer` is called with its route. */
function held() {
  const routes: Route[] = []
  return {
    routes,
    hold: (route: Route) => void routes.push(route),
    first: () => until(() => routes.length > 0, 'the request', PATIENCE_MS),
  }
}

describePeer('what pages say, in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('numbers are saved as typed; what was refused, or is late, is not shown as if it were so', STORY, async () => {
    await using stage = openStage()
    const daemon = await stage.start()
    const { client } = daemon
    await client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
    await client.devices.add({ id: OTHER, name: 'Laptop' })
    await using opened = await openSignedIn(daemon, '/folders/docs/settings')
    const { page } = opened

    const days = page.getByLabel('Deleted and replaced files are kept for (days)')
    for (const [typed, kept] of [
      ['30', 30],
      ['', 'for-ever'],
    ] as const) {
      await days.fill(typed)
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await until(async () => (await client.folders.get('docs')).trashDays === kept, 'the days', PATIENCE_MS)
    }

    // Sharing that is refused is no sharing.
    await page.route('**/api/v1/folders/docs/devices', route => route.fulfill(refused))
    await page.getByRole('link', { name: 'Devices', exact: true }).click()
    const shared = page.getByRole('switch', { name: 'Documents' })
    // Its track is what is seen of it.
    await shared.click({ force: true })
    await page.getByText(problem.detail).waitFor()
    await until(async () => !(await shared.isChecked()), 'the switch to be as it was', PATIENCE_MS)

    // An address that is another one by the time the answer comes was not tried.
    const trial = held()
    await page.route('**/api/v1/folders/docs/remote-test', trial.hold)
    await page.goto(new URL('/folders/docs/add-remote', daemon.url).href)
    await page.getByLabel('Address').fill('https://first.example')
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await trial.first()
    await page.getByLabel('Address').fill('https://second.example')
    const label = 'first.example'
    await trial.routes[0]?.fulfill({ json: { kind: 'webdav', label, remarks: [], isEmpty: true } })
    await page.locator('button[aria-busy="true"]').waitFor({ state: 'detached' })
    expect(await page.getByText(label).count()).toBe(0)
    await page.getByRole('button', { name: 'Test the connection' }).waitFor()
    await opened.check()
  })

  test(
    'conflicts are counted whether they are shown or not, and nothing is called well while they wait',
    STORY,
    async () => {
      await using stage = openStage()
      const daemon = await stage.start()
      const { client } = daemon
      const names = ['a.txt', 'b.txt']
      for (const name of names) {
        write(stage.at('docs', name), `${name}, here`)
        write(stage.at('other', name), `${name}, there, and longer`)
      }
      write(stage.at('aside', 'c.txt'), 'c')
      await client.folders.add({ path: stage.at('docs'), id: 'docs', label: 'Documents' })
      await client.folders.add({ path: stage.at('aside'), id: 'aside', label: 'Aside' })
      await client.remotes.add('docs', { address: stage.at('other'), id: 'other' }, NO_SIGNAL)
      const conflicts = async () => (await client.folders.status('docs')).conflicts
      await until(async () => (await conflicts()) === names.length, 'the conflicts', PATIENCE_MS)
      await settled(client).catch(() => {})
      await client.folders.pause('aside')
      await using opened = await openSignedIn(daemon)
      const { page } = opened

      await page.getByText('Something needs you').waitFor()
      await page.getByText('1 paused').waitFor()
      // Pages of one each.
      await page.route('**/api/v1/folders/docs/conflicts?*', route =>
        route.continue({
          url: route
            .request()
            .url()
            .replace(/limit=\d+/, 'limit=1'),
        }),
      )
      await page.getByRole('article', { name: 'Documents' }).waitFor()
      await page.getByRole('link', { name: 'Conflicts' }).first().click()
      const list = page.getByRole('list', { name: 'Conflicts in Documents' })
      await list.getByRole('listitem').nth(1).waitFor()
      await page.getByText('2 conflicts', { exact: true }).waitFor()

      // A paused folder says so, and goes on from there.
      await page.getByRole('link', { name: 'Aside' }).click()
      await page.getByText('This folder is paused').waitFor()
      await opened.check()
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.getByRole('row', { name: 'c.txt' }).waitFor()

      // A page that could not come is whole when it can.
      opened.expectLostConnection()
      await opened.context.setOffline(true)
      await page.getByRole('link', { name: 'Accounts' }).click()
      await page.getByText('This page could not be loaded.').waitFor()
      await opened.context.setOffline(false)
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('link', { name: 'Accounts' }).click()
      await page.getByText('The address for the apps').waitFor()
      const shown = await page.evaluate(`getComputedStyle(document.querySelector('main .page')).display`)
      expect(shown).toBe('flex')

      // Clicked twice, undone once.
      write(stage.at('aside', 'd.txt'), 'd')
      const undo = held()
      await page.route('**/changes/undo', undo.hold)
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('button', { name: 'Undo the change of d.txt' }).dblclick()
      await undo.first()
      await undo.routes[0]?.continue()
      await page.getByText('The change was taken back.').waitFor()
      await until(() => read(stage.at('aside', 'd.txt')) === undefined, 'the file to be gone', PATIENCE_MS)
      expect(undo.routes.length).toBe(1)
    },
  )
})
