// Who this device is: a certificate and its key, made once. The hash of the certificate is the device's name in the mesh (BEP v1, "Device IDs").
import { createHash, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { constants } from 'node:fs'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { SyncError } from '../model/errors.ts'
import type { DeviceId } from '../model/version.ts'
import { codeOf } from '../platform/tree.ts'
import { type DeviceKey, deviceKeyOf, shortIdOf } from '../wire/bep/device-key.ts'

export interface Identity {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly device: DeviceKey
  readonly shortId: DeviceId
}

const CERT_FILE = 'cert.pem'
const KEY_FILE = 'key.pem'
/** Peers look for this name in a certificate. */
export const CERT_NAME = 'syncthing'
const LIFETIME_DAYS = 20 * 365
const DAY_MS = 86_400_000
const PRIVATE = 0o600

/** The identity kept in `directory`; made, and kept there for this user alone, when there is none yet. */
export async function openIdentity(directory: string): Promise<Identity> {
  const [cert, key] = await Promise.all([read(join(directory, CERT_FILE)), read(join(directory, KEY_FILE))])
  if (cert !== undefined && key !== undefined) return identityOf(cert, key)
  if (cert !== undefined || key !== undefined) throw halfThere(directory, cert === undefined ? CERT_FILE : KEY_FILE)
  const made = await makeCertificate(new Date())
  // The key first: a certificate without its key would be an identity that nobody can prove any more.
  await create(directory, KEY_FILE, made.key)
  await create(directory, CERT_FILE, made.cert)
  return identityOf(made.cert, made.key)
}

/** The key of the device that showed this certificate, from its bytes as they came. */
export function deviceOfCertificate(der: Uint8Array): DeviceKey {
  return deviceKeyOf(createHash('sha256').update(der).digest())
}

function identityOf(cert: string, key: string): Identity {
  const device = deviceOfCertificate(new X509Certificate(cert).raw)
  return { cert, key, device, shortId: shortIdOf(device) }
}

/** As Syncthing makes them: ECDSA on P-384, signed with SHA-256, for both ends of a connection. */
export async function makeCertificate(now: Date): Promise<{ readonly cert: string; readonly key: string }> {
  // Large, and needed once in the life of a device.
  await import('reflect-metadata')
  const {
    BasicConstraintsExtension,
    ExtendedKeyUsage,
    ExtendedKeyUsageExtension,
    SubjectAlternativeNameExtension,
    X509CertificateGenerator,
  } = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${CERT_NAME}, O=Syncthing, OU=Automatically Generated`,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + LIFETIME_DAYS * DAY_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: CERT_NAME }]),
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const lines = pkcs8.match(/.{1,64}/g)?.join('\n') ?? ''
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  }
}

/** Positive, at most 63 bits. */
function serialNumber(): string {
  const bytes = randomBytes(8)
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40
  return bytes.toString('hex')
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new SyncError(
      'io',
      `The identity of this device, ${file}, cannot be read (${codeOf(error) ?? String(error)}).`,
      {
        cause: error,
        scope: 'folder',
      },
    )
  }
}

/** Whole and durable, or not at all; never over something else. */
async function create(directory: string, name: string, text: string): Promise<void> {
  const file = join(directory, name)
  const staged = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(staged, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(staged, file)
  } finally {
    await unlink(staged)
  }
}

function halfThere(directory: string, missing: string): SyncError {
  return new SyncError(
    'io',
    `In ${directory}, ${missing} is missing: half of this device's identity. Put it back from a backup, or remove the other half, and this becomes a new device that the others have to be told of.`,
    { scope: 'folder' },
  )
}
