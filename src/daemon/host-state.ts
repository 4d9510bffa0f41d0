// What a host must remember of itself for ever: the name that ends the ids it gives, and what tells clients that it went back in time.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SyncError } from '../model/errors.ts'
import { type Random, randomHex } from '../platform/world.ts'

export interface HostState {
  /** A letter and some letters and digits. */
  readonly instance: string
  /** Empty at first. Another one after everything was brought back from a backup: then clients do not take what is newer with them for outdated. */
  readonly fingerprint: string
  renewFingerprint(): void
}

const FILE = 'host.json'

/** Reads it from `directory`, or makes it. Throws `folder-unusable` for a damaged file: with another name, all clients would begin anew. */
export function openHostState(directory: string, random: Random): HostState {
  const file = join(directory, FILE)
  let kept = read(file) ?? { instance: `sl${randomHex(random, 5)}`, fingerprint: '' }
  const write = (): void => {
    writeFileSync(`${file}.new`, `${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true })
    renameSync(`${file}.new`, file)
  }
  write()
  return {
    get instance() {
      return kept.instance
    },
    get fingerprint() {
      return kept.fingerprint
    },
    renewFingerprint() {
      kept = { ...kept, fingerprint: randomHex(random, 8) }
      write()
    },
  }
}

interface Kept {
  readonly instance: string
  readonly fingerprint: string
}

function read(file: string): Kept | undefined {
  const text = textOf(file)
  if (text === undefined) return undefined
  const { instance, fingerprint } = parsed(text)
  if (typeof instance === 'string' && /^[a-z][a-z0-9]{1,31}$/.test(instance) && typeof fingerprint === 'string')
    return { instance, fingerprint }
  throw new SyncError('folder-unusable', `${file} is damaged. Bring it back from a backup.`)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}

function parsed(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {} // What is missing in it is told by the caller.
  }
}
