// Devices in a browser: found on the network, read by a camera, changed, paused.
import { afterAll, expect, test } from 'vitest'
import { openStage, until } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS, STORY } from './browser.ts'

/** What a browser has that reads codes, and a camera that sees only this one. */
function cameraThatSees(text: string): string {
  return `
    globalThis.BarcodeDetector = class {
      static async getSupportedFormats() { return ['qr_code'] }
      async detect() { return [{ rawValue: 'https://elsewhere.example' }, { rawValue: '${text}' }] }
    }
    navigator.mediaDevices.getUserMedia = async () => {
      const canvas = document.createElement('canvas')
      canvas.getContext('2d').fillRect(0, 0, 10, 10)
      globalThis.camera = canvas.captureStream(10)
      return globalThis.camera
    }`
}

describePeer('devices in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('one that was heard is added by the code that it shows, then changed and paused', STORY, async () => {
    await using stage = openStage()
    const here = await stage.start()
    const { id, listening } = await (await stage.start('there')).client.devices.self()
    await using opened = await openSignedIn(here)
    const { page } = opened
    // The browser itself says so of each answer that refuses.
    opened.expectLostConnection()
    await page.addInitScript(cameraThatSees(id))
    // Networks of test machines carry nothing: what would be heard there is said here.
    await page.route('**/api/v1/nearby', async route => {
      const isKnown = (await here.client.devices.list()).length > 0
      await route.fulfill({ json: { devices: isKnown ? [] : [{ device: id, addresses: listening }] } })
    })
    await page.goto(new URL('/devices', here.url).href)

    await page.getByRole('heading', { name: 'On this network' }).waitFor()
    await page.getByRole('button', { name: 'Add this device' }).click()
    expect(await page.getByLabel('Id of the device').inputValue()).toBe(id)
    await page.getByLabel('Id of the device').fill('')
    await page.getByRole('button', { name: 'Read its code with the camera' }).click()
    await until(
      async () => (await page.getByLabel('Id of the device').inputValue()) === id,
      'the code to be read',
      PATIENCE_MS,
    )
    expect(await page.evaluate('camera.getTracks().map(track => track.readyState)')).toEqual(['ended'])
    await page.getByLabel('Name (optional)').fill('Laptop')
    await opened.check()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('heading', { name: 'Laptop' }).waitFor()
    await page.getByRole('heading', { name: 'On this network' }).waitFor({ state: 'detached' })

    const menu = page.getByRole('button', { name: 'More for Laptop' })
    await menu.click()
    await page.getByRole('button', { name: 'Change' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Addresses').fill('nowhere')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Name').fill('The old laptop')
    await dialog.getByLabel('Addresses').fill('tcp://192.0.2.7:22000, dynamic')
    await dialog.getByLabel('Up, at most').selectOption('kB')
    await dialog.getByLabel('Up, at most', { exact: true }).fill('750')
    await dialog.getByLabel('Makes others known').selectOption('adds')
    await opened.check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'The old laptop' }).waitFor()
    expect(await here.client.devices.get(id)).toMatchObject({
      ...{ name: 'The old laptop', addresses: ['tcp://192.0.2.7:22000', 'dynamic'], introducer: 'adds' },
      ...{ uploadBytesPerSecond: 750_000, downloadBytesPerSecond: 'unlimited' },
    })
    await page.getByRole('button', { name: 'More for The old laptop' }).click()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused').first().waitFor()
    expect((await here.client.devices.get(id)).isPaused).toBe(true)
    expect(opened.complaints).toEqual([])
  })
})
