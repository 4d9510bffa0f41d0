// Passwords as scrypt hashes that say how they were made.
import { scrypt, timingSafeEqual } from 'node:crypto'
import { AssertionError, SyncError } from '../model/errors.ts'
import type { Random } from '../platform/world.ts'
import { looksLikeAppPassword } from './secret.ts'

/** N is 2 to the power of `logN`; memory is 128 · N · r bytes. */
export interface ScryptCost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** 32 MiB, about 0.12 s. */
export const SCRYPT_COST: ScryptCost = { logN: 15, r: 8, p: 1 }

const SALT_BYTES = 16
const KEY_BYTES = 32
const MIN_CHARACTERS = 8
/** Longer ones are refused before anything is computed. */
export const MAX_PASSWORD_BYTES = 1024

interface Hash {
  readonly cost: ScryptCost
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** Throws `usage` for a password that nobody should have. */
export function checkPassword(password: string): void {
  if (isTooLong(password)) throw new SyncError('usage', `The password is longer than ${MAX_PASSWORD_BYTES} bytes.`)
  if (Array.from(password).length < MIN_CHARACTERS)
    throw new SyncError('usage', `The password is too short: it needs at least ${MIN_CHARACTERS} characters.`)
  if (looksLikeAppPassword(password))
    throw new SyncError('usage', 'The password has the form of an app password. Choose another one.')
}

export function isTooLong(password: string): boolean {
  return password.length > MAX_PASSWORD_BYTES || Buffer.byteLength(password) > MAX_PASSWORD_BYTES
}

export async function hashPassword(password: string, cost: ScryptCost, random: Random): Promise<string> {
  const salt = random.bytes(SALT_BYTES)
  return format({ cost, salt, key: await derive(password, salt, cost) })
}

export async function isPassword(password: string, text: string): Promise<boolean> {
  const { cost, salt, key } = parse(text)
  return timingSafeEqual(await derive(password, salt, cost), key)
}

/** The same work as `isPassword`, for a user who does not exist or has no password. */
export async function wastePassword(password: string, cost: ScryptCost): Promise<void> {
  await derive(password, new Uint8Array(SALT_BYTES), cost)
}

/** Whether it was made with less work than is asked for now. */
export function isWeaker(text: string, cost: ScryptCost): boolean {
  const made = parse(text).cost
  return made.logN < cost.logN || made.r < cost.r || made.p < cost.p
}

/** One spelling, whatever keyboard it was typed on. */
function derive(password: string, salt: Uint8Array, { logN, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** logN
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r + 1024 * p }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function format({ cost, salt, key }: Hash): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return `scrypt$${cost.logN}$${cost.r}$${cost.p}$${base64(salt)}$${base64(key)}`
}

function parse(text: string): Hash {
  const [kind, logN, r, p, salt = '', key = ''] = text.split('$')
  const bytes = Buffer.from(key, 'base64url')
  if (kind !== 'scrypt' || bytes.length !== KEY_BYTES) throw new AssertionError('a stored password hash is not ours')
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  return { cost, salt: Buffer.from(salt, 'base64url'), key: bytes }
}
