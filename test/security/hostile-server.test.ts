// What a server may say and send: nothing of it gets outside the folder, onto the terminal, or to our password.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contents, type Ended, pathsIn, syncline, twoDirectories, write } from '../cli/program.ts'
import type { Reply } from '../fakes/owncloud/message.ts'
import { startFakeOwncloud } from '../fakes/owncloud/server.ts'

const SECRET = 'open-sesame-7'
const MARKS = [SECRET, encodeURIComponent(SECRET), Buffer.from(`alice:${SECRET}`).toString('base64')]
const login = (env: Record<string, string> = {}) => ({ env: { SYNCLINE_PASSWORD: SECRET, ...env } })

function expectNoSecret(root: string, { out, err }: Ended): void {
  const files = pathsIn(root).filter(path => statSync(join(root, path)).isFile())
  for (const mark of MARKS) {
    expect(out + err).not.toContain(mark)
    expect(files.filter(path => readFileSync(join(root, path), 'latin1').includes(mark))).toEqual([])
  }
}

test('a secret stays out of everything said and kept when the server refuses it', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: 'another' } })
  write(two.a, 'x', 'x')
  try {
    for (const extra of [[], ['--verbose', '--json'], ['--dry-run']]) {
      const run = await syncline(['sync', two.a, server.url, '--user', 'alice', ...extra], login())
      expect(run.status).toBe(3)
      expectNoSecret(two.root, run)
    }
    const url = new URL(server.url)
    url.username = 'alice'
    url.password = SECRET
    const run = await syncline(['sync', two.a, url.href, '--verbose'])
    expect(run.status).toBe(3)
    expectNoSecret(two.root, run)
  } finally {
    await server.stop()
  }
})

test('a secret does not follow a redirect to another host or scheme', async () => {
  using two = twoDirectories()
  const asked: string[] = []
  const other = await listen((request, response) => {
    asked.push(`${request.method} ${request.headers.authorization}`)
    response.end()
  })
  for (const location of [`${other.url}steal`, 'file:///etc/passwd', 'https://127.0.0.1:1/', '//127.0.0.1:1/x']) {
    const server = await listen((_, response) => response.writeHead(302, { location }).end())
    const run = await syncline(['sync', two.a, server.url, '--user', 'alice', '--verbose'], login())
    expect(run.status, location).toBe(3)
    expectNoSecret(two.root, run)
    expect(contents(two.a)).toEqual({ '.': '/' })
    server.stop()
  }
  expect(asked).toEqual([])
  other.stop()
})

test("a server's names stay inside the folder, and its own directory is nobody else's", async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: SECRET } })
  const outside = join(two.root, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'precious'), 'precious')
  write(two.a, 'mine', 'mine')
  server.tree.put('a.txt', 'hostile')
  server.tree.put('back\\slash', 'a name like any other')
  server.tree.put('.SyncLine/index.db', 'hostile')
  server.tree.put('.syncline/marker', 'hostile')
  const names = ['%2e%2e', '..%2foutside%2fprecious', '..%2f..%2fprecious', 'a%00', '%ff', '%2e', '.SYNCLINE']
  const edit = (reply: Reply): Reply => ({ ...reply, body: withNames(String(reply.body), names) })
  server.faults.add({ method: 'PROPFIND', path: '', act: { do: 'edit', edit } })
  try {
    const run = await syncline(['sync', two.a, server.url, '--user', 'alice'], login())
    expect(run.status).toBe(1)
    expect(contents(two.a)).toEqual({
      '.': '/',
      'a.txt': 'hostile',
      'back\\slash': 'a name like any other',
      mine: 'mine',
    })
    expect(readdirSync(two.a).filter(name => name.toLowerCase() === '.syncline')).toEqual(['.syncline'])
    expect(readFileSync(join(two.a, '.syncline/index.db'), 'latin1')).not.toContain('hostile')
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(readdirSync(two.root).sort()).toEqual(['a', 'b', 'outside'])
    expect(server.tree.contents()['.syncline/marker']).toBe('hostile')
  } finally {
    await server.stop()
  }
})

test('what a server says of an error is shown, and cannot draw on the terminal', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ users: { alice: SECRET } })
  write(two.a, 'x', 'x')
  const said = '\u009b31mred\u202e evil &#10;second line \u0085'
  const body = `<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\Forbidden</s:exception><s:message>${said}</s:message></d:error>`
  const reply = { status: 403, headers: { 'Content-Type': 'application/xml; charset=utf-8' }, body }
  server.faults.add({ method: 'PUT', act: { do: 'reply', reply } })
  try {
    const { out, err } = await syncline(['sync', two.a, server.url, '--user', 'alice', '--verbose'], login())
    expect(out + err).toContain('evil')
    expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  } finally {
    await server.stop()
  }
})

test('a body of XML that grows when it is read, or never ends, is refused', async () => {
  using two = twoDirectories()
  const lol = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
  const bodies = [
    `<?xml version="1.0"?>${lol}<d:multistatus xmlns:d="DAV:">&b;&x;</d:multistatus>`,
    '<a>'.repeat(100_000),
  ]
  for (const body of bodies) {
    const server = await listen((request, response) => {
      if (request.method === 'PROPFIND') response.writeHead(207, { 'content-type': 'application/xml' }).end(body)
      else response.writeHead(404).end()
    })
    const run = await syncline(['sync', two.a, server.url, '--user', 'alice'], login())
    expect(run.status).toBe(3)
    expect(run.out + run.err).not.toContain('root:')
    server.stop()
  }
  expect(existsSync(join(two.a, 'etc'))).toBe(false)
})

/** The listing with one more child for each name, made like that of `a.txt`. */
function withNames(body: string, names: readonly string[]): string {
  const response = /<d:response><d:href>[^<]*a\.txt<.*?<\/d:response>/s.exec(body)?.[0] ?? ''
  const more = names.map(name => response.replace('a.txt</d:href>', `${name}</d:href>`))
  return body.replace(response, response + more.join(''))
}

async function listen(answer: http.RequestListener): Promise<{ url: string; stop(): void }> {
  const server = http.createServer((request, response) => {
    request.resume()
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop }
}
