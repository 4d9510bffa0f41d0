// Who is let in to their own files: accounts that signed in for that; and to nothing else by it, whatever is asked for.
import { expect, test } from 'vitest'
import { openApi, TOKEN } from './open-api.ts'
import { routesOf } from './routes-of.ts'

type Opened = Awaited<ReturnType<typeof openApi>>

const ME = '/api/v1/me'
const isOwn = (url: string) => url === ME || url.startsWith(`${ME}/`)
const SIGN_INS = new Set(['POST /api/v1/session', `POST ${ME}/session`])
const OPEN = new Set(['GET /health', 'HEAD /health', ...SIGN_INS])

async function signIn(opened: Opened, url: string, name: string, password = `password of ${name}`) {
  const answer = await opened.askBare('POST', url, { name, password })
  const set = String(answer.headers['set-cookie'] ?? '')
  const token = /=([^;]*)/.exec(set)?.[1] ?? ''
  return { answer, set, token, csrf: String(answer.json().csrfToken) }
}

const asOwn = (token: string) => ({ cookie: `syncline-own=${token}` })
const asAdministrator = (token: string) => ({ cookie: `syncline-session=${token}` })

test('any account signs in to its own files; the cookie goes to those addresses alone', async () => {
  await using opened = await openApi()
  const { answer, set, token } = await signIn(opened, `${ME}/session`, 'bob')
  expect([answer.statusCode, answer.json()]).toMatchObject([200, { account: 'bob', role: 'user' }])
  expect(set).toMatch(/^syncline-own=[^;]+; Path=\/api\/v1\/me; HttpOnly; SameSite=Strict$/)
  expect((await opened.askBare('GET', ME, undefined, asOwn(token))).json()).toMatchObject({ account: 'bob' })
  const files = (await opened.askBare('GET', `${ME}/browse`, undefined, asOwn(token))).json()
  expect(files.items).toMatchObject([{ name: 'of bob' }])
})

test('where what the browser sees is https, the cookie is for https alone', async () => {
  await using opened = await openApi()
  const { service, logins } = opened
  const auth = { token: TOKEN, accounts: logins, browsers: {} as never, isSecure: () => true }
  await using secure = await openApi({ service, auth })
  expect((await signIn(secure, `${ME}/session`, 'bob')).set).toMatch(/; Secure$/)
})

test('a wrong name, a wrong password and the password of an app cannot be told apart', async () => {
  await using opened = await openApi()
  const answers = [
    await signIn(opened, `${ME}/session`, 'nobody'),
    await signIn(opened, `${ME}/session`, 'bob', 'wrong'),
    await signIn(opened, `${ME}/session`, 'bob', 'app password of bob'),
  ]
  for (const { answer, set } of answers) {
    expect([answer.statusCode, set]).toEqual([401, ''])
    expect(answer.body).toBe(answers[0]?.answer.body)
  }
})

test('guessing has to wait here as everywhere, also at the change of a password', async () => {
  await using opened = await openApi()
  const { token, csrf } = await signIn(opened, `${ME}/session`, 'bob')
  const headers = { ...asOwn(token), 'x-csrf-token': csrf }
  const change = (current: string) =>
    opened.askBare('POST', `${ME}/password`, { current, next: 'a new password' }, headers)
  for (let attempt = 0; attempt < 3; attempt += 1) expect((await change('wrong')).statusCode).toBe(403)
  expect((await change('password of bob')).statusCode).toBe(429)
  const { answer } = await signIn(opened, `${ME}/session`, 'bob')
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '31'])
})

test('the session of a user opens no route of the administration, under whatever name its token is shown', async () => {
  await using opened = await openApi()
  // Also that of somebody who is an administrator: what it lets in to was said when it was opened.
  for (const name of ['bob', 'ada']) {
    const { token, csrf } = await signIn(opened, `${ME}/session`, name)
    const proofs = [
      asOwn(token),
      asAdministrator(token),
      { cookie: `syncline-session=${token}; syncline-own=${token}` },
      { authorization: `Bearer ${token}` },
    ]
    for (const { method, url } of routesOf(opened.api.app)) {
      if (isOwn(url) || OPEN.has(`${method} ${url}`)) continue
      for (const proof of proofs) {
        const headers = { ...proof, 'x-csrf-token': csrf }
        const answer = await opened.askBare(method, url.replaceAll(/:\w+/g, 'x'), undefined, headers)
        expect(answer.statusCode, `${method} ${url} with ${Object.keys(proof)}`).toBe(401)
      }
    }
  }
})

test('nothing but such a session opens one’s own files', async () => {
  await using opened = await openApi()
  const { token, csrf } = await signIn(opened, '/api/v1/session', 'ada')
  const own = await signIn(opened, `${ME}/session`, 'bob')
  const proofs = [
    {},
    { authorization: `Bearer ${TOKEN}` },
    { authorization: `Basic ${Buffer.from('bob:password of bob').toString('base64')}` },
    asAdministrator(token),
    asOwn(token),
    asAdministrator(own.token),
    // One kind of proof only.
    { ...asOwn(own.token), authorization: `Bearer ${TOKEN}` },
  ]
  let routes = 0
  for (const { method, url } of routesOf(opened.api.app)) {
    if (!isOwn(url) || SIGN_INS.has(`${method} ${url}`)) continue
    routes += 1
    for (const proof of proofs) {
      const headers = { ...proof, 'x-csrf-token': csrf }
      const answer = await opened.askBare(method, url.replaceAll(/:\w+/g, 'x'), undefined, headers)
      expect(answer.statusCode, `${method} ${url} with ${JSON.stringify(proof)}`).toBe(401)
    }
  }
  expect(routes).toBeGreaterThan(20)
})

test('every change needs the header that only our own page can know', async () => {
  await using opened = await openApi()
  const { token, csrf } = await signIn(opened, `${ME}/session`, 'bob')
  const other = await signIn(opened, `${ME}/session`, 'ada')
  for (const { method, url } of routesOf(opened.api.app)) {
    if (!isOwn(url) || method === 'GET' || method === 'HEAD' || SIGN_INS.has(`${method} ${url}`)) continue
    const ask = (headers: Readonly<Record<string, string>>) =>
      opened.askBare(method, url.replaceAll(/:\w+/g, 'x'), undefined, { ...asOwn(token), ...headers })
    for (const headers of [{}, { 'x-csrf-token': 'guessed' }, { 'x-csrf-token': other.csrf }])
      expect((await ask(headers)).json(), `${method} ${url}`).toMatchObject({ status: 403, code: 'forbidden' })
  }
  const out = await opened.askBare('DELETE', `${ME}/session`, undefined, { ...asOwn(token), 'x-csrf-token': csrf })
  expect(out.headers['set-cookie']).toContain('Max-Age=0')
  expect((await opened.askBare('GET', ME, undefined, asOwn(token))).statusCode).toBe(401)
})

test('pages of other sites, and names that are not ours, are refused here too', async () => {
  await using opened = await openApi()
  const { token } = await signIn(opened, `${ME}/session`, 'bob')
  for (const headers of [
    { host: 'evil.example' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const answer = await opened.askBare('GET', ME, undefined, { ...asOwn(token), ...headers } as never)
    expect(answer.statusCode, JSON.stringify(headers)).toBe(403)
    const body = { name: 'bob', password: 'password of bob' }
    expect((await opened.askBare('POST', `${ME}/session`, body, headers as never)).statusCode).toBe(403)
  }
})
