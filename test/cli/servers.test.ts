// The same command against servers: found out by probing, named in several ways, trusted by certificate.
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { DavFault, faultReply } from '../fakes/owncloud/message.ts'
import { startFakeOwncloud } from '../fakes/owncloud/server.ts'
import { startApache } from '../interop/servers/apache.ts'
import { contents, syncline, twoDirectories, write } from './program.ts'

const alice = { env: { SYNCLINE_PASSWORD: 'secret' } }

test.each(['owncloud', 'nextcloud'] as const)(
  '%s is found at its root, its WebDAV addresses, and in sub-directories',
  async flavour => {
    const server = await startFakeOwncloud({ flavour, base: '/cloud' })
    try {
      server.tree.put('Photos/sea.jpg', 'sea')
      for (const address of ['', '/remote.php/webdav', '/remote.php/dav/files/alice/']) {
        using two = twoDirectories()
        expect(await syncline(['sync', two.a, server.url + address, '--user', 'alice'], alice)).toMatchObject({
          status: 0,
        })
        expect(contents(two.a)).toMatchObject({ 'Photos/sea.jpg': 'sea' })
      }
      for (const address of ['/Photos', '/remote.php/webdav/Photos', '/remote.php/dav/files/alice/Photos']) {
        using two = twoDirectories()
        const url = `${server.url}${address}`.replace('http:', 'dav:')
        expect(await syncline(['sync', two.a, url, '--user', 'alice'], alice)).toMatchObject({ status: 0 })
        expect(contents(two.a)).toEqual({ '.': '/', 'sea.jpg': 'sea' })
      }
    } finally {
      await server.stop()
    }
  },
)

test('the same account in another spelling is the same pair, and an idle run costs one listing', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  try {
    write(two.a, 'x', 'x')
    write(two.a, 'y', 'y')
    await syncline(['sync', two.a, server.url, '--user', 'alice'], alice)
    server.tree.remove('x')
    const other = `${server.url}/remote.php/dav/files/alice/`
    expect(await syncline(['sync', two.a, other, '--user', 'alice'], alice)).toMatchObject({ status: 0 })
    expect(contents(two.a)).toEqual({ '.': '/', y: 'y' })
    server.resetCounters()
    expect(await syncline(['sync', two.a, server.url, '--user', 'alice'], alice)).toMatchObject({ status: 0 })
    expect(server.count('PROPFIND')).toBe(1)
  } finally {
    await server.stop()
  }
})

test('3: a first contact that fails says why: nobody was named, or there is no such directory', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  try {
    const unnamed = await syncline(['sync', two.a, server.url])
    expect(unnamed).toMatchObject({ status: 3, err: expect.stringContaining('and none were given') })
    const nowhere = await syncline(['sync', two.a, `${server.url}/no/where`, '--user', 'alice'], alice)
    expect(nowhere).toMatchObject({ status: 3, err: expect.stringContaining('There is no directory at this address') })
  } finally {
    await server.stop()
  }
})

test('3: in maintenance nothing is done, and nothing is deleted', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  try {
    write(two.a, 'x', 'x')
    await syncline(['sync', two.a, server.url, '--user', 'alice'], alice)
    server.maintenance = true
    const { status, err } = await syncline(['sync', two.a, server.url, '--user', 'alice'], alice)
    expect(status).toBe(3)
    expect(err).toMatch(/maintained/)
    expect(contents(two.a)).toMatchObject({ x: 'x' })
  } finally {
    await server.stop()
  }
})

test('what was refused is tried again by the next run that somebody starts, and not only when its time has come', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud({ flavour: 'owncloud' })
  try {
    write(two.a, 'x', 'x')
    const reply = faultReply(new DavFault(403, 'Forbidden', 'not now'))
    server.faults.add({ method: 'PUT', path: 'x', act: { do: 'reply', reply } })
    const args = ['sync', two.a, server.url, '--user', 'alice']
    const { status, out } = await syncline(args, alice)
    expect({ status, out }).toEqual({ status: 1, out: expect.stringMatching(/^x: .*\n1 path not in sync/) })
    expect(out).not.toContain('Tried again')
    server.faults.clear()
    expect((await syncline(['why', two.a, 'x'], alice)).out).toContain('next run: upload x')
    expect(await syncline(args, alice)).toMatchObject({ status: 0 })
    expect(server.tree.read('x').toString()).toBe('x')
  } finally {
    await server.stop()
  }
})

test('a dry run sends nothing that writes', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  try {
    server.tree.put('there', 'x')
    write(two.a, 'here', 'x')
    const { status, out } = await syncline(['sync', two.a, server.url, '--user', 'alice', '-n'], alice)
    expect(status).toBe(0)
    expect(out).toContain('would upload here')
    expect(new Set(server.requests.map(({ method }) => method))).toEqual(new Set(['GET', 'PROPFIND']))
  } finally {
    await server.stop()
  }
})

test('why asks the server when there is a password, and names it when there is none', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  try {
    write(two.a, 'x', 'x')
    await syncline(['sync', two.a, server.url, '--user', 'alice'], alice)
    server.tree.put('x', 'edited there')
    server.resetCounters()
    const offline = await syncline(['why', two.a, 'x'])
    expect(offline.out).toMatch(new RegExp(`^remote: +${server.url}/, as alice$`, 'm'))
    expect(server.count()).toBe(0)
    const online = await syncline(['why', two.a, 'x'], alice)
    expect(online.out).toContain('next run: download x (12 B): it was changed on the other side only')
  } finally {
    await server.stop()
  }
})

test('a certificate that nobody vouches for is refused, and trusted when exactly it is named', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  const front = await startTls(two.root, new URL(server.url))
  try {
    write(two.a, 'x', 'x')
    const args = ['sync', two.a, front.url, '--user', 'alice']
    const refused = await syncline(args, alice)
    expect(refused.status).toBe(3)
    expect(server.count()).toBe(0)
    const pin = /sha256:[0-9a-f]{64}/.exec(refused.err)?.[0] ?? ''
    const wrong = `sha256:${'0'.repeat(64)}`
    expect(await syncline([...args, '--trust-cert', wrong], alice)).toMatchObject({ status: 3 })
    expect(server.count()).toBe(0)
    expect(await syncline([...args, '--trust-cert', pin], alice)).toMatchObject({ status: 0 })
    expect(server.tree.read('x').toString()).toBe('x')
  } finally {
    front.close()
    await server.stop()
  }
})

test('a plain WebDAV server is synced with', async () => {
  using two = twoDirectories()
  mkdirSync(join(two.root, 'apache'))
  // The server's own account has to get there.
  chmodSync(two.root, 0o755)
  const server = await startApache(join(two.root, 'apache'))
  if ('missing' in server) return
  try {
    write(two.a, 'docs/a', 'a')
    write(two.a, 'b', 'b')
    expect(await syncline(['sync', two.a, server.url.href])).toMatchObject({ status: 0, err: '' })
    expect(readFileSync(join(server.root, 'docs/a'), 'utf8')).toBe('a')
    rmSync(join(two.a, 'b'))
    write(two.a, 'docs/a', 'edited')
    expect(await syncline(['sync', two.a, server.url.href.replace(/\/$/, '')])).toMatchObject({ status: 0 })
    expect(readFileSync(join(server.root, 'docs/a'), 'utf8')).toBe('edited')
    expect((await syncline(['sync', two.a, server.url.href])).out).toContain('Nothing to do')
    expect(await syncline(['sync', two.a, `${server.url.href}nowhere`])).toMatchObject({ status: 3 })
  } finally {
    await server.stop()
  }
})

/** A server with a certificate of its own that passes everything on. */
async function startTls(dir: string, to: URL): Promise<{ readonly url: string; close(): void }> {
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=self', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ])
  const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, socket => {
    const behind = net.connect(Number(to.port), to.hostname)
    for (const end of [socket, behind]) end.on('error', () => end.destroy())
    socket.pipe(behind).pipe(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}/`, close: () => void server.close() }
}
