// Entries, rows and agreements in words.
import type { RowState } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import type { BlockedWhy, Entry } from '../model/entry.ts'
import { assertNever } from '../model/errors.ts'
import { shown, shownBytes, shownTime } from './show.ts'

const BLOCKED: Readonly<Record<BlockedWhy, string>> = {
  ignored: 'left alone by an ignore rule',
  unreadable: 'cannot be read',
  unlisted: 'in a directory that could not be listed',
  'unsupported-kind': 'neither file, directory nor link',
  'name-not-allowed': 'a name that the other side cannot hold',
  'name-clash': 'a name that clashes with another one',
  'not-permitted': 'not permitted',
  'backing-off': 'waiting to be tried again',
}

/** `file, 1.2 KB, changed 2026-11-20 18:00:00, mode 644`. */
export function wordsOfEntry(entry: Entry | undefined): string {
  if (entry === undefined) return 'nothing'
  switch (entry.kind) {
    case 'file':
      return fileWords(entry.size, entry.mtimeNs, entry.mode)
    case 'directory':
      return `directory${modeWords(entry.mode)}`
    case 'symlink':
      return `link to ${shown(entry.target)}`
    case 'blocked':
      return BLOCKED[entry.why]
    default:
      return assertNever(entry)
  }
}

export function wordsOfRow(state: RowState | undefined): string {
  if (state === undefined) return 'nothing'
  switch (state.kind) {
    case 'file':
      return fileWords(state.size, state.mtimeNs, state.mode)
    case 'directory':
      return `directory${modeWords(state.mode)}`
    case 'symlink':
      return `link to ${shown(state.target)}`
    case 'deleted':
      return 'nothing (it was deleted)'
    case 'blocked':
      return BLOCKED[state.why]
    default:
      return assertNever(state)
  }
}

export function wordsOfAgreement(agreed: Agreement | undefined): string {
  if (agreed === undefined) return 'nothing'
  if (agreed.kind === 'symlink') return `link to ${shown(agreed.target ?? '')}`
  if (agreed.kind === 'directory') return `directory${modeWords(agreed.mode)}`
  return fileWords(agreed.size ?? 0, agreed.localMtimeNs, agreed.mode)
}

function fileWords(size: number, mtimeNs: bigint | undefined, mode: number | undefined): string {
  const time = mtimeNs === undefined ? '' : `, changed ${shownTime(Number(mtimeNs / 1_000_000n))}`
  return `file, ${shownBytes(size)}${time}${modeWords(mode)}`
}

function modeWords(mode: number | undefined): string {
  return mode === undefined ? '' : `, mode ${mode.toString(8).padStart(3, '0')}`
}
