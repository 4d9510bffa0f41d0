import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../test/interop/servers/program.ts'
import { SyncError } from '../../model/errors.ts'
import { type Certificate, ownCertificate } from '../home/certificate.ts'
import { type Listener, openListener } from './listener.ts'
import { type ListenConfig, Listening } from './listening.ts'

let directory: string
let opened: Listening[]
let told: string[]
let moved: string[]
let shown: Certificate | undefined
/** An hour passes when this is called. */
let hourPasses: () => void

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-listening-'))
  opened = []
  told = []
  moved = []
  shown = undefined
})
afterEach(async () => {
  for (const one of opened) await one.close(0)
  rmSync(directory, { recursive: true, force: true })
})

const config = (port: number, tls: 'off' | 'own' = 'off', host = '127.0.0.1'): ListenConfig => ({
  listen: { host, port },
  tls: { kind: tls },
  hostNames: [],
})

async function open(first: ListenConfig, onMove: () => void = () => {}): Promise<Listening> {
  const clock = {
    now: Date.now,
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        hourPasses = resolve
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const listening = await Listening.open(
    {
      open: async to => {
        const listener = await openListener({
          ...to,
          socket: join(directory, 'api.sock'),
          answer: (_, response) => response.end('here'),
          upgrade: () => false,
        })
        const move: Listener['move'] = (...there) => {
          const moving = listener.move(...there)
          onMove()
          return moving
        }
        return Object.defineProperty({ ...listener, move }, 'urls', { get: () => listener.urls })
      },
      certificateFor: async ({ tls }) => {
        if (tls.kind === 'off') return undefined
        shown ??= await certificate('first')
        return shown
      },
      check: ({ listen }) => {
        if (listen.host !== '127.0.0.1') throw new SyncError('usage', 'Not there.')
      },
      fixed: undefined,
      clock,
      tell: (_, text) => void told.push(text),
      onMoved: urls => void moved.push(...urls),
    },
    first,
  )
  opened.push(listening)
  return listening
}

function certificate(name: string): Promise<Certificate> {
  const files = { certificate: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) }
  return ownCertificate({ files, clock: { now: Date.now, sleep: () => Promise.reject(new Error('no')) } })
}

interface Asked {
  readonly text: string
  /** `sha256:…` of the certificate that was shown. */
  readonly fingerprint: string | undefined
}

function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const onAnswer = async (answer: IncomingMessage) => {
      const raw = (answer.socket as TLSSocket).getPeerCertificate?.()?.fingerprint256
      const fingerprint = raw && `sha256:${raw.replaceAll(':', '').toLowerCase()}`
      resolve({ text: (await answer.toArray()).join(''), fingerprint })
    }
    const settings = { agent: false as const, headers }
    const request = url.startsWith('https:')
      ? getSecure(url, { ...settings, rejectUnauthorized: false }, onAnswer)
      : getPlain(url, settings, onAnswer)
    request.on('error', reject)
  })
}

const urlOf = (listening: Listening) => listening.urls[0] ?? ''

test('another address holds at once, and the old one no more', async () => {
  const listening = await open(config(0))
  const before = urlOf(listening)
  const port = await freePort()
  await listening.follow(config(port))
  expect(urlOf(listening)).toBe(`http://127.0.0.1:${port}`)
  expect(moved).toEqual(listening.urls)
  expect(await ask(urlOf(listening))).toMatchObject({ text: 'here' })
  await expect(ask(before)).rejects.toThrow()
})

test('a path, a destination and a condition of 16,000 characters each are taken', async () => {
  const url = urlOf(await open(config(0)))
  const long = 'a'.repeat(16_000)
  expect(await ask(`${url}/${long}`, { destination: long, if: long })).toMatchObject({ text: 'here' })
})

test('TLS is switched on and off at one address', async () => {
  const port = await freePort()
  const listening = await open(config(port))
  await listening.follow(config(port, 'own'))
  expect(urlOf(listening)).toBe(`https://127.0.0.1:${port}`)
  expect((await ask(urlOf(listening))).fingerprint).toBe(shown?.fingerprint)
  await listening.follow(config(port))
  expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({ text: 'here' })
})

test('an address that another program takes in the instant in between is told, and taken again when it is free', async () => {
  const port = await freePort()
  const other = createServer()
  let isTaken = false
  const listening = await open(config(port), () => {
    if (!isTaken) other.listen(port)
    isTaken = true
  })
  await listening.follow(config(port, 'own'))
  expect(listening.urls).toEqual([])
  expect(told.at(-1)).toContain('nobody is listened to')
  await new Promise(resolve => other.close(resolve))
  hourPasses()
  await expect.poll(() => listening.urls, { timeout: 60_000 }).toEqual([`https://127.0.0.1:${port}`])
  expect((await ask(urlOf(listening))).fingerprint).toBe(shown?.fingerprint)
})

test('an address that is taken, or not allowed, changes nothing and is told', async () => {
  const listening = await open(config(0))
  const before = urlOf(listening)
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  await listening.follow(config((taken.address() as AddressInfo).port))
  expect(told.at(-1)).toContain('listens at')
  await listening.follow(config(0, 'off', '0.0.0.0'))
  expect(told.at(-1)).toContain('Not there.')
  expect(urlOf(listening)).toBe(before)
  expect(await ask(before)).toMatchObject({ text: 'here' })
  taken.close()
})

test('a certificate that was renewed is shown from then on, without a pause', async () => {
  const listening = await open(config(0, 'own'))
  const before = await ask(urlOf(listening))
  shown = await certificate('second')
  hourPasses()
  let after = before
  for (let n = 0; n < 5000 && after.fingerprint === before.fingerprint; n += 1) after = await ask(urlOf(listening))
  expect(after.fingerprint).toBe(shown.fingerprint)
  expect(told).toEqual([`There is another certificate from now on: ${shown.fingerprint}`])
})
