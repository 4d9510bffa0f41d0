// Names that others chose to do harm, on every page that shows names: they are text there, and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openStage, settled, until, write } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
const IMAGE = '<img src=x onerror=window.harmed=1>'
const NAMES = [
  IMAGE,
  '"><script>window.harmed=1<∕script>',
  'javascript:window.harmed=1\'"`$1',
  '{@html harmed}{{harmed}}%3Cimg src=x onerror=harmed=1%3E',
  'invoice\u202efdp.exe',
  'two\nlines\r\tand a bell\u0007',
  `${'long '.repeat(50)}end`,
  '..\u2215..\u2215etc\u2215passwd',
  '&amp;&lt;b&gt;',
]

describePeer('hostile names in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('they are inert on every page', { timeout: 4 * PATIENCE_MS }, async () => {
    await using stage = openStage()
    const [docs, remote] = [stage.at('docs'), stage.at('remote')]
    const deep = Array.from({ length: 40 }, (_, n) => `<b>level ${n}</b>`.replace('/', '∕')).join('/')
    mkdirSync(docs)
    for (const name of NAMES) write(join(docs, name), '<script>window.harmed = 1</script>')
    write(join(docs, deep, IMAGE), 'deep')
    const daemon = await stage.start()
    const { client } = daemon
    await client.folders.add({ path: docs, id: 'docs', label: '<img src=x onerror=window.harmed=1>' })
    await client.remotes.add('docs', { address: remote, id: 'remote' }, NO_SIGNAL)
    await settled(client)
    await client.folders.pause('docs')
    writeFileSync(join(docs, IMAGE), '<b onclick=harmed=1>here</b>')
    writeFileSync(join(remote, IMAGE), '<b onclick=harmed=1>there, longer</b>')
    await client.folders.resume('docs')
    let copy = ''
    await until(async () => {
      const told = await client.conflicts.list('docs', { after: undefined, limit: 9 }, NO_SIGNAL).catch(() => undefined)
      copy = told?.conflicts[0]?.path ?? ''
      return copy !== ''
    }, 'the conflict')
    await settled(client)
    await using opened = await openSignedIn(daemon, '/', { width: 360 })
    const { page } = opened
    // The browser itself says so of each answer that refuses.
    opened.expectLostConnection()
    const query = (values: Readonly<Record<string, string>>) => new URLSearchParams(values)
    const shown: readonly (readonly [string, string])[] = [
      ['/', IMAGE],
      ['/folders/docs', IMAGE],
      ...NAMES.map(name => [`/folders/docs?${query({ path: name })}`, 'Why it is as it is'] as const),
      [`/folders/docs?${query({ place: deep })}`, IMAGE],
      [`/folders/docs?${query({ find: 'img' })}`, IMAGE],
      [`/folders/docs/history?${query({ path: IMAGE })}`, IMAGE],
      ['/folders/docs/history?at=1000', 'Recent changes'],
      ['/folders/docs/trash', 'What was deleted or replaced'],
      [`/folders/docs/trash?${query({ place: IMAGE })}`, IMAGE],
      ['/folders/docs/rules', IMAGE],
      ['/conflicts', IMAGE],
      [`/conflicts/docs?${query({ path: copy })}`, 'there, longer'],
      [`/conflicts/docs?${query({ path: IMAGE })}`, 'there, longer'],
      [`/folders/${encodeURIComponent(IMAGE)}`, 'There is no such folder'],
    ]
    for (const [path, text] of shown) {
      await page.goto(new URL(path, daemon.url).href)
      await page.locator('main').getByText(text).filter({ visible: true }).first().waitFor()
      const found = await page.evaluate(
        `({ harmed: window.harmed, alien: document.querySelectorAll('main :is(img:not([src^="blob:"]), script, b, iframe)').length, fits: document.documentElement.scrollWidth <= innerWidth })`,
      )
      expect({ path, ...(found as object) }).toEqual({ path, alien: 0, fits: true })
    }
    await opened.check()
  })
})
