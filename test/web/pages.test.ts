// Every page of a furnished daemon, wide and narrow, light and dark: nothing on the console, nothing out of reach, nothing off the screen.
// `npm run screenshots` keeps a picture of each.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openStage } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, type Look, openPage, openSignedIn, STORY } from './browser.ts'
import { ANNAS_PASSWORD, furnished, OWN_PAGES, PAGES } from './furnished.ts'

const PICTURES = process.env['SYNCLINE_SCREENSHOTS']

const NEARBY = {
  device: 'FAMEGD3-5VE742W-RSS72AA-CICB7T4-VUV6PIO-7J3LLLY-PKWIWTF-DAPYIAJ',
  addresses: ['tcp://192.168.1.20:22000'],
}

/** Both colours and both widths; for pictures each colour in its own. */
const LOOKS = {
  light: { colorScheme: 'light', width: 1280, height: 860 },
  ...(PICTURES === undefined ? {} : { dark: { colorScheme: 'dark', width: 1280, height: 860 } as const }),
  phone: { colorScheme: PICTURES === undefined ? 'dark' : 'light', width: 360, height: 780 },
} as const

describePeer('every page in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('is reachable by everybody, and as wide as the window', STORY, async () => {
    await using stage = openStage()
    const daemon = await furnished(stage)
    for (const [look, size] of Object.entries(LOOKS)) {
      await using opened = await openSignedIn(daemon, '/', size)
      const { page } = opened
      // Daemons of other tests are heard too, and are no part of the picture.
      await page.route('**/api/v1/nearby', route => route.fulfill({ json: { devices: [NEARBY] } }))
      for (const { name, path, shows } of PAGES) {
        await page.goto(new URL(path, daemon.url).href)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.getByText(shows).first().waitFor()
        const width = await page.evaluate('document.documentElement.scrollWidth')
        expect(width, `${name}, ${look}`).toBeLessThanOrEqual(size.width)
        await opened.check()
        if (PICTURES !== undefined) await keep(page, name, look)
      }
      // `own-files.test.ts` looks at these.
      if (PICTURES !== undefined) await keepOwnPages(daemon.url, look, size)
    }
  })
})

async function keepOwnPages(url: string, look: string, size: Look) {
  await using opened = await openPage(size)
  opened.expectLostConnection()
  const { page } = opened
  await page.goto(url)
  await page.getByLabel('Name').fill('anna')
  await page.getByLabel('Password').fill(ANNAS_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('row', { name: 'Documents' }).waitFor()
  for (const { name, path, shows } of OWN_PAGES) {
    await page.goto(new URL(path, url).href)
    await page.getByText(shows).first().waitFor()
    await keep(page, name, look)
  }
}

async function keep(page: { screenshot(to: { path: string }): Promise<unknown> }, name: string, look: string) {
  mkdirSync(PICTURES ?? '', { recursive: true })
  await page.screenshot({ path: join(PICTURES ?? '', `${name}-${look}.png`) })
}
