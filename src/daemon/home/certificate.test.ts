import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Certificate, givenCertificate, ownCertificate } from './certificate.ts'

const DAY_MS = 86_400_000
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-certificate-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const files = () => ({ certificate: join(directory, 'cert.pem'), key: join(directory, 'key.pem') })
const clock = { nowMs: Date.now(), now: () => clock.nowMs, sleep: () => Promise.resolve() }
const own = (names?: readonly string[]) => ownCertificate({ files: files(), clock, ...(names && { names }) })

interface Seen {
  readonly authorized: boolean
  readonly fingerprint: string
  readonly protocol: string | null
}

async function seenBy(host: string, { certificate, key }: Certificate): Promise<Seen> {
  const server = tls.createServer({ cert: certificate, key })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await new Promise((resolve, reject) => {
      const name = host === '127.0.0.1' ? {} : { servername: host }
      const socket = tls.connect({ host: '127.0.0.1', port, ca: certificate, ...name }, () => {
        const fingerprint = `sha256:${socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase()}`
        resolve({ authorized: socket.authorized, fingerprint, protocol: socket.getProtocol() })
        socket.destroy()
      })
      socket.on('error', reject)
    })
  } finally {
    server.close()
  }
}

test.each(['localhost', '127.0.0.1', 'nas.example.org'])('a client that trusts it accepts it for %s', async host => {
  const made = await own(['nas.example.org'])
  expect(await seenBy(host, made)).toEqual({ authorized: true, fingerprint: made.fingerprint, protocol: 'TLSv1.3' })
})

test('it is refused for another name', async () => {
  await expect(seenBy('evil.example.org', await own())).rejects.toThrow(/altnames/)
})

test('it is made once, and its files are for its user only', async () => {
  const made = await own()
  expect(await own(['another.name'])).toEqual(made)
  expect(made.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/)
  for (const file of Object.values(files())) expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('it is made anew a month before it ends, and when the clock shows it as not valid yet', async () => {
  const made = await own()
  clock.nowMs = made.expiresAt - 31 * DAY_MS
  expect((await own()).fingerprint).toBe(made.fingerprint)
  clock.nowMs = made.expiresAt - 29 * DAY_MS
  const renewed = await own()
  expect(renewed.fingerprint).not.toBe(made.fingerprint)
  expect(renewed.expiresAt).toBeGreaterThan(clock.nowMs + 360 * DAY_MS)
  clock.nowMs = Date.now()
  expect((await own()).fingerprint).not.toBe(renewed.fingerprint)
})

test.each<[string, (at: ReturnType<typeof files>) => void]>([
  ['a missing key', at => rmSync(at.key)],
  ['a damaged certificate', at => writeFileSync(at.certificate, 'nonsense')],
  ['an empty key', at => writeFileSync(at.key, '')],
])('after %s a new pair is made', async (_, spoil) => {
  const before = await own()
  spoil(files())
  const after = await own()
  expect(after.fingerprint).not.toBe(before.fingerprint)
  expect(await own()).toEqual(after)
})

test('a certificate that was brought is taken, or refused with the reason', async () => {
  const made = await own()
  expect(await givenCertificate(files())).toEqual(made)
  await expect(givenCertificate({ ...files(), key: files().certificate })).rejects.toThrow(/do not belong together/)
  await expect(givenCertificate({ ...files(), certificate: join(directory, 'none') })).rejects.toThrow(
    /no certificate at/,
  )
})
