// How much a browser has to load, and how soon it shows something: the size is a promise, the times are only told.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { openStage } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openPage, openSignedIn, STORY } from './browser.ts'

const ASSETS = fileURLToPath(new URL('../../dist/web/assets', import.meta.url))
const MOST_BYTES = 150_000
const MOST_HEAP_BYTES = 50_000_000
/** One asked for by another takes a way to the daemon and back more: so few that all come at once. */
const MOST_FILES = 6

test('all scripts together are less than 150 kB, compressed', () => {
  const scripts = readdirSync(ASSETS).filter(name => name.endsWith('.js'))
  const sizes = scripts.map(name => gzipSync(readFileSync(join(ASSETS, name))).length)
  expect(scripts.length).toBeGreaterThan(3)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES)
})

describePeer('a cold load in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('shows the overview of a few files, tells how soon, and stays below 50 MB of heap', STORY, async () => {
    await using stage = openStage()
    const daemon = await stage.start()
    await using opened = await openSignedIn(daemon)
    await opened.page.getByRole('article').first().waitFor()
    // A browser that has nothing kept but who is signed in.
    await using fresh = await openPage()
    const { page: cold, context } = fresh
    await context.addCookies(await opened.context.cookies())
    const devtools = await context.newCDPSession(cold)
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
    await devtools.send('Performance.enable')
    await cold.goto(daemon.url)
    await cold.getByRole('article').first().waitFor()
    const paint = await cold.evaluate(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()`,
    )
    const files = await cold.evaluate(
      `performance.getEntriesByType('resource').map(({ name }) => name).filter(name => name.includes('/assets/'))`,
    )
    expect(files).not.toEqual([])
    expect((files as readonly string[]).length).toBeLessThanOrEqual(MOST_FILES)
    const { metrics } = await devtools.send('Performance.getMetrics')
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
    console.info(`first contentful paint ${Math.round(Number(paint))} ms, heap ${(heap / 1e6).toFixed(1)} MB`)
    expect(heap).toBeGreaterThan(0)
    expect(heap).toBeLessThan(MOST_HEAP_BYTES)
  })
})
