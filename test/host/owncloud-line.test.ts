// The desktop clients over a line that is cut in the middle of a large file, or on which bytes come out wrong.
import { createHash } from 'node:crypto'
import { closeSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import type { Space } from '../../src/store/space.ts'
import { describePeer } from '../peers.ts'
import { contentsOf, homeOf, putText } from './host-tree.ts'
import { type MeddlingProxy, startProxy } from './meddling-proxy.ts'
import { type Command, RealClient } from './real-client.ts'
import { startHost, type TestHost } from './start-host.ts'

const LARGE = 300_000_000
const CHUNKS = {
  OWNCLOUD_CHUNK_SIZE: '20000000',
  OWNCLOUD_MAX_CHUNK_SIZE: '20000000',
  OWNCLOUD_MIN_CHUNK_SIZE: '20000000',
}

for (const command of ['owncloudcmd', 'nextcloudcmd'] as const)
  describePeer(command, [command], () => {
    let host: TestHost
    let proxy: MeddlingProxy
    let one: RealClient
    let home: Space

    beforeEach(async () => {
      host = await startHost()
      proxy = await startProxy(host.port)
      one = new RealClient(command as Command)
      await one.sync(proxy.url)
      home = await homeOf(host)
    })

    afterEach(async () => {
      one.dispose()
      await proxy.close()
      await host.stop()
    })

    test('300 MB go up in chunks; cut in the middle, and with the host restarted, they go on where they were', async () => {
      const sum = writeLarge(one.path('large.bin'))
      proxy.cutAfter(LARGE / 2)
      await one.sync(proxy.url, { environment: CHUNKS })
      expect(proxy.wasCut).toBe(true)
      if ((await home.find('large.bin' as Path)) === undefined) {
        await host.restart()
        home = await homeOf(host)
        one.forgetFailures()
        const { code, said } = await one.sync(proxy.url, { environment: CHUNKS })
        expect(code, said).toBe(0)
      }
      const file = await home.find('large.bin' as Path)
      expect(file).toMatchObject({ kind: 'file', size: LARGE, sums: [`SHA1:${sum}`] })
      const stored = host.seen.filter(
        ({ method, path, status }) => method === 'PUT' && path.includes('/uploads/') && status === 201,
      )
      // Each once: what was there before the cut was not sent again.
      expect(new Set(stored.map(({ path }) => path)).size).toBe(stored.length)
      expect(stored.length).toBeLessThanOrEqual(LARGE / 20_000_000 + 1)
      expect(new Set(stored.map(({ path }) => path.split('/')[5])).size).toBe(1)
      host.seen.length = 0
      expect((await one.sync(host.url)).code).toBe(0)
      expect(host.seen.filter(({ method }) => method === 'PUT' || method === 'MOVE')).toEqual([])
    }, 240_000)

    test('bytes that come out wrong on the way up are not stored', async () => {
      writeFileSync(one.path('a.txt'), 'this is what was WRITTEN')
      proxy.distort({ direction: 'up', from: 'WRITTEN', to: 'MANGLED' })
      expect((await one.sync(proxy.url)).code).not.toBe(0)
      expect(proxy.distorted).toBeGreaterThan(0)
      expect(await contentsOf(home)).toEqual({})
      proxy.distort(undefined)
      one.forgetFailures()
      expect((await one.sync(proxy.url)).code).toBe(0)
      expect(await contentsOf(home)).toEqual({ 'a.txt': 'this is what was WRITTEN' })
    }, 300_000)

    test('a large file whose bytes come out wrong is sent again as a whole', async () => {
      writeFileSync(one.path('b.bin'), `${'x'.repeat(11_000_000)}WRITTEN${'y'.repeat(1000)}`)
      proxy.distort({ direction: 'up', from: 'WRITTEN', to: 'MANGLED' })
      await one.sync(proxy.url, { retries: 1 })
      expect(proxy.distorted).toBeGreaterThan(0)
      expect(await contentsOf(home)).toEqual({})
      proxy.distort(undefined)
      one.forgetFailures()
      expect((await one.sync(proxy.url)).code).toBe(0)
      expect((await home.find('b.bin' as Path))?.size).toBe(11_001_007)
      expect(Object.values(await contentsOf(home)).every(text => text?.includes('WRITTEN'))).toBe(true)
    }, 300_000)

    test('bytes that come out wrong on the way down are not kept', async () => {
      await putText(home, 'c.txt', 'this is what was WRITTEN', 1_700_000_000_000)
      proxy.distort({ direction: 'down', from: 'WRITTEN', to: 'MANGLED' })
      await one.sync(proxy.url)
      expect(proxy.distorted).toBeGreaterThan(0)
      expect(Object.values(one.contents()).join()).not.toContain('MANGLED')
      proxy.distort(undefined)
      one.forgetFailures()
      expect((await one.sync(proxy.url)).code).toBe(0)
      expect(one.contents()).toEqual({ 'c.txt': 'this is what was WRITTEN' })
    }, 300_000)
  })

/** Bytes that differ from chunk to chunk; their SHA-1. */
function writeLarge(file: string): string {
  const hash = createHash('sha1')
  const descriptor = openSync(file, 'w')
  for (let at = 0; at < LARGE; at += 1_000_000) {
    const block = Buffer.alloc(1_000_000, `${at} `)
    hash.update(block)
    writeSync(descriptor, block)
  }
  closeSync(descriptor)
  utimesSync(file, 1_700_000_000, 1_700_000_000)
  return hash.digest('hex')
}
