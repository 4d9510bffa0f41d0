// What comes in through the host, the command line and the API ends where everything else does.
import { expect, test } from 'vitest'
import { openStage, read, settled, until, write } from './daemon-process.ts'

const NO_SIGNAL = new AbortController().signal
const PASSWORD = 'correct horse battery'
const LOGIN = { authorization: `Basic ${Buffer.from(`anna:${PASSWORD}`).toString('base64')}` }

test('a file that an app puts into a granted folder is in the folder at once, and goes on to its remote', async () => {
  await using stage = openStage()
  const { client, url } = await stage.start()
  await client.folders.add({ path: stage.at('docs'), id: 'docs' })
  await client.remotes.add('docs', { address: stage.at('a'), id: 'a' }, NO_SIGNAL)
  await settled(client)
  await client.accounts.add({ name: 'anna', password: PASSWORD })
  await client.grants.add({ folder: 'docs', account: 'anna', rights: 'write', mount: 'Shared' })
  const dav = `${url}remote.php/dav/files/anna/`
  const put = async () =>
    (await fetch(`${dav}Shared/photo.txt`, { method: 'PUT', body: 'click', headers: LOGIN })).status
  let status = 0
  await until(async () => {
    status = await put()
    return status < 300
  }, 'the folder to be served')
  expect(status).toBe(201)
  expect(read(stage.at('docs', 'photo.txt'))).toBe('click')
  await until(() => read(stage.at('a', 'photo.txt')) === 'click', 'the file in the remote').catch(
    async (error: Error) => {
      const { items } = await client.paths.unsynced('docs', undefined, { after: undefined, limit: 10 })
      throw new Error(`${error.message}: ${JSON.stringify([items, await client.folders.status('docs')])}`)
    },
  )
  write(stage.at('a', 'back.txt'), 'from the remote')
  await until(async () => {
    const answer = await fetch(`${dav}Shared/back.txt`, { headers: LOGIN })
    return answer.ok && (await answer.text()) === 'from the remote'
  }, 'the file in the app')
})

test('`syncline sync` on a folder that the daemon has asks the daemon', async () => {
  await using stage = openStage()
  const { client, home } = await stage.start()
  await client.folders.add({ path: stage.at('docs'), id: 'docs' })
  await client.remotes.add('docs', { address: stage.at('a'), id: 'a' }, NO_SIGNAL)
  await settled(client)
  write(stage.at('docs', 'one.txt'), '1')
  const ended = await stage.run('sync', stage.at('docs'), stage.at('a'), '--home', home)
  expect(ended).toMatchObject({ status: 0, err: '' })
  expect(ended.out).toContain('The daemon has this folder')
  expect(read(stage.at('a', 'one.txt'))).toBe('1')
})
