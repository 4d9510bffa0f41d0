// Chromium as people have it, against a real daemon. A page that says something on its console, breaks the policy or asks another host fails.
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import type { RunningDaemon } from '../daemon/daemon-process.ts'
import { peer } from '../peers.ts'
import { tellWhenFailed } from '../when-failed.ts'

export const CHROMIUM = 'chromium'

/** For states that must come, on any machine. */
export const PATIENCE_MS = 100_000

/** Of a test: as many such states as one after the other may need. */
export const STORY = { timeout: 5 * PATIENCE_MS }

export interface Look {
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
}

export interface OpenedPage extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** Complaints so far: of scripts, of the policy, requests to elsewhere. */
  readonly complaints: readonly string[]
  /** From now on, what the browser says of requests that nobody answers is no complaint. */
  expectLostConnection(): void
  /** Fails when there are complaints, or anything that keeps people out. */
  check(): Promise<void>
}

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
]

let running: Promise<Browser> | undefined

/** One for all tests of a file; ended by `closeBrowser`. */
export function openBrowser(): Promise<Browser> {
  const { file } = peer(CHROMIUM, CHROMIUM)
  if (file === undefined) throw new Error('chromium is not installed')
  running ??= chromium.launch({ executablePath: file, args: FLAGS, timeout: PATIENCE_MS })
  return running
}

export async function closeBrowser(): Promise<void> {
  await (await running)?.close()
  running = undefined
}

/** A browser of its own, that nobody has signed in with. */
export async function openPage({ width = 1280, height = 900, colorScheme = 'light' }: Look = {}): Promise<OpenedPage> {
  const browser = await openBrowser()
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  let isLossExpected = false
  page.on('console', message => {
    const isOfLoss = /Failed to load resource|ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(message.text())
    // What is no longer so when it is asked for is refused; the browser says so of its own accord.
    const isStale = /Failed to load resource.* 409 /.test(message.text())
    if (['error', 'warning'].includes(message.type()) && !isStale && !(isLossExpected && isOfLoss))
      complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', error => void complaints.push(`error: ${error.stack ?? error.message}`))
  page.on('dialog', dialog => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    if (!/^(http:\/\/(127\.0\.0\.1|localhost)[:/]|blob:|data:)/.test(request.url()))
      complaints.push(`asked for ${request.url()}`)
  })
  let last = 'nothing'
  tellWhenFailed(() => `--- the page last showed: ${last}\n${complaints.join('\n')}`)
  return {
    page,
    context,
    complaints,
    expectLostConnection: () => {
      isLossExpected = true
    },
    check: async () => {
      expect(complaints).toEqual([])
      expect(await accessibilityFaults(page)).toEqual([])
    },
    [Symbol.asyncDispose]: async () => {
      last = await shownBy(page)
      await context.close()
    },
  }
}

async function shownBy(page: Page): Promise<string> {
  try {
    return `${page.url()}\n${await page.locator('body').ariaSnapshot({ timeout: 5_000 })}`
  } catch (error) {
    return `${page.url()}, and no more could be seen: ${error}`
  }
}

/** Signed in by a link, at `path`. */
export async function openSignedIn(
  { client, url }: Pick<RunningDaemon, 'client' | 'url'>,
  path = '/',
  look: Look = {},
): Promise<OpenedPage> {
  const opened = await openPage(look)
  const { code } = await client.signInLink()
  await opened.page.goto(new URL(`/sign-in#${code}`, url).href)
  await opened.page.locator('main#content').waitFor()
  if (path !== '/') await opened.page.goto(new URL(path, url).href)
  return opened
}

async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(node => `${node.target} ${node.failureSummary}`).join(' | ')}`,
  )
}
