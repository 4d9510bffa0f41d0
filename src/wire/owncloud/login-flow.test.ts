// Login flow v2: what a server may say, and what is not believed.
import { expect, test } from 'vitest'
import { parseLoginBegun, parseLoginGranted } from './login-flow.ts'

const ORIGIN = 'https://cloud.example.org'
const BEGUN = {
  poll: { token: 'abc', endpoint: `${ORIGIN}/index.php/login/v2/poll` },
  login: `${ORIGIN}/index.php/login/v2/flow/xyz`,
}

test('a server tells where to sign in, and where to ask', () => {
  const begun = parseLoginBegun(JSON.stringify(BEGUN), ORIGIN)
  expect(begun?.page.href).toBe(BEGUN.login)
  expect(begun?.endpoint.href).toBe(BEGUN.poll.endpoint)
  expect(begun?.token).toBe('abc')
})

test.each([
  ['another host', { ...BEGUN, login: 'https://evil.example/login' }],
  ['another scheme', { ...BEGUN, login: 'http://cloud.example.org/login' }],
  ['a script', { ...BEGUN, login: 'javascript:alert(1)' }],
  ['a file', { ...BEGUN, login: 'file:///etc/passwd' }],
  ['credentials in the address', { ...BEGUN, login: 'https://a:b@cloud.example.org/' }],
  ['another host to ask', { ...BEGUN, poll: { token: 'abc', endpoint: 'https://evil.example/poll' } }],
  ['no token', { ...BEGUN, poll: { endpoint: BEGUN.poll.endpoint } }],
  ['a token with a line break', { ...BEGUN, poll: { ...BEGUN.poll, token: 'a\nb' } }],
])('%s is not followed', (_, answer) => {
  expect(parseLoginBegun(JSON.stringify(answer), ORIGIN)).toBeUndefined()
})

test('what was granted is a name and a password, or nothing', () => {
  expect(parseLoginGranted('{"server":"x","loginName":"ada","appPassword":"secret"}')).toEqual({
    user: 'ada',
    password: 'secret',
  })
  for (const text of ['', '[]', '{}', '{"loginName":"ada"}', '{"loginName":"","appPassword":"x"}'])
    expect(parseLoginGranted(text)).toBeUndefined()
})
