// rclone, in the two ways it knows these servers, against the host.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import { describePeer } from '../peers.ts'
import { contentsOf, homeOf } from './host-tree.ts'
import { PASSWORD, startHost, type TestHost } from './start-host.ts'

const run = promisify(execFile)

for (const { vendor, at } of [
  { vendor: 'nextcloud', at: '/remote.php/dav/files/alice' },
  { vendor: 'owncloud', at: '/remote.php/webdav' },
] as const)
  describePeer(`rclone (${vendor})`, ['rclone'], () => {
    let host: TestHost
    let top: string

    beforeEach(async () => {
      host = await startHost()
      top = mkdtempSync(join(tmpdir(), 'syncline-rclone-'))
      mkdirSync(join(top, 'here/d ü'), { recursive: true })
    })

    afterEach(async () => {
      expect(host.complaints).toEqual([])
      await host.stop()
      rmSync(top, { recursive: true, force: true })
    })

    async function rclone(...args: string[]): Promise<string> {
      const { stdout: hidden } = await run('rclone', ['obscure', PASSWORD])
      const file = join(top, 'rclone.conf')
      const lines = ['[host]', 'type = webdav', `url = ${host.url}${at}`, `vendor = ${vendor}`, 'user = alice']
      writeFileSync(file, `${[...lines, `pass = ${hidden.trim()}`].join('\n')}\n`)
      const { stdout } = await run('rclone', ['--config', file, '--checksum', '--retries', '1', ...args], { cwd: top })
      return stdout
    }

    test('copies up and down, with times and checksums, and finds nothing to do afterwards', async () => {
      for (const [name, text] of [
        ['a.txt', 'hello'],
        ['empty', ''],
        ['d ü/b+&#%.txt', 'below'],
        ['large', 'x'.repeat(3_000_000)],
      ] as const) {
        writeFileSync(join(top, 'here', name), text)
        utimesSync(join(top, 'here', name), 1_700_000_000, 1_700_000_000)
      }
      await rclone('sync', 'here', 'host:there')
      const home = await homeOf(host)
      expect(Object.keys(await contentsOf(home, 'there' as Path))).toHaveLength(5)
      expect((await home.find('there/a.txt' as Path))?.mtimeMs).toBe(1_700_000_000_000)
      await rclone('check', 'here', 'host:there')
      expect(await rclone('hashsum', 'SHA1', 'host:there/a.txt')).toContain('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')
      host.seen.length = 0
      await rclone('sync', 'here', 'host:there')
      expect(host.seen.filter(({ method }) => method !== 'PROPFIND')).toEqual([])
      await rclone('copy', 'host:there', 'back')
      expect(readFileSync(join(top, 'back/d ü/b+&#%.txt'), 'utf8')).toBe('below')
      expect(statSync(join(top, 'back/a.txt')).mtimeMs).toBe(1_700_000_000_000)
      expect(readdirSync(join(top, 'back')).sort()).toEqual(['a.txt', 'd ü', 'empty', 'large'])
    }, 300_000)

    test('moves on the server, deletes, and asks for the room that is left', async () => {
      writeFileSync(join(top, 'here/f'), 'moved')
      await rclone('copy', 'here/f', 'host:')
      const before = await (await homeOf(host)).find('f' as Path)
      await rclone('moveto', 'host:f', 'host:deep/er/g')
      const home = await homeOf(host)
      expect((await home.find('deep/er/g' as Path))?.id).toBe(before?.id)
      await rclone('copyto', 'host:deep/er/g', 'host:h')
      await rclone('purge', 'host:deep')
      expect(await contentsOf(home)).toEqual({ h: 'moved' })
      expect(await rclone('about', 'host:')).toMatch(/Used:/)
    }, 300_000)
  })
