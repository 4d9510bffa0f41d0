// What a user may be called, and when two names are the same.
import { SyncError } from '../model/errors.ts'

const MAX_CHARACTERS = 64
const ALLOWED = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._@+' -]*[\p{L}\p{M}\p{N}._@+'-])?$/u
const CONTROLS = /[\p{C}\p{Zl}\p{Zp}]/u

/** `name` as it is stored (NFC). Throws `usage`. */
export function checkUserName(name: string): string {
  const normal = name.normalize('NFC')
  if (normal === '') throw new SyncError('usage', 'A user needs a name.')
  if (normal.length > MAX_CHARACTERS)
    throw new SyncError('usage', `A user's name has at most ${MAX_CHARACTERS} characters.`)
  if (!ALLOWED.test(normal))
    throw new SyncError(
      'usage',
      "A user's name begins with a letter or digit, and consists of letters, digits, spaces and . _ @ + ' - only.",
    )
  return normal
}

/**
 * The same for all spellings that people take for one name: case, composed and decomposed letters, full-width and other
 * compatibility forms, ß and ss. Upper before lower case, so that letters that only meet there meet; does not depend on the locale.
 */
export function foldName(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase()
  return plain.normalize('NFKC')
}

/** A line for people: no control characters, not too long. Throws `usage`; `what` as in "The label". */
export function checkLine(text: string, what: string, maxCharacters: number): string {
  if (text.trim() === '') throw new SyncError('usage', `${what} is empty.`)
  if (text.length > maxCharacters) throw new SyncError('usage', `${what} is longer than ${maxCharacters} characters.`)
  if (CONTROLS.test(text)) throw new SyncError('usage', `${what} has control characters in it.`)
  return text.normalize('NFC')
}

/** The same of what a stranger sent: made to fit instead of refused. */
export function fitLine(text: string, instead: string, maxCharacters: number): string {
  const plain = text
    .slice(0, maxCharacters * 4)
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .normalize('NFC')
  return Array.from(plain).slice(0, maxCharacters).join('') || instead
}
