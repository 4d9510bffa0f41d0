// The files of the browser interface: told apart from everything else on the disk, and sent with a policy.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite } from './site.ts'

const PAGE = '<!doctype html><title>Syncline</title>'
const SCRIPT = 'export const answer = 42\n'.repeat(100)

const folder = mkdtempSync(join(tmpdir(), 'syncline-site-'))
let close: () => Promise<void>
let port = 0

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), PAGE)
  writeFileSync(join(folder, 'assets', 'index-abc.js'), SCRIPT)
  const site = openSite({ folder, hostNames: () => ['nas.example'] })
  const server = createServer((asked, response) => {
    if (site?.answer(asked, response) !== true) response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  close = () => new Promise(resolve => server.close(() => resolve()))
})

afterAll(async () => {
  await close()
  rmSync(folder, { recursive: true, force: true })
})

interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Without the tidying up of addresses that `fetch` does. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

const BROWSER = { accept: 'text/html,application/xhtml+xml', 'sec-fetch-dest': 'document' }

test('the page is asked for each time, its files only once', async () => {
  const page = await get('/', BROWSER)
  expect([page.status, page.body.toString()]).toEqual([200, PAGE])
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
  const again = await get('/', { ...BROWSER, 'if-none-match': String(page.headers['etag']) })
  expect([again.status, again.body.length]).toEqual([304, 0])
  const script = await get('/assets/index-abc.js')
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(script.body.toString()).toBe(SCRIPT)
})

test('what a browser can unpack is sent packed', async () => {
  const { headers, body } = await get('/assets/index-abc.js', { 'accept-encoding': 'gzip, deflate, br' })
  expect(headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' })
  expect(body.length).toBeLessThan(SCRIPT.length / 2)
  expect(brotliDecompressSync(body).toString()).toBe(SCRIPT)
})

test('every address of the interface leads to the page, in a browser', async () => {
  for (const path of ['/devices', '/folders/docs/add-remote', '/folders/a%20b?x=1'])
    expect((await get(path, BROWSER)).body.toString(), path).toBe(PAGE)
  expect((await get('/devices', { accept: '*/*' })).status).toBe(404)
})

test.each([
  '/../package.json',
  '/assets/../../package.json',
  '/assets/%2e%2e/index.html',
  '/%2e%2e%2f%2e%2e%2fetc/passwd',
  '/assets/',
  '/assets/nothing.js',
  '//evil.example/',
  '/..%5c..%5cwindows',
])('%s leads nowhere', async path => {
  const { status, body } = await get(path, BROWSER)
  expect(status === 404 || body.toString() === PAGE).toBe(true)
  expect(body.toString()).not.toContain('root:')
})

test('nothing is changed here', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PROPFIND']) expect((await get('/', BROWSER, method)).status).toBe(404)
  expect((await get('/', BROWSER, 'HEAD')).body.length).toBe(0)
})

test('no frame, no script and no style but our own, and no word to others of where one was', async () => {
  const { headers } = await get('/', BROWSER)
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("style-src 'self';")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).not.toContain('unsafe')
  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
})

test('a page of another site cannot reach it by a name of its own', async () => {
  for (const host of ['evil.example', 'nas.example.evil.example', 'localhost.evil.example:80'])
    expect((await get('/', { ...BROWSER, host })).status, host).toBe(403)
  for (const host of ['localhost:8440', '127.0.0.1', '[::1]:8440', 'NAS.example'])
    expect((await get('/', { ...BROWSER, host })).status, host).toBe(200)
})

test('where the interface was not built there is none', () => {
  expect(openSite({ folder: join(folder, 'assets'), hostNames: () => [] })).toBeUndefined()
})
