// Who is let in: nobody but holders of the token and administrators, by no other way, whatever is asked for.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isApiUrl } from '../../src/api/server.ts'
import { openApi, TOKEN } from './open-api.ts'
import { routesOf } from './routes-of.ts'

const OPEN = new Set(['GET /health', 'HEAD /health', 'POST /api/v1/session', 'POST /api/v1/me/session'])
/** Let in by another session: `own-guard.test.ts`. */
const isOwn = (url: string) => url === '/api/v1/me' || url.startsWith('/api/v1/me/')

test('every route refuses who proves nothing, except health and signing in', async () => {
  await using opened = await openApi()
  const routes = routesOf(opened.api.app)
  expect(routes.length).toBeGreaterThan(50)
  for (const { method, url } of routes) {
    const status = (await opened.askBare(method, url.replaceAll(/:\w+/g, 'x'))).statusCode
    if (OPEN.has(`${method} ${url}`)) expect([200, 400], `${method} ${url}`).toContain(status)
    else expect(status, `${method} ${url}`).toBe(401)
  }
})

test('what there is no route for is refused too, and does not tell that there is none', async () => {
  await using opened = await openApi()
  for (const url of [
    '/',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v1/../../metrics',
    '/api/v2/status',
    '//health',
    '/HEALTH',
  ])
    expect((await opened.askBare('GET', url)).statusCode, url).toBe(401)
  for (const method of ['OPTIONS', 'TRACE', 'PATCH', 'PUT'])
    expect((await opened.askBare(method, '/health')).statusCode, method).toBe(401)
})

test.each([
  '',
  'Bearer',
  'Bearer ',
  `Bearer ${TOKEN}x`,
  `Bearer ${TOKEN.slice(1)}`,
  `Basic ${Buffer.from('ada:password of ada').toString('base64')}`,
  `Bearer ${'x'.repeat(5000)}`,
  TOKEN,
])('%j is no proof', async authorization => {
  await using opened = await openApi()
  expect((await opened.askBare('GET', '/api/v1/status', undefined, { authorization })).statusCode).toBe(401)
})

test('a token in the address is none', async () => {
  await using opened = await openApi()
  for (const name of ['token', 'access_token', 'authorization', 'api-token'])
    expect((await opened.askBare('GET', `/api/v1/status?${name}=${TOKEN}`)).statusCode).toBe(401)
})

async function signIn(opened: Awaited<ReturnType<typeof openApi>>, name = 'ada', password = `password of ${name}`) {
  const answer = await opened.askBare('POST', '/api/v1/session', { name, password })
  const cookie = String(answer.headers['set-cookie'] ?? '').split(';', 1)[0] ?? ''
  return { answer, cookie, csrf: String(answer.json().csrfToken) }
}

test('an administrator signs in by password, and the cookie is for nobody else', async () => {
  await using opened = await openApi()
  const { answer, cookie } = await signIn(opened)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['set-cookie']).toMatch(/^syncline-session=[^;]+; Path=\/; HttpOnly; SameSite=Strict/)
  expect((await opened.askBare('GET', '/api/v1/status', undefined, { cookie })).statusCode).toBe(200)
})

test('a change by session needs the header that only our own page can know', async () => {
  await using opened = await openApi()
  const { cookie, csrf } = await signIn(opened)
  const body = { name: 'cyd', password: 'long enough' }
  const add = (headers: Record<string, string>) =>
    opened.askBare('POST', '/api/v1/accounts', body, { cookie, ...headers })
  expect((await add({})).statusCode).toBe(403)
  expect((await add({ 'x-csrf-token': 'guessed' })).statusCode).toBe(403)
  expect(await opened.service.accounts.list()).toEqual([])
  expect((await add({ 'x-csrf-token': csrf })).statusCode).toBe(201)
})

test('every change by session needs it, whatever the route', async () => {
  await using opened = await openApi()
  const { cookie } = await signIn(opened)
  for (const { method, url } of routesOf(opened.api.app)) {
    if (method === 'GET' || method === 'HEAD' || OPEN.has(`${method} ${url}`) || isOwn(url)) continue
    const answer = await opened.askBare(method, url.replaceAll(/:\w+/g, 'x'), undefined, { cookie })
    expect(answer.statusCode, `${method} ${url}`).toBe(403)
  }
})

test('a link lets one browser in, once, and what it may do needs the same header', async () => {
  await using opened = await openApi()
  const { code } = (await opened.ask('POST', '/api/v1/session/links')).json()
  const answer = await opened.askBare('POST', '/api/v1/session', { code })
  expect(answer.headers['set-cookie']).toMatch(/^syncline-session=[^;]+; Path=\/; HttpOnly; SameSite=Strict/)
  const { csrfToken } = answer.json()
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? ''
  expect((await opened.askBare('POST', '/api/v1/session', { code })).statusCode).toBe(401)
  expect((await opened.askBare('GET', '/api/v1/session', undefined, { cookie })).json()).toMatchObject({
    by: 'owner',
    csrfToken,
  })
  const scan = (headers: Record<string, string>) =>
    opened.askBare('POST', '/api/v1/session/links', undefined, { cookie, ...headers })
  expect((await scan({})).statusCode).toBe(403)
  expect((await scan({ 'x-csrf-token': csrfToken })).statusCode).toBe(201)
  await opened.askBare('DELETE', '/api/v1/session', undefined, { cookie, 'x-csrf-token': csrfToken })
  expect((await opened.askBare('GET', '/api/v1/status', undefined, { cookie })).statusCode).toBe(401)
})

test('who is no administrator cannot sign in, and cannot find out why', async () => {
  await using opened = await openApi()
  const known = (await signIn(opened, 'bob')).answer
  const unknown = (await signIn(opened, 'nobody')).answer
  const wrong = (await signIn(opened, 'ada', 'wrong')).answer
  const app = (await signIn(opened, 'ada', 'app password of ada')).answer
  for (const answer of [known, unknown, wrong, app]) {
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.body).toBe(known.body)
  }
})

test('guessing has to wait, and is told how long', async () => {
  await using opened = await openApi()
  for (let attempt = 0; attempt < 3; attempt += 1) await signIn(opened, 'ada', 'wrong')
  const { answer } = await signIn(opened)
  expect(answer.statusCode).toBe(429)
  expect(answer.headers['retry-after']).toBe('31')
})

test('who is an administrator no longer is out at once', async () => {
  await using opened = await openApi()
  const { cookie } = await signIn(opened)
  opened.logins.setAdmin('ada', false)
  expect((await opened.askBare('GET', '/api/v1/status', undefined, { cookie })).statusCode).toBe(403)
})

test('signing out ends the session', async () => {
  await using opened = await openApi()
  const { cookie, csrf } = await signIn(opened)
  const out = await opened.askBare('DELETE', '/api/v1/session', undefined, { cookie, 'x-csrf-token': csrf })
  expect(out.headers['set-cookie']).toContain('Max-Age=0')
  expect((await opened.askBare('GET', '/api/v1/status', undefined, { cookie })).statusCode).toBe(401)
})

test('who shows a wrong token is not asked for a cookie', async () => {
  await using opened = await openApi()
  const { cookie } = await signIn(opened)
  const headers = { cookie, authorization: 'Bearer wrong' }
  expect((await opened.askBare('GET', '/api/v1/status', undefined, headers)).statusCode).toBe(401)
})

test.each([
  'evil.example',
  'evil.example:8440',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'a b',
  'localhost:x',
])('a request to the name %j is refused: a page may have made that name lead here', async host => {
  await using opened = await openApi()
  for (const url of ['/health', '/api/v1/status', '/metrics'])
    expect((await opened.ask('GET', url, undefined, { host })).statusCode).toBe(403)
  const body = { name: 'ada', password: 'password of ada' }
  expect((await opened.askBare('POST', '/api/v1/session', body, { host })).statusCode).toBe(403)
})

test.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8440', '[::1]:8440', '192.168.1.7', 'Home.Example:8440'])(
  'a request to %j is answered',
  async host => {
    await using opened = await openApi({ hostNames: () => ['home.example'] })
    expect((await opened.ask('GET', '/api/v1/status', undefined, { host })).statusCode).toBe(200)
  },
)

test.each([
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:3000' },
  { origin: 'http://localhost:8440.evil.example' },
  { origin: 'http://localhost:8440@evil.example' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
])('a page of another site cannot ask anything: %j', async headers => {
  await using opened = await openApi()
  for (const [method, url] of [
    ['GET', '/api/v1/status'],
    ['POST', '/api/v1/session'],
    ['GET', '/health'],
  ] as const) {
    const answer = await opened.ask(method, url, undefined, headers as Record<string, string>)
    expect(answer.statusCode).toBe(403)
    expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
  }
})

test('our own page may ask', async () => {
  await using opened = await openApi()
  const headers = { origin: 'http://localhost:8440', 'sec-fetch-site': 'same-origin' }
  expect((await opened.ask('GET', '/api/v1/status', undefined, headers)).statusCode).toBe(200)
})

test('no answer may be kept, framed or taken for a page', async () => {
  await using opened = await openApi()
  for (const answer of [await opened.ask('GET', '/api/v1/status'), await opened.askBare('GET', '/api/v1/status')])
    expect(answer.headers).toMatchObject({
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
})

test('nothing that a request can set says who may come in, where it listens, or what is run', async () => {
  await using opened = await openApi()
  const keys = ['listen', 'tls', 'hostNames', 'trustedProxies', 'token', 'auth', 'command', 'exec', 'hook', 'log']
  for (const key of keys) {
    expect((await opened.ask('PATCH', '/api/v1/config', { [key]: 'x' })).statusCode, key).toBe(400)
    expect((await opened.ask('POST', '/api/v1/folders', { path: '/a', [key]: 'x' })).statusCode, key).toBe(400)
  }
  expect(await opened.service.folders.list()).toEqual([])
})

test('while the daemon starts or stops, only its health is told', async () => {
  await using opened = await openApi()
  opened.service.become('stopping')
  expect((await opened.ask('GET', '/api/v1/status')).statusCode).toBe(503)
  const health = await opened.askBare('GET', '/health')
  expect([health.statusCode, health.json()]).toEqual([503, { status: 'stopping' }])
})

test('which requests are for the API is told by whole names', () => {
  expect(['/api/v1', '/api/v1/x?y', '/metrics', '/health?x'].every(isApiUrl)).toBe(true)
  expect(['/', '/api', '/api/v10', '/metricsx', '/healthy', '/remote.php/api/v1/x'].some(isApiUrl)).toBe(false)
})

test('whatever headers come, nobody gets in by chance', async () => {
  await using opened = await openApi()
  const value = fc.string({ unit: fc.constantFrom(...'aB1 =;:,."\\/-_~\t'), maxLength: 40 })
  const header = fc.constantFrom('authorization', 'cookie', 'x-csrf-token', 'origin', 'x-forwarded-for', 'forwarded')
  await fc.assert(
    fc.asyncProperty(fc.dictionary(header, value, { maxKeys: 4 }), async headers => {
      const { statusCode } = await opened.askBare('GET', '/api/v1/accounts', undefined, headers)
      expect([401, 403]).toContain(statusCode)
    }),
    { numRuns: 200 },
  )
})
