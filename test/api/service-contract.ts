// What every service does, be it the daemon's or the one of tests: facts that are checked through a client, so that routes are too.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceClient } from '../../src/api/client.ts'
import type { Event } from '../../src/api/shapes/events.ts'
import { parsePath } from '../../src/model/path.ts'

export interface OpenedService extends AsyncDisposable {
  readonly client: ServiceClient
}

/** `open` makes a service without folders and accounts. */
export function serviceContract(name: string, open: () => Promise<OpenedService>): void {
  describe(`${name} as a service`, () => {
    let root: string
    let made = 0
    let service: OpenedService
    let client: ServiceClient
    const signal = AbortSignal.timeout(60_000)

    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'syncline-contract-'))
      service = await open()
      client = service.client
    })
    afterAll(async () => {
      await service[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    })

    const directory = () => {
      made += 1
      const path = join(root, `d${made}`)
      mkdirSync(path)
      return path
    }
    /** Resolves once it is open. */
    const withFolder = async () => {
      const { id } = await client.folders.add({ path: directory() })
      while ((await client.folders.status(id)).state === 'starting') signal.throwIfAborted()
      return id
    }
    const fails = (code: string) => expect.objectContaining({ code })
    /** The first event of this kind since `since`. */
    const told = async (since: number, isWanted: (event: Event) => boolean): Promise<Event> => {
      const stop = new AbortController()
      for await (const event of client.events(since, AbortSignal.any([signal, stop.signal])))
        if (isWanted(event)) {
          stop.abort()
          return event
        }
      throw new Error('the stream ended before that was told')
    }

    test('it tells what it is', async () => {
      expect(await client.about()).toMatchObject({ program: 'syncline' })
      expect((await client.status()).lastEventId).toBeGreaterThanOrEqual(0)
    })

    test('a folder that is added is there, with a status, and told', async () => {
      const { lastEventId } = await client.status()
      const path = directory()
      const folder = await client.folders.add({ path, id: 'one', label: 'The first' })
      expect(folder).toMatchObject({ id: 'one', label: 'The first', isPaused: false, remotes: [] })
      expect(await client.folders.get('one')).toEqual(folder)
      expect((await client.folders.list()).map(each => each.id)).toContain('one')
      expect(await client.folders.status('one')).toMatchObject({ id: 'one', remotes: [] })
      expect(await told(lastEventId, event => event.type === 'folder')).toMatchObject({ folder: 'one', what: 'added' })
    })

    test('an id that is taken, and a path inside a folder, are refused', async () => {
      const path = directory()
      await client.folders.add({ path, id: 'two' })
      await expect(client.folders.add({ path: directory(), id: 'two' })).rejects.toEqual(fails('exists'))
      mkdirSync(join(path, 'below'))
      await expect(client.folders.add({ path: join(path, 'below') })).rejects.toEqual(fails('exists'))
      await expect(client.folders.add({ path })).rejects.toEqual(fails('exists'))
    })

    test('a folder that is removed is gone', async () => {
      const id = await withFolder()
      await client.folders.remove(id)
      await expect(client.folders.get(id)).rejects.toEqual(fails('not-found'))
      expect((await client.status()).folders.map(each => each.id)).not.toContain(id)
    })

    test('what is not there is not found, whatever is asked of it', async () => {
      const id = await withFolder()
      const asked: readonly Promise<unknown>[] = [
        client.folders.get('nowhere'),
        client.folders.status('nowhere'),
        client.folders.change('nowhere', { label: 'x' }),
        client.folders.remove('nowhere'),
        client.folders.pause('nowhere'),
        client.folders.scan('nowhere', '', 'metadata'),
        client.remotes.list('nowhere'),
        client.remotes.get(id, 'nowhere'),
        client.remotes.remove(id, 'nowhere'),
        client.remotes.sync(id, 'nowhere'),
        client.remotes.preview(id, 'nowhere', 10, signal),
        client.browse.list('nowhere', '', { start: { at: 0 }, limit: 10, sort: 'name', order: 'up' }, signal),
        client.conflicts.list('nowhere', { after: undefined, limit: 10 }, signal),
        client.revisions.list('nowhere', '', { after: undefined, limit: 10 }),
        client.ignore.read('nowhere'),
        client.accounts.get('nobody'),
        client.accounts.remove('nobody', 'keep-files'),
        client.accounts.appPasswords('nobody'),
      ]
      for (const one of await Promise.allSettled(asked))
        expect(one).toMatchObject({ status: 'rejected', reason: { code: 'not-found' } })
    })

    test('a label can be changed', async () => {
      const id = await withFolder()
      expect(await client.folders.change(id, { label: 'Another' })).toMatchObject({ label: 'Another' })
      expect(await client.folders.get(id)).toMatchObject({ label: 'Another' })
    })

    test('a paused folder says so, and goes on when it is resumed', async () => {
      const id = await withFolder()
      await client.folders.pause(id)
      expect((await client.folders.get(id)).isPaused).toBe(true)
      await client.folders.resume(id)
      expect((await client.folders.get(id)).isPaused).toBe(false)
    })

    test('a remote that is added is there, with what was found', async () => {
      const id = await withFolder()
      const address = directory()
      const { remote, found } = await client.remotes.add(id, { address }, signal)
      expect(remote).toMatchObject({ address, isPaused: false })
      expect(found.kind).toBe('directory')
      expect((await client.remotes.list(id)).map(each => each.id)).toEqual([remote.id])
      expect(await client.remotes.get(id, remote.id)).toMatchObject({ id: remote.id, address })
      await client.remotes.sync(id, remote.id)
    })

    test('a test of a remote keeps nothing', async () => {
      const id = await withFolder()
      expect(await client.remotes.test(id, { address: directory() }, signal)).toMatchObject({ kind: 'directory' })
      expect(await client.remotes.list(id)).toEqual([])
    })

    test('a remote without contact is not kept', async () => {
      const id = await withFolder()
      const add = client.remotes.add(id, { address: 'http://offline.invalid:9/dav' }, signal)
      await expect(add).rejects.toMatchObject({ scope: 'replica' })
      expect(await client.remotes.list(id)).toEqual([])
    })

    test('a remote can be paused, resumed and removed', async () => {
      const id = await withFolder()
      const { remote } = await client.remotes.add(id, { address: directory() }, signal)
      await client.remotes.pause(id, remote.id)
      expect((await client.remotes.get(id, remote.id)).isPaused).toBe(true)
      await client.remotes.resume(id, remote.id)
      expect((await client.remotes.get(id, remote.id)).isPaused).toBe(false)
      await client.remotes.remove(id, remote.id)
      expect(await client.remotes.list(id)).toEqual([])
    })

    test('an empty folder has nothing to show', async () => {
      const id = await withFolder()
      const page = { after: undefined, limit: 10 }
      expect(
        await client.browse.list(id, '', { start: { at: 0 }, limit: 10, sort: 'name', order: 'up' }, signal),
      ).toMatchObject({ place: '', items: [] })
      expect(await client.conflicts.list(id, { after: undefined, limit: 10 }, signal)).toEqual({ conflicts: [] })
      expect(await client.paths.unsynced(id, undefined, page)).toMatchObject({ items: [] })
      expect(await client.revisions.list(id, '', page)).toMatchObject({ items: [] })
      const path = parsePath('nowhere.txt')
      if (path === undefined) throw new Error('a path')
      const why = await client.paths.why(id, path, 'records', signal)
      expect(why.facts[0]?.words).toContain('nothing')
    })

    test('ignore rules are read as they were written', async () => {
      const id = await withFolder()
      await client.ignore.write(id, { file: 'device', text: '*.tmp\n' })
      expect(await client.ignore.read(id)).toMatchObject({ device: '*.tmp\n' })
    })

    test('a brake that is not there any more cannot be approved', async () => {
      await expect(client.brakes.approve('none')).rejects.toEqual(fails('stale'))
      await expect(client.brakes.restore('none')).rejects.toEqual(fails('stale'))
    })

    test('an account is made once, in whatever case, and never tells its password', async () => {
      const account = await client.accounts.add({ name: 'Grace', password: 'correct horse battery' })
      expect(account).toMatchObject({ name: 'Grace', role: 'user', hasPassword: true, isDisabled: false })
      expect(JSON.stringify(account)).not.toContain('horse')
      const again = client.accounts.add({ name: 'grace', password: 'correct horse battery' })
      await expect(again).rejects.toThrow()
      expect((await client.accounts.list()).filter(each => each.name.toLowerCase() === 'grace')).toHaveLength(1)
      expect(await client.accounts.change('grace', { displayName: 'G. H.' })).toMatchObject({ displayName: 'G. H.' })
    })

    test('an app password is told once, listed without it, and can be revoked', async () => {
      await client.accounts.add({ name: 'alan', password: 'correct horse battery' })
      const { appPassword, password } = await client.accounts.addAppPassword('alan', 'phone')
      const listed = await client.accounts.appPasswords('alan')
      expect(listed).toMatchObject([{ id: appPassword.id, label: 'phone' }])
      expect(JSON.stringify(listed)).not.toContain(password)
      await client.accounts.removeAppPassword('alan', appPassword.id)
      expect(await client.accounts.appPasswords('alan')).toEqual([])
      await expect(client.accounts.removeAppPassword('alan', appPassword.id)).rejects.toEqual(fails('not-found'))
    })

    test('a grant is listed, replaced and removed; an account takes its grants along', async () => {
      const id = await withFolder()
      await client.accounts.add({ name: 'edsger', password: 'correct horse battery' })
      await client.grants.add({ folder: id, account: 'edsger', rights: 'read' })
      await client.grants.add({ folder: id, account: 'edsger', rights: 'write' })
      const ours = async () => (await client.grants.list()).filter(each => each.folder === id)
      expect(await ours()).toMatchObject([{ account: 'edsger', rights: 'write' }])
      await client.grants.remove(id, 'edsger')
      expect(await ours()).toEqual([])
      await client.grants.add({ folder: id, account: 'edsger', rights: 'read' })
      await client.accounts.remove('edsger', 'keep-files')
      expect(await ours()).toEqual([])
    })

    test('who is known is not told of as somebody nearby', async () => {
      const heard = (await client.devices.nearby()).map(({ device }) => device)
      const known = (await client.devices.list()).map(({ id }) => id)
      expect(heard.filter(device => known.includes(device))).toEqual([])
    })

    test('settings can be changed, and are told', async () => {
      const { lastEventId } = await client.status()
      expect((await client.config.change({ logLevel: 'debug' })).settings.logLevel).toBe('debug')
      expect((await client.config.read()).settings.logLevel).toBe('debug')
      expect(await told(lastEventId, event => event.type === 'config')).toMatchObject({ what: 'changed' })
    })

    test('rates and hours are kept, for all remotes, a folder and a remote', async () => {
      const id = await withFolder()
      const { remote } = await client.remotes.add(id, { address: directory() }, signal)
      const nights = [{ days: ['mon' as const], from: '22:00', to: '06:00', sync: true, uploadBytesPerSecond: 5000 }]
      const none = { uploadBytesPerSecond: 'unlimited', downloadBytesPerSecond: 'unlimited' }
      expect(await client.limits.read({})).toMatchObject({ ...none, localNetwork: 'exempt', schedule: [] })
      await client.limits.change({}, { uploadBytesPerSecond: 2_000_000, localNetwork: 'limited' })
      await client.limits.change({}, { downloadBytesPerSecond: 3_000_000 })
      expect(await client.limits.read({})).toMatchObject({
        ...{ uploadBytesPerSecond: 2_000_000, downloadBytesPerSecond: 3_000_000, localNetwork: 'limited' },
      })
      expect(await client.limits.read({ folder: id })).toMatchObject(none)
      await client.limits.change({ folder: id }, { schedule: nights })
      expect((await client.limits.read({ folder: id })).schedule).toEqual(nights)
      const own = await client.limits.change({ folder: id, remote: remote.id }, { schedule: [] })
      expect(own).toMatchObject({ ...none, schedule: [], now: { sync: true } })
      await client.limits.change({ folder: id, remote: remote.id }, { schedule: 'inherit' })
      expect((await client.limits.read({ folder: id, remote: remote.id })).schedule).toBeUndefined()
      await expect(client.limits.read({ folder: 'nowhere' })).rejects.toEqual(fails('not-found'))
      await client.limits.change({}, { ...(none as object), localNetwork: 'exempt' })
    })

    test('that the host was brought back from a backup is taken note of, and told', async () => {
      const { lastEventId } = await client.status()
      await client.host.restored()
      expect(await told(lastEventId, event => event.type === 'notice')).toMatchObject({ type: 'notice' })
    })

    test('events have ids that grow by one, and an id of nobody is answered by a gap', async () => {
      const { lastEventId } = await client.status()
      for (const label of ['a', 'b', 'c']) await client.folders.change('one', { label })
      const ids: number[] = []
      const stop = new AbortController()
      for await (const { id } of client.events(lastEventId, AbortSignal.any([signal, stop.signal]))) {
        ids.push(id)
        if (ids.length === 3) stop.abort()
      }
      expect(ids).toEqual([1, 2, 3].map(n => lastEventId + n))
      expect(await told(Number.MAX_SAFE_INTEGER, () => true)).toMatchObject({ type: 'gap' })
    })

    test('transfers, brakes and the log can be asked for', async () => {
      expect((await client.transfers()).items).toEqual([])
      expect(await client.brakes.list()).toEqual([])
      expect((await client.log({ level: 'error', limit: 5 })).length).toBeLessThanOrEqual(5)
    })
  })
}
