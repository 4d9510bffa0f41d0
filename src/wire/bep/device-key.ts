// A device's identity as people write it: the SHA-256 of its certificate in base32, with check digits (BEP v1, "Device IDs").
import type { Branded } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'

/** The whole identity in its canonical text: eight groups of seven, joined by '-'. */
export type DeviceKey = Branded<string, 'DeviceKey'>

export const DEVICE_KEY_BYTES = 32

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const GROUP = 13
const TEXT = 52

/** The key whose bytes are these 32. */
export function deviceKeyOf(bytes: Uint8Array): DeviceKey {
  const text = base32(bytes)
  const checked = groupsOf(text, GROUP).map(group => group + checkDigit(group))
  return groupsOf(checked.join(''), 7).join('-') as DeviceKey
}

/**
 * The key that `text` spells, or undefined: with or without check digits, dashes and blanks, in any letter case, and with the digits
 * that people mistake for letters.
 */
export function parseDeviceKey(text: string): DeviceKey | undefined {
  const letters = text
    .toUpperCase()
    .replace(/[-\s]|=+$/g, '')
    .replaceAll('0', 'O')
    .replaceAll('1', 'I')
    .replaceAll('8', 'B')
  const plain = letters.length === TEXT ? letters : withoutChecks(letters)
  const bytes = plain === undefined ? undefined : bytesOf(plain)
  return bytes === undefined ? undefined : deviceKeyOf(bytes)
}

/** The 32 bytes behind a key. */
export function bytesOfKey(key: DeviceKey): Uint8Array {
  return bytesOf(withoutChecks(key.replaceAll('-', '')) ?? '') as Uint8Array
}

/** What signs the versions of its changes: the first eight bytes. */
export function shortIdOf(key: DeviceKey): DeviceId {
  return Buffer.from(bytesOfKey(key)).readBigUInt64BE(0) as DeviceId
}

/** As it stands in the names of conflict copies: the first seven letters. */
export function shortTextOf(device: DeviceId): string {
  if (device === 0n) return ''
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(device)
  return base32(bytes).slice(0, 7)
}

function withoutChecks(letters: string): string | undefined {
  if (letters.length !== TEXT + 4) return undefined
  const groups = groupsOf(letters, GROUP + 1)
  const isRight = groups.every(group => /^[A-Z2-7]+$/.test(group) && checkDigit(group.slice(0, GROUP)) === group[GROUP])
  return isRight ? groups.map(group => group.slice(0, GROUP)).join('') : undefined
}

// A relative of Luhn's: it walks from left to right and begins with the factor 1.
function checkDigit(group: string): string {
  let sum = 0
  for (let i = 0; i < group.length; i += 1) {
    const addend = ALPHABET.indexOf(group[i] as string) * (i % 2 === 0 ? 1 : 2)
    sum += Math.floor(addend / 32) + (addend % 32)
  }
  return ALPHABET[(32 - (sum % 32)) % 32] as string
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31]
}

function bytesOf(text: string): Uint8Array | undefined {
  if (text.length !== TEXT || !/^[A-Z2-7]+$/.test(text)) return undefined
  const bytes = new Uint8Array(DEVICE_KEY_BYTES)
  let held = 0
  let bits = 0
  let at = 0
  for (const letter of text) {
    held = (held << 5) | ALPHABET.indexOf(letter)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >> bits
      held &= (1 << bits) - 1
    }
  }
  // 52 letters hold four bits more than 32 bytes do.
  return held === 0 ? bytes : undefined
}

function groupsOf(text: string, size: number): string[] {
  return text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
}
