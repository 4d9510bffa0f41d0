// The desktop clients of ownCloud and Nextcloud, as people have them, against the host.
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import type { Space } from '../../src/store/space.ts'
import { describePeer } from '../peers.ts'
import { contentsOf, homeOf, putText } from './host-tree.ts'
import { type Command, RealClient } from './real-client.ts'
import { startHost, type TestHost } from './start-host.ts'

const SIGNAL = new AbortController().signal
const WRITES = new Set(['PUT', 'MKCOL', 'MOVE', 'COPY', 'DELETE', 'PROPPATCH', 'POST'])

for (const command of ['owncloudcmd', 'nextcloudcmd'] as const)
  describePeer(command, [command], () => {
    let host: TestHost
    let home: Space
    let clients: RealClient[]

    beforeEach(async () => {
      host = await startHost()
      clients = []
    })

    afterEach(async () => {
      for (const client of clients) client.dispose()
      await host.stop()
    })

    function client(): RealClient {
      const made = new RealClient(command as Command)
      clients.push(made)
      return made
    }

    /** A run that must succeed. */
    async function synced(one: RealClient): Promise<void> {
      const { code, said } = await one.sync(host.url)
      expect(code, said).toBe(0)
      home = await homeOf(host)
    }

    /** Two more runs: afterwards nothing is left to do, and a run asks for the root alone. */
    async function settled(...ones: RealClient[]): Promise<void> {
      for (const one of [...ones, ...ones]) await synced(one)
      const there = await contentsOf(home)
      for (const one of ones) {
        expect(one.contents()).toEqual(there)
        host.seen.length = 0
        await synced(one)
        expect(host.seen.filter(({ method }) => WRITES.has(method))).toEqual([])
        expect(host.seen.filter(({ method }) => method === 'PROPFIND')).toHaveLength(1)
      }
      expect(host.complaints).toEqual([])
    }

    test('files and directories go up, and down to another, with their times', async () => {
      const [one, two] = [client(), client()]
      mkdirSync(one.path('d ü/e/empty'), { recursive: true })
      writeFileSync(one.path('a.txt'), 'hello')
      utimesSync(one.path('a.txt'), 1_700_000_000, 1_700_000_000)
      writeFileSync(one.path('none'), '')
      writeFileSync(one.path("d ü/e/b+&#%25 [1]';,=@!~.txt"), 'below')
      writeFileSync(one.path('large.bin'), 'x'.repeat(12_000_000))
      await synced(one)
      expect(await contentsOf(home)).toEqual(one.contents())
      expect((await home.find('a.txt' as Path))?.mtimeMs).toBe(1_700_000_000_000)
      expect(host.seen.filter(({ path }) => path.includes('/uploads/')).length).toBeGreaterThan(2)
      await synced(two)
      await settled(one, two)
    }, 300_000)

    test('edits, renames and deletions of files and directories go both ways', async () => {
      const [one, two] = [client(), client()]
      for (const name of ['keep', 'edit', 'gone', 'old name'])
        writeFileSync(one.path(name), `text of ${name}, of some length`)
      mkdirSync(one.path('dir/sub'), { recursive: true })
      mkdirSync(one.path('doomed/deep'), { recursive: true })
      writeFileSync(one.path('dir/sub/f'), 'in a directory')
      writeFileSync(one.path('doomed/deep/g'), 'will go')
      await synced(one)
      await synced(two)
      const [file, directory] = [await home.find('old name' as Path), await home.find('dir' as Path)]

      writeFileSync(one.path('edit'), 'a longer text than before, by the first')
      rmSync(one.path('gone'))
      renameSync(one.path('old name'), one.path('new name'))
      renameSync(one.path('dir'), one.path('renamed'))
      rmSync(one.path('doomed'), { recursive: true })
      await synced(one)
      // Moved, not sent again: the ids are the same.
      expect((await home.find('new name' as Path))?.id).toBe(file?.id)
      expect((await home.find('renamed' as Path))?.id).toBe(directory?.id)
      await settled(one, two)

      const change = {
        do: 'move',
        from: 'keep' as Path,
        to: 'renamed/kept' as Path,
        overwrite: 'keep',
        when: 'any',
      } as const
      expect((await home.change(change, SIGNAL)).as).toBe('done')
      await putText(home, 'renamed/sub/f', 'changed on the host')
      await home.change({ do: 'trash', at: 'edit' as Path, when: 'any' }, SIGNAL)
      await settled(one, two)
      expect(two.contents()).toMatchObject({
        'renamed/kept': expect.anything(),
        'renamed/sub/f': 'changed on the host',
      })
      expect(two.contents()).not.toHaveProperty('edit')
    }, 300_000)

    test('a file changed on both sides becomes two, and both are everywhere', async () => {
      const [one, two] = [client(), client()]
      writeFileSync(one.path('note.txt'), 'the first text')
      await synced(one)
      await synced(two)
      writeFileSync(one.path('note.txt'), 'what the first wrote')
      utimesSync(one.path('note.txt'), 1_700_000_000, 1_700_000_000)
      writeFileSync(two.path('note.txt'), 'what the second wrote, which is longer')
      await synced(one)
      await synced(two)
      await settled(one, two)
      const texts = Object.values(await contentsOf(home)).sort()
      expect(texts).toEqual(['what the first wrote', 'what the second wrote, which is longer'])
    }, 300_000)

    test('two that write at the same time lose nothing', async () => {
      const [one, two] = [client(), client()]
      for (const [who, each] of [['one', one] as const, ['two', two] as const]) {
        for (let i = 0; i < 30; i += 1) writeFileSync(each.path(`${who}-${i}`), `${who} ${i}`)
        for (let i = 0; i < 5; i += 1) writeFileSync(each.path(`both-${i}`), `${who} wrote this ${'.'.repeat(i)}`)
      }
      await Promise.all([one.sync(host.url), two.sync(host.url)])
      await Promise.all([one.sync(host.url), two.sync(host.url)])
      await settled(one, two)
      const texts = new Set(Object.values(await contentsOf(home)))
      for (let i = 0; i < 30; i += 1) for (const who of ['one', 'two']) expect(texts).toContain(`${who} ${i}`)
      for (let i = 0; i < 5; i += 1)
        // The last one to send an unknown name wins it; the other text is a version, or a conflict copy.
        for (const who of ['one', 'two'])
          await expectKept(home, texts, `${who} wrote this ${'.'.repeat(i)}`, `both-${i}`)
    }, 300_000)

    test('with a wrong password nothing happens', async () => {
      const one = client()
      writeFileSync(one.path('a'), 'a')
      const { code } = await one.sync(host.url, { password: 'wrong' })
      expect(code).not.toBe(0)
      expect(
        host.seen.filter(({ status }) => status < 400 && status > 0).every(({ path }) => path === '/status.php'),
      ).toBe(true)
      expect(one.contents()).toEqual({ a: 'a' })
    }, 300_000)

    test('in maintenance nothing happens, and afterwards it goes on', async () => {
      const one = client()
      writeFileSync(one.path('a'), 'a')
      await synced(one)
      writeFileSync(one.path('b'), 'b')
      host.host.setMaintenance('on')
      expect((await one.sync(host.url)).code).not.toBe(0)
      expect(one.contents()).toEqual({ a: 'a', b: 'b' })
      host.host.setMaintenance('off')
      one.forgetFailures()
      await settled(one)
      expect(await contentsOf(home)).toEqual({ a: 'a', b: 'b' })
    }, 300_000)

    test('a folder that was granted for reading is read, and never changed', async () => {
      const folder = await host.addFolder('shared', { 'doc.txt': 'of the folder', 'sub/deep.txt': 'deep' })
      host.accounts.grants.put({ user: host.alice.id, folder: 'shared', rights: 'read', mount: 'Shared' })
      const one = client()
      await synced(one)
      expect(one.contents()).toEqual({
        Shared: null,
        'Shared/doc.txt': 'of the folder',
        'Shared/sub': null,
        'Shared/sub/deep.txt': 'deep',
      })
      rmSync(one.path('Shared/doc.txt'), { force: true })
      writeFileSync(one.path('Shared/doc.txt'), 'changed by somebody who may not')
      writeFileSync(one.path('Shared/new.txt'), 'new')
      rmSync(one.path('Shared/sub'), { recursive: true })
      for (let run = 0; run < 3; run += 1) {
        one.forgetFailures()
        await one.sync(host.url)
      }
      expect(await contentsOf(folder)).toEqual({ 'doc.txt': 'of the folder', sub: null, 'sub/deep.txt': 'deep' })
      expect(one.contents()).toMatchObject({ 'Shared/doc.txt': 'of the folder', 'Shared/sub/deep.txt': 'deep' })
      expect(Object.values(one.contents())).toContain('changed by somebody who may not')
    }, 300_000)

    test('a folder whose disk is unplugged is not taken for deleted', async () => {
      const folder = await host.addFolder('usb', { 'doc.txt': 'of the folder' })
      host.accounts.grants.put({ user: host.alice.id, folder: 'usb', rights: 'write', mount: 'Usb' })
      const one = client()
      writeFileSync(one.path('a'), 'a')
      await synced(one)
      const there = { a: 'a', Usb: null, 'Usb/doc.txt': 'of the folder' }
      expect(one.contents()).toEqual(there)
      host.setFolder('usb', undefined)
      await host.restart()
      writeFileSync(one.path('b'), 'b')
      await one.sync(host.url)
      expect(one.contents()).toEqual({ ...there, b: 'b' })
      expect(await contentsOf(await homeOf(host))).toEqual({ a: 'a', b: 'b' })
      host.setFolder('usb', await host.host.spaces.open(folder.id))
      one.forgetFailures()
      await synced(one)
      expect(one.contents()).toEqual({ ...there, b: 'b' })
    }, 300_000)

    test('a folder that was granted for writing is one with everybody who has it', async () => {
      const folder = await host.addFolder('common', { 'doc.txt': 'of the folder' })
      host.accounts.grants.put({ user: host.alice.id, folder: 'common', rights: 'write', mount: 'Common' })
      const one = client()
      await synced(one)
      writeFileSync(one.path('Common/doc.txt'), 'changed by one who may, at length')
      mkdirSync(one.path('Common/new'))
      writeFileSync(one.path('Common/new/f'), 'new')
      await synced(one)
      expect(await contentsOf(folder)).toEqual({
        'doc.txt': 'changed by one who may, at length',
        new: null,
        'new/f': 'new',
      })
      await putText(folder, 'new/g', 'by another')
      await synced(one)
      expect(one.contents()).toMatchObject({ 'Common/new/g': 'by another' })
    }, 300_000)
  })

async function expectKept(home: Space, texts: ReadonlySet<string | null>, text: string, at: string): Promise<void> {
  if (texts.has(text)) return
  const node = await home.find(at as Path)
  const kept: string[] = []
  if (node !== undefined)
    for (const { key } of await home.versions.list(node.id)) {
      const chunks: Uint8Array[] = []
      for await (const chunk of home.versions.read(node.id, key, 0)) chunks.push(chunk)
      kept.push(Buffer.concat(chunks).toString())
    }
  expect(kept, `versions of ${at}`).toContain(text)
}
