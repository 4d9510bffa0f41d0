// The program's own certificate for HTTPS, where its user brings none.
import 'reflect-metadata'
import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import * as x509 from '@peculiar/x509'
import { SyncError } from '../../model/errors.ts'
import type { Clock } from '../../platform/world.ts'
import { readText, replaceFile } from './private-file.ts'

export interface Certificate {
  /** PEM, as `tls.createServer` takes them. */
  readonly certificate: string
  readonly key: string
  /** As `--trust-cert` wants it: `sha256:` and 64 hexadecimal digits. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

export interface OwnCertificateOptions {
  readonly files: CertificateFiles
  readonly clock: Clock
  /** Besides `localhost`, the loopback addresses, and what this machine is called and has. */
  readonly names?: readonly string[]
}

const DAY_MS = 86_400_000
/** What clients accept at most for a certificate that somebody trusts by hand. */
const LIVE_MS = 397 * DAY_MS
/** Clients that are given a new one have this long to notice. */
const RENEW_MS = 30 * DAY_MS
const MAX_NAMES = 60
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * The certificate in `files`, made when there is none, when it ends soon, or when its key does not fit. A new name or address of the machine
 * makes no new one: those who trust this one by its fingerprint would have to do it again.
 */
export async function ownCertificate(options: OwnCertificateOptions): Promise<Certificate> {
  const { files, clock } = options
  const found = await readPair(files)
  const now = clock.now()
  if (found !== undefined && isUsable(found, now)) return found
  const made = await make(namesOf(options.names ?? []), now)
  // The key first: a certificate whose key is missing is made anew, whatever happens in between.
  await replaceFile(files.key, made.key)
  await replaceFile(files.certificate, made.certificate)
  return made
}

/** A certificate that the user brings. Throws `usage` when it cannot be used. */
export async function givenCertificate(files: CertificateFiles): Promise<Certificate> {
  const [certificate, key] = await Promise.all([readText(files.certificate), readText(files.key)])
  if (certificate === undefined) throw new SyncError('usage', `There is no certificate at ${files.certificate}.`)
  if (key === undefined) throw new SyncError('usage', `There is no key at ${files.key}.`)
  const read = pairOf(certificate, key)
  if (read === undefined)
    throw new SyncError(
      'usage',
      `The certificate ${files.certificate} and the key ${files.key} are no PEM files, or do not belong together.`,
    )
  return read
}

async function readPair({ certificate, key }: CertificateFiles): Promise<Certificate | undefined> {
  const texts = await Promise.all([readText(certificate), readText(key)])
  return texts[0] === undefined || texts[1] === undefined ? undefined : pairOf(texts[0], texts[1])
}

/** Undefined when one of them is unreadable, or they do not belong together. */
function pairOf(certificate: string, key: string): Certificate | undefined {
  try {
    const read = new X509Certificate(certificate)
    if (!read.checkPrivateKey(createPrivateKey(key))) return undefined
    return { certificate, key, fingerprint: fingerprintOf(read.raw), expiresAt: Date.parse(read.validTo) }
  } catch {
    // Whatever is wrong with it, the answer is the same: it cannot be used.
    return undefined
  }
}

function isUsable({ certificate, expiresAt }: Certificate, now: number): boolean {
  const from = Date.parse(new X509Certificate(certificate).validFrom)
  return from <= now && now < expiresAt - RENEW_MS
}

async function make(names: readonly string[], now: number): Promise<Certificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
      .toString('hex')
      .replace(/^./, '4'),
    name: 'CN=Syncline',
    // A day back: the clocks of clients differ.
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now - DAY_MS + LIVE_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map(value => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
      ),
    ],
  })
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    format: 'der',
    type: 'pkcs8',
  })
  const pem = made.toString('pem')
  return {
    certificate: pem.endsWith('\n') ? pem : `${pem}\n`,
    key: String(key.export({ format: 'pem', type: 'pkcs8' })),
    fingerprint: fingerprintOf(Buffer.from(made.rawData)),
    expiresAt: made.notAfter.getTime(),
  }
}

function fingerprintOf(der: Uint8Array): string {
  return `sha256:${createHash('sha256').update(der).digest('hex')}`
}

/** What the machine is called and has now. Link-local addresses mean nothing to others. */
function namesOf(more: readonly string[]): readonly string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap(all => all ?? [])
    .map(({ address }) => address)
    .filter(address => !/^(fe80|169\.254)/i.test(address))
  const host = hostname().toLowerCase()
  const names = ['localhost', '127.0.0.1', '::1', ...more, host, `${host.split('.')[0]}.local`, ...addresses]
  return [...new Set(names)].filter(isNameOrAddress).slice(0, MAX_NAMES)
}

function isNameOrAddress(text: string): boolean {
  return isIP(text) !== 0 || /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(text)
}
