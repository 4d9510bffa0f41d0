// Not a byte goes to a server whose certificate is not to be trusted, whatever is wrong with it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { syncline, twoDirectories } from '../cli/program.ts'

let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'syncline-certificates-'))
  writeFileSync(file('ca', 'index'), '')
  const section = `database=${file('ca', 'index')}\nrand_serial=yes\nnew_certs_dir=${dir}\ndefault_md=sha256\nunique_subject=no\npolicy=names`
  writeFileSync(file('ca', 'cnf'), `[ca]\ndefault_ca=all\n[all]\n${section}\n[names]\ncommonName=supplied\n`)
  for (const name of ['ca', 'other-ca']) makeAuthority(name)
})

afterAll(() => rmSync(dir, { recursive: true }))

interface Flaw {
  readonly authority?: 'ca' | 'other-ca' | 'itself'
  readonly host?: string
  readonly usage?: string
  /** Days from now. */
  readonly from?: number
  readonly until?: number
  readonly signer?: string
}

const FLAWS: Readonly<Record<string, Flaw>> = {
  'signed by itself': { authority: 'itself' },
  'signed by an authority nobody knows': { authority: 'other-ca' },
  'for another address': { host: 'IP:127.0.0.2' },
  'for another name': { host: 'DNS:example.org' },
  'for no name but the old common one': { host: '' },
  expired: { from: -20, until: -10 },
  'not valid yet': { from: 10, until: 20 },
  'for clients only': { usage: 'clientAuth' },
  'signed by a certificate that may not sign': { signer: 'leaf' },
}

test('the right certificate is taken', async () => {
  const { status, err, asked } = await run('good', {})
  expect(err).not.toContain('certificate')
  expect({ status, asked: asked > 0 }).toEqual({ status: 3, asked: true })
})

test.each(Object.entries(FLAWS))('a certificate %s is refused before anything is asked', async (name, flaw) => {
  const { status, err, asked } = await run(name.replaceAll(' ', '-'), flaw)
  expect(err).toContain('certificate')
  expect(err).not.toContain('open-sesame')
  expect({ status, asked }).toEqual({ status: 3, asked: 0 })
})

test('no setting of the environment makes the program trust what it should not', async () => {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  expect(await run('by-environment', { authority: 'itself' }, env)).toMatchObject({ status: 3, asked: 0 })
})

async function run(name: string, flaw: Flaw, env: Record<string, string> = {}) {
  using two = twoDirectories()
  if (flaw.signer !== undefined) makeCertificate(flaw.signer, {})
  makeCertificate(name, flaw)
  let asked = 0
  const options = { key: readFileSync(file(name, 'key')), cert: chainOf(name, flaw) }
  const server = https.createServer(options, (_, response) => {
    asked += 1
    response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const secrets = { SYNCLINE_PASSWORD: 'open-sesame-7', NODE_EXTRA_CA_CERTS: file('ca', 'pem') }
  const ended = await syncline(['sync', two.a, url, '--user', 'alice'], { env: { ...secrets, ...env } })
  server.closeAllConnections()
  server.close()
  return { ...ended, asked }
}

function chainOf(name: string, { signer }: Flaw): string {
  return [name, ...(signer === undefined ? [] : [signer])].map(each => readFileSync(file(each, 'pem'), 'utf8')).join('')
}

const file = (name: string, kind: string): string => join(dir, `${name}.${kind}`)
const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })

function makeKey(name: string): void {
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file(name, 'key'))
}

function makeAuthority(name: string): void {
  makeKey(name)
  const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE']
  openssl('req', '-x509', '-new', '-key', file(name, 'key'), '-days', '30', ...subject, '-out', file(name, 'pem'))
}

function makeCertificate(name: string, flaw: Flaw): void {
  const { authority = 'ca', host = 'IP:127.0.0.1', usage = 'serverAuth', from = -1, until = 30, signer } = flaw
  makeKey(name)
  openssl('req', '-new', '-key', file(name, 'key'), '-subj', '/CN=127.0.0.1', '-out', file(name, 'csr'))
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    `extendedKeyUsage=${usage}`,
    ...(host === '' ? [] : [`subjectAltName=${host}`]),
  ]
  writeFileSync(file(name, 'ext'), extensions.join('\n'))
  const by = signer ?? authority
  const signed =
    by === 'itself'
      ? ['-selfsign', '-keyfile', file(name, 'key')]
      : ['-cert', file(by, 'pem'), '-keyfile', file(by, 'key')]
  const days = ['-startdate', dayFromNow(from), '-enddate', dayFromNow(until)]
  const files = ['-in', file(name, 'csr'), '-extfile', file(name, 'ext'), '-out', file(name, 'pem')]
  openssl('ca', '-batch', '-notext', '-config', file('ca', 'cnf'), ...signed, ...days, ...files)
}

/** As certificates write it: `20261122000000Z`. */
function dayFromNow(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`
}
