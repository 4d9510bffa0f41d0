// How many older versions stay, as it is set for a folder of a real daemon.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type RunningDaemon, read, type Stage, settled, until, write } from './daemon-process.ts'
import { openOneFolder, PATIENCE_MS } from './one-folder.ts'

vi.setConfig({ testTimeout: 3 * PATIENCE_MS })

let stage: Stage
let daemon: RunningDaemon
let root: string
let remote: string
const folder = 's'

beforeAll(async () => {
  ;({ stage, daemon, root, remote } = await openOneFolder(folder))
})
afterAll(() => stage[Symbol.asyncDispose]())

const sizesOf = async (path: string) =>
  (await daemon.client.history.file(folder, path as never, { after: undefined, limit: 100 })).versions.map(
    ({ sizeBytes }) => sizeBytes,
  )

/** Other settings open the folder anew; what is done in the background may come first. */
async function tidied(): Promise<void> {
  const tidy = () => daemon.client.historySettings.tidy(folder)
  await until(
    () =>
      tidy().then(
        () => true,
        () => false,
      ),
    'the folder to be tidied',
    PATIENCE_MS,
  )
  await settled(daemon.client)
  await until(
    () =>
      tidy().then(
        () => true,
        () => false,
      ),
    'the folder to be tidied',
    PATIENCE_MS,
  )
}

test('all are kept unless it is said otherwise; then the newest so many of each file', async () => {
  for (const text of ['1', '22', '333', '4444', '55555']) {
    write(join(remote, 'f'), text)
    await until(() => read(join(root, 'f')) === text, 'the next one to be here', PATIENCE_MS)
  }
  await until(async () => (await sizesOf('f')).length === 4, 'what was replaced to be kept', PATIENCE_MS)
  const { settings, kept } = await daemon.client.historySettings.read(folder)
  expect(settings).toEqual({ strategy: 'all', maxDays: 'for-ever', spareBytes: 0, git: 'off' })
  expect(kept).toMatchObject({ versions: 4, sizeBytes: 10 })
  const changed = await daemon.client.historySettings.change(folder, { strategy: 'newest', versions: 2 })
  expect(changed).toMatchObject({ strategy: 'newest', versions: 2 })
  await tidied()
  expect(await sizesOf('f')).toEqual([4, 3])
  expect(readFileSync(join(daemon.home, 'config.yaml'), 'utf8')).toMatch(/versions: 2/)
})

test('staggered, those that are close together go but for one', async () => {
  await daemon.client.historySettings.change(folder, { strategy: 'staggered', maxDays: 365 })
  await tidied()
  expect(await sizesOf('f')).toEqual([3])
  const { settings } = await daemon.client.historySettings.read(folder)
  expect(settings).toMatchObject({ strategy: 'staggered', maxDays: 365 })
  const odd = daemon.client.historySettings.change(folder, { versions: 3 })
  await expect(odd).rejects.toMatchObject({ code: 'invalid' })
})
