// Conflicts in a real browser: made by two sides, looked at, merged, decided one by one and all at once, and taken back.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { openStage, type RunningDaemon, read, type Stage, settled, until } from '../daemon/daemon-process.ts'
import { describePeer } from '../peers.ts'
import { CHROMIUM, closeBrowser, openSignedIn, PATIENCE_MS } from './browser.ts'

const NO_SIGNAL = new AbortController().signal
const WAIT = { timeout: 2 * PATIENCE_MS }

type Content = string | Uint8Array
type Versions = Readonly<Record<string, { readonly base: Content; readonly here: Content; readonly there: Content }>>

/** The folder `docs`, in which both sides changed each of these files. */
async function openConflicts(stage: Stage, versions: Versions): Promise<RunningDaemon> {
  const [docs, remote] = [stage.at('docs'), stage.at('remote')]
  mkdirSync(docs)
  for (const [name, { base }] of Object.entries(versions)) writeFileSync(join(docs, name), base)
  const daemon = await stage.start()
  const { client } = daemon
  await client.folders.add({ path: docs, id: 'docs', label: 'Documents' })
  await client.remotes.add('docs', { address: remote, id: 'remote' }, NO_SIGNAL)
  await until(() => Object.keys(versions).every(name => read(join(remote, name)) !== undefined), 'all to be there')
  await settled(client)
  await client.folders.pause('docs')
  for (const [name, { here, there }] of Object.entries(versions)) {
    writeFileSync(join(docs, name), here)
    writeFileSync(join(remote, name), there)
  }
  await client.folders.resume('docs')
  const count = Object.keys(versions).length
  await until(async () => {
    const told = await client.conflicts.list('docs', { after: undefined, limit: 100 }, NO_SIGNAL).catch(() => undefined)
    return told?.conflicts.length === count
  }, 'the conflicts')
  await settled(client)
  return daemon
}

const POEM = {
  base: 'one\ntwo\nthree\nfour\nfive\n',
  here: 'one\ntwo here\nthree\nfour\nfive, here too\n',
  there: 'one, there\ntwo\nthree\nfour\nfive, and there\n',
}

describePeer('conflicts in a browser', [CHROMIUM], () => {
  afterAll(closeBrowser)

  test('both versions of a text stand side by side, and are merged', WAIT, async () => {
    await using stage = openStage()
    const daemon = await openConflicts(stage, { 'a poem.txt': POEM })
    await using opened = await openSignedIn(daemon, '/conflicts')
    const { page } = opened
    await page.getByRole('link', { name: 'Compare a poem.txt' }).waitFor()
    await opened.check()
    await page.getByRole('link', { name: 'Compare a poem.txt' }).click()
    await page.getByRole('region', { name: 'Both texts, line by line' }).getByText('five, and there').waitFor()
    await opened.check()
    await page.getByText('Merge', { exact: true }).click()
    const merged = page.getByRole('textbox', { name: 'Merged text' })
    await merged.waitFor()
    const groups = page.getByRole('radiogroup', { name: /^Difference/ })
    for (let n = 0; n < (await groups.count()); n += 1) await groups.nth(n).getByText('Both', { exact: true }).click()
    await opened.check()
    await merged.fill('one, there\ntwo here\nthree\nfour\nfive, here and there\n')
    await page.getByRole('button', { name: 'Save the merged text' }).click()
    await page.getByText('No conflicts').waitFor()
    const text = 'one, there\ntwo here\nthree\nfour\nfive, here and there\n'
    await until(() => read(stage.at('remote', 'a poem.txt')) === text, 'the merged text to be there')
    expect(read(stage.at('docs', 'a poem.txt'))).toBe(text)
    await opened.check()
  })

  test('one is decided and taken back, several are decided alike', WAIT, async () => {
    await using stage = openStage()
    const plain = (name: string) => ({ base: name, here: `${name} here`, there: `${name}, longer there` })
    const daemon = await openConflicts(stage, { '1.bin': plain('one'), '2.bin': plain('two'), '3.bin': plain('three') })
    await using opened = await openSignedIn(daemon, '/conflicts', { colorScheme: 'dark', width: 360 })
    const { page } = opened
    await page.getByRole('link', { name: 'Compare 1.bin' }).click()
    const chosen = page.getByRole('region', { name: 'Version set aside' })
    await chosen.getByRole('button', { name: 'Keep this one' }).click()
    const remote = (name: string) => read(stage.at('remote', name))
    await until(() => remote('1.bin') === 'one here', 'the choice to be there')
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
    await until(() => remote('1.bin') === 'one, longer there', 'it to be taken back')
    await page.getByRole('link', { name: 'Compare 1.bin' }).waitFor()
    await page.getByRole('checkbox', { name: 'Choose all in Documents' }).check()
    await page.getByText('3 chosen').waitFor()
    await opened.check()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.getByRole('button', { name: 'Keep the one set aside' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Keep the one set aside' }).click()
    await page.getByText('No conflicts').waitFor()
    await until(() => remote('3.bin') === 'three here' && remote('2.bin') === 'two here', 'all choices to be there')
  })

  test('pictures stand side by side, and one that could hold a script is shown as text', WAIT, async () => {
    await using stage = openStage()
    const drawn = (width: number) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" onload="globalThis.harmed = 1"><script>globalThis.harmed = 1</script></svg>\n`
    const daemon = await openConflicts(stage, {
      'beach.png': { base: picture(4, 4), here: picture(40, 20), there: picture(60, 80) },
      'drawn.svg': { base: drawn(1), here: drawn(22), there: drawn(333) },
    })
    await using opened = await openSignedIn(daemon, '/conflicts')
    const { page } = opened
    await page.getByRole('link', { name: 'Compare beach.png' }).click()
    await page.getByRole('img', { name: /conflicted copy/ }).waitFor()
    await page.getByRole('img', { name: 'Preview of beach.png' }).waitFor()
    const shown = await page.evaluate(`Promise.all([...document.querySelectorAll('main figure img')].map(
      picture => picture.decode().then(() => [picture.src.split(':')[0], picture.naturalWidth])))`)
    expect(shown).toEqual([
      ['blob', 60],
      ['blob', 40],
    ])
    await opened.check()
    const inPlace = page.getByRole('region', { name: 'Version in place' })
    await inPlace.getByRole('button', { name: 'Keep this one' }).click()
    await page.getByRole('link', { name: 'Compare drawn.svg' }).click()
    await page.getByRole('region', { name: 'Both texts, line by line' }).getByText('333').first().waitFor()
    expect(await page.locator('main :is(img, iframe, object, embed)').count()).toBe(0)
    expect(await page.evaluate('globalThis.harmed')).toBeUndefined()
    expect(opened.complaints).toEqual([])
    expect(readFileSync(stage.at('docs', 'beach.png')).equals(picture(60, 80))).toBe(true)
  })
})

/** A grey PNG. */
function picture(width: number, height: number): Buffer {
  const size = Buffer.alloc(8)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  // Eight bits of grey, nothing special.
  const head = Buffer.concat([size, Buffer.from([8, 0, 0, 0, 0])])
  const rows = deflateSync(Buffer.alloc((width + 1) * height, 127).map((byte, n) => (n % (width + 1) === 0 ? 0 : byte)))
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([start, pieceOf('IHDR', head), pieceOf('IDAT', rows), pieceOf('IEND', Buffer.alloc(0))])
}

function pieceOf(name: string, bytes: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), bytes])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(bytes.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
