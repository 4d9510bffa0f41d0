// How apps get in by a page in the browser, how they hear of changes, and what pages of other sites may do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Path } from '../../src/model/path.ts'
import { allOf, askHost, FILES, ocs, propfind } from './ask-host.ts'
import { homeOf, putText } from './host-tree.ts'
import { basic, PASSWORD, startHost, type TestHost } from './start-host.ts'

let host: TestHost
let ahead = 0

beforeAll(async () => {
  host = await startHost({ now: () => Date.now() + ahead, allowedOrigins: new Set(['https://files.example']) })
})

afterAll(async () => {
  expect(host.complaints).toEqual([])
  await host.stop()
})

const form = (fields: Record<string, string>) => ({
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
  authorization: '',
})

interface Begun {
  readonly poll: { readonly token: string; readonly endpoint: string }
  readonly login: string
}

async function begin(agent = 'My <b>phone</b>'): Promise<Begun> {
  const answer = await askHost(host, 'POST', '/index.php/login/v2', {
    headers: { 'User-Agent': agent },
    authorization: '',
  })
  expect(answer.status).toBe(200)
  return JSON.parse(answer.text) as Begun
}

const pathOf = (url: string): string => new URL(url).pathname
const poll = ({ poll }: Begun) => askHost(host, 'POST', pathOf(poll.endpoint), form({ token: poll.token }))

/** The form of the page, with the cookie that came with it. */
async function page(begun: Begun) {
  const answer = await askHost(host, 'GET', pathOf(begun.login), { authorization: '' })
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  const token = /name="form_token" value="(\w+)"/.exec(answer.text)?.[1] ?? ''
  return { answer, cookie, token }
}

async function submit(begun: Begun, cookie: string, fields: Record<string, string>) {
  const asking = form(fields)
  return askHost(host, 'POST', pathOf(begun.login), { ...asking, headers: { ...asking.headers, Cookie: cookie } })
}

describe('a login in the browser', () => {
  test('gives the app a password of its own, once', async () => {
    const begun = await begin()
    expect((await poll(begun)).status).toBe(404)
    const { answer, cookie, token } = await page(begun)
    expect(answer.text).toContain('My &#60;b&#62;phone&#60;/b&#62;')
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(answer.text).not.toMatch(/<script|javascript:|https?:\/\/(?!127)/)
    expect(answer.headers['x-frame-options']).toBe('DENY')
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/)
    const fields = { form_token: token, user: 'alice', password: PASSWORD, decision: 'grant' }
    expect((await submit(begun, cookie, fields)).status).toBe(200)
    const granted = JSON.parse((await poll(begun)).text) as { server: string; loginName: string; appPassword: string }
    expect(granted).toMatchObject({ server: host.url, loginName: 'alice' })
    expect((await ocs(host, 'v1.php/cloud/user', { authorization: basic('alice', granted.appPassword) })).status).toBe(
      200,
    )
    expect(host.accounts.appPasswords.list(host.alice.id)[0]?.label).toBe('My <b>phone</b>')
    expect([(await poll(begun)).status, (await page(begun)).answer.status]).toEqual([404, 404])
    expect((await submit(begun, cookie, fields)).status).toBeGreaterThanOrEqual(400)
  })

  test('is not granted by a form that was not ours, nor without the password', async () => {
    const begun = await begin()
    const { cookie, token } = await page(begun)
    const other = await page(await begin())
    const good = { user: 'alice', password: PASSWORD, decision: 'grant' }
    expect((await submit(begun, cookie, good)).status).toBe(403)
    expect((await submit(begun, '', { ...good, form_token: token })).status).toBe(403)
    expect((await submit(begun, other.cookie, { ...good, form_token: token })).status).toBe(403)
    expect((await submit(begun, other.cookie, { ...good, form_token: other.token })).status).toBe(403)
    expect((await submit(begun, cookie, { ...good, form_token: token, password: 'wrong' })).status).toBe(403)
    const { secret } = host.accounts.appPasswords.create(host.alice.id, 'an app')
    expect((await submit(begun, cookie, { ...good, form_token: token, password: secret })).status).toBe(403)
    expect((await poll(begun)).status).toBe(404)
  })

  test('can be denied, and runs out', async () => {
    const denied = await begin()
    const one = await page(denied)
    expect((await submit(denied, one.cookie, { form_token: one.token, decision: 'deny' })).status).toBe(200)
    const fields = { user: 'alice', password: PASSWORD, decision: 'grant' }
    expect((await submit(denied, one.cookie, { ...fields, form_token: one.token })).status).toBe(404)
    const late = await begin()
    const two = await page(late)
    ahead = 21 * 60 * 1000
    expect((await submit(late, two.cookie, { ...fields, form_token: two.token })).status).toBe(404)
    ahead = 0
    expect((await poll(denied)).status).toBe(404)
  })

  test('of a phone ends in the app itself', async () => {
    const started = await askHost(host, 'GET', '/index.php/login/flow', {
      headers: { 'OCS-APIRequest': 'true' },
      authorization: '',
    })
    expect(started.status).toBe(303)
    const begun = { login: String(started.headers['location']), poll: { token: '', endpoint: '' } }
    const { cookie, token } = await page(begun)
    const { status, headers } = await submit(begun, cookie, {
      form_token: token,
      user: 'alice',
      password: PASSWORD,
      decision: 'grant',
    })
    expect(status).toBe(303)
    const [, user = '', password = ''] =
      /^nc:\/\/login\/server:.*&user:(.*)&password:(.*)$/.exec(String(headers['location'])) ?? []
    expect(
      (await ocs(host, 'v1.php/cloud/user', { authorization: basic(user, decodeURIComponent(password)) })).status,
    ).toBe(200)
  })

  test('with a form that is too long is refused', async () => {
    const begun = await begin()
    const { cookie } = await page(begun)
    expect((await submit(begun, cookie, { user: 'x'.repeat(100_000) })).status).toBe(413)
  })
})

/** A client of the push protocol, and what it hears. */
class Ear {
  readonly heard: string[] = []
  readonly socket: WebSocket
  #waiting: (() => void)[] = []

  constructor(...says: string[]) {
    this.socket = new WebSocket(`${host.url.replace('http', 'ws')}/push/ws`)
    this.socket.on('open', () => {
      for (const text of says) this.socket.send(text)
    })
    const wake = () => {
      for (const each of this.#waiting.splice(0)) each()
    }
    this.socket.on('message', data => {
      this.heard.push(String(data))
      wake()
    })
    this.socket.on('close', () => {
      this.heard.push('closed')
      wake()
    })
    this.socket.on('error', () => {})
  }

  async hears(what: RegExp): Promise<string> {
    for (;;) {
      const found = this.heard.findIndex(text => what.test(text))
      if (found >= 0) return this.heard.splice(0, found + 1).at(-1) ?? ''
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }
}

describe('who listens for changes', () => {
  test('hears that something changed, by whatever way', async () => {
    const ear = new Ear('alice', PASSWORD)
    await ear.hears(/^authenticated$/)
    await askHost(host, 'PUT', `${FILES}/heard`, { body: 'x' })
    await ear.hears(/^notify_file$/)
    await putText(await homeOf(host), 'heard', 'by another way')
    await ear.hears(/^notify_file$/)
    await askHost(host, 'DELETE', `${FILES}/heard`)
    await ear.hears(/^notify_file$/)
    ear.socket.close()
  })

  test('hears what changed, with the directories above, when it asks for that', async () => {
    const ear = new Ear('alice', PASSWORD)
    await ear.hears(/^authenticated$/)
    await askHost(host, 'MKCOL', `${FILES}/ear`)
    await ear.hears(/^notify_file$/)
    ear.socket.send('listen notify_file_id')
    ear.socket.ping()
    await new Promise(resolve => ear.socket.once('pong', resolve))
    await askHost(host, 'PUT', `${FILES}/ear/new`, { body: 'x' })
    const ids = JSON.parse((await ear.hears(/^notify_file_id /)).slice('notify_file_id '.length)) as number[]
    const idOf = async (path: string) =>
      Number(allOf((await propfind(host, FILES + path, ['oc:fileid'])).text, 'oc:fileid')[0])
    expect(ids.sort()).toEqual([await idOf(''), await idOf('/ear'), await idOf('/ear/new')].sort())
    await askHost(host, 'DELETE', `${FILES}/ear/new`)
    await ear.hears(/^notify_file/)
    ear.socket.close()
  })

  test('hears of a folder that was granted, and of one that is granted now', async () => {
    const folder = await host.addFolder('pushed', { f: '1' })
    const ear = new Ear('alice', PASSWORD)
    await ear.hears(/^authenticated$/)
    host.accounts.grants.put({ user: host.alice.id, folder: 'pushed', rights: 'read', mount: 'Pushed' })
    await ear.hears(/^notify_file$/)
    // Whatever comes after the grant is heard through it.
    await propfind(host, `${FILES}/Pushed`, ['d:getetag'])
    await putText(folder, 'f', '2')
    await ear.hears(/^notify_file$/)
    host.setFolder('pushed', folder)
    await ear.hears(/^notify_file$/)
    await propfind(host, `${FILES}/Pushed`, ['d:getetag'])
    await putText(folder, 'f', '3')
    await ear.hears(/^notify_file$/)
    ear.socket.close()
  })

  test('is sent away with a wrong password, and when its own is taken back', async () => {
    const stranger = new Ear('alice', 'wrong')
    await stranger.hears(/^err: Invalid credentials$/)
    await stranger.hears(/^closed$/)
    const { record, secret } = host.accounts.appPasswords.create(host.alice.id, 'listening')
    const ear = new Ear('alice', secret)
    await ear.hears(/^authenticated$/)
    host.accounts.appPasswords.revoke(host.alice.id, record.id)
    await ear.hears(/^closed$/)
  })

  test('can sign in with a ticket, once', async () => {
    const { text } = await askHost(host, 'POST', '/push/pre_auth')
    const ear = new Ear('', text)
    await ear.hears(/^authenticated$/)
    ear.socket.close()
    await new Ear('', text).hears(/^err: Invalid credentials$/)
    const late = (await askHost(host, 'POST', '/push/pre_auth')).text
    ahead = 20_000
    await new Ear('', late).hears(/^err: Invalid credentials$/)
    ahead = 0
  })

  test('is not there for what is no listening', async () => {
    const socket = new WebSocket(`${host.url.replace('http', 'ws')}/remote.php/dav/`)
    await new Promise<void>(resolve => socket.on('error', () => resolve()))
    expect(
      (await host.host.spaces.open(`home-${host.alice.id}`).then(home => home.find('x' as Path))) ?? 'nothing',
    ).toBe('nothing')
  })
})

describe('a page of another site', () => {
  const preflight = (origin: string) =>
    askHost(host, 'OPTIONS', `${FILES}/x`, {
      authorization: '',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'PROPFIND',
        'Access-Control-Request-Headers': 'authorization,depth',
      },
    })

  test('is told nothing, unless it was allowed', async () => {
    const refused = await preflight('https://elsewhere.example')
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, undefined])
    const allowed = await preflight('https://files.example')
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, 'https://files.example'])
    expect(allowed.headers['access-control-allow-methods']).toContain('PROPFIND')
    expect(allowed.headers['access-control-allow-headers']).toContain('Authorization')
    expect(allowed.headers['access-control-allow-credentials']).toBeUndefined()
    for (const [origin, told] of [
      ['https://files.example', 'https://files.example'],
      ['null', undefined],
    ] as const) {
      const { headers } = await askHost(host, 'GET', `${FILES}/none`, { headers: { Origin: origin } })
      expect(headers['access-control-allow-origin']).toBe(told)
    }
  })

  test('gets no window of the browser when its script asks without a password', async () => {
    const plain = await askHost(host, 'PROPFIND', FILES, { authorization: '' })
    expect(plain.headers['www-authenticate']).toMatch(/^Basic realm=/)
    expect(plain.text).toContain('<s:exception>Sabre\\DAV\\Exception\\NotAuthenticated</s:exception>')
    const headers = { 'X-Requested-With': 'XMLHttpRequest' }
    expect(
      (await askHost(host, 'PROPFIND', FILES, { authorization: '', headers })).headers['www-authenticate'],
    ).toBeUndefined()
  })

  test('cannot make us name another host than a host', async () => {
    for (const name of ['evil.example/x', 'a b', 'x"><script>']) {
      const { status } = await askHost(host, 'POST', '/index.php/login/v2', {
        headers: { Host: name },
        authorization: '',
      })
      expect(status).toBe(400)
    }
    // Of a proxy that nobody trusts, nothing is believed.
    const headers = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' }
    const { text } = await askHost(host, 'POST', '/index.php/login/v2', { headers, authorization: '' })
    expect((JSON.parse(text) as Begun).login).toMatch(new RegExp(`^${host.url}/`))
  })
})
