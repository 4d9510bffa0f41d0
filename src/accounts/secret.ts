// Random secrets: made here, told once, kept as SHA-256. With 256 random bits there is nothing to stretch.
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../platform/world.ts'

const BYTES = 32
/** Tells an app password from a password, so that a revoked one costs no scrypt and no one's patience. */
const APP_PASSWORD = 'sap-'
const APP_PASSWORD_FORM = /^sap-[A-Za-z0-9_-]{43}$/

/** 43 letters, digits, '-' and '_'. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(BYTES)).toString('base64url')
}

export function newAppPassword(random: Random): string {
  return APP_PASSWORD + newToken(random)
}

/** Whether it can only be an app password. Nobody may choose such a password. */
export function looksLikeAppPassword(secret: string): boolean {
  return APP_PASSWORD_FORM.test(secret)
}

/** 24 hexadecimal digits. */
export function newId(random: Random): string {
  return Buffer.from(random.bytes(12)).toString('hex')
}

export function hashOf(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer')
}

/** Follows from `token`, and does not tell it. */
export function formTokenOf(token: string): string {
  return createHmac('sha256', token).update('form').digest('base64url')
}

export function isSame(a: string, b: string): boolean {
  return timingSafeEqual(hashOf(a), hashOf(b))
}
