// What requests may hold, and how they are refused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SyncError } from '../../src/model/errors.ts'
import { HOSTILE } from './hostile.ts'
import { openApi } from './open-api.ts'

async function withFolder() {
  const opened = await openApi()
  await opened.service.folders.add({ path: '/data/photos' })
  return opened
}

test('a refusal is a problem with a sentence and a code', async () => {
  await using opened = await openApi()
  const answer = await opened.ask('GET', '/api/v1/folders/nowhere')
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answer.json()).toEqual({
    type: 'urn:syncline:error:not-found',
    title: 'Not Found',
    status: 404,
    detail: "There is no folder 'nowhere'.",
    code: 'not-found',
  })
})

test.each([
  ['offline', 502],
  ['unauthorized', 502],
  ['untrusted', 502],
  ['usage', 400],
  ['folder-locked', 409],
  ['disk-full', 507],
  ['name-not-allowed', 422],
] as const)('an error with the code %s is told with the status %i', async (code, status) => {
  await using opened = await openApi()
  Object.assign(opened.service, { status: () => Promise.reject(new SyncError(code, 'What happened.')) })
  const answer = await opened.ask('GET', '/api/v1/status')
  expect([answer.statusCode, answer.json().code, answer.json().detail]).toEqual([status, code, 'What happened.'])
})

test('a password that is refused is not repeated', async () => {
  await using opened = await withFolder()
  const body = { address: 'https://x.example', password: ['hunter2'], hunter2: 'hunter2' }
  const answer = await opened.ask('POST', '/api/v1/folders/photos/remotes', body)
  expect(answer.statusCode).toBe(400)
  expect(answer.body).not.toContain('hunter2":')
  expect(answer.json().detail).not.toContain('["hunter2"]')
})

test.each(['../x', '/etc/passwd', 'a//b', 'a/./b', '.syncline/index.db', 'a\0b', 'a/'.repeat(600)])(
  '%j is no path in a folder',
  async path => {
    await using opened = await withFolder()
    const query = encodeURIComponent(path)
    for (const url of [`browse?place=${query}`, `why?path=${query}`, `trash?place=${query}`])
      expect((await opened.ask('GET', `/api/v1/folders/photos/${url}`)).statusCode, url).toBe(400)
    const body = { path }
    expect((await opened.ask('POST', '/api/v1/folders/photos/trash/restore', body)).statusCode).toBe(400)
  },
)

test('a body that is too large, of another type, or no JSON is refused', async () => {
  await using opened = await openApi()
  const send = async (type: string, body: string) =>
    (await opened.ask('POST', '/api/v1/folders', body, { 'content-type': type })).statusCode
  expect(await send('application/json', `{"path":"${'x'.repeat(1024 * 1024)}"}`)).toBe(413)
  expect(await send('text/plain', '{"path":"/a"}')).toBe(415)
  expect(await send('application/x-www-form-urlencoded', 'path=/a')).toBe(415)
  expect(await send('application/json', '{"path"')).toBe(400)
  expect(await send('application/json', '{"path":"/a","__proto__":{"x":1}}')).toBe(400)
  expect(await send('application/json', '[]')).toBe(400)
  expect(await opened.service.folders.list()).toEqual([])
})

test('whatever is sent, the answer is a problem or what is described, and never a fault of ours', async () => {
  await using opened = await withFolder()
  const targets = [
    ['POST', '/api/v1/folders'],
    ['POST', '/api/v1/folders/photos/remotes'],
    ['PATCH', '/api/v1/folders/photos'],
    ['PUT', '/api/v1/folders/photos/ignore'],
    ['POST', '/api/v1/accounts'],
    ['PATCH', '/api/v1/config'],
    ['POST', '/api/v1/brakes/approve'],
    ['POST', '/api/v1/folders/photos/trash/sweep'],
  ] as const
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...targets), fc.jsonValue(), async ([method, url], body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await opened.ask(method, url, JSON.stringify(body), headers)
      expect(answer.statusCode).toBeLessThan(500)
      expect(() => answer.json()).not.toThrow()
    }),
    { numRuns: 200 },
  )
  expect(opened.logged).toEqual([])
})

test.each(HOSTILE)('%j stays text, wherever it comes from', async name => {
  await using opened = await withFolder()
  const { service } = opened
  await service.folders.change('photos', { label: name })
  const entry = { name, path: 'a', kind: 'file', state: 'in-sync', isConflictCopy: true } as const
  const revision = { id: name, path: name, why: 'deleted', keptAt: 1, kind: 'file', sizeBytes: 1, mtimeMs: 1 } as const
  service.put('photos', {
    entries: [entry],
    conflicts: [{ path: name, origin: name, copy: { path: name, kind: 'file', by: name }, isEqual: false }],
    revisions: [revision],
    unsynced: [{ path: name, because: name, reason: name }],
  })
  await service.remotes.add('photos', { address: name, user: name }, AbortSignal.timeout(5000))
  await service.accounts.add({ name, displayName: name })
  service.logged({ at: 1, level: 'info', message: name, fields: { name } })
  const at = '/api/v1/folders/photos'
  const urls = ['', '/status', '/remotes', '/browse', '/conflicts', '/trash', '/changes', '/unsynced'].map(
    part => at + part,
  )
  for (const url of [
    ...urls,
    '/api/v1/accounts',
    '/api/v1/log',
    '/api/v1/problems',
    '/api/v1/support',
    '/api/v1/status',
    '/api/v1/folders',
  ]) {
    const answer = await opened.ask('GET', url)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(textsIn(answer.json()), url).toContain(name)
  }
  const problem = await opened.ask('GET', `/api/v1/accounts/${encodeURIComponent(`x${name}`).slice(0, 200)}`)
  expect(problem.headers['content-type']).toContain('json')
  const metrics = (await opened.ask('GET', '/metrics')).body
  for (const line of metrics.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) |syncline_\w+(\{.*\})? \S+$)/s)
})

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
