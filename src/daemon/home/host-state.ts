// What a host must remember of itself for ever: the name that ends the ids it gives, and what tells clients that it went back in time.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SyncError } from '../../model/errors.ts'
import { type Random, randomHex } from '../../platform/world.ts'
import type { NodeId } from '../../store/space.ts'

export interface HostState {
  /** A letter and some letters and digits. */
  readonly instance: string
  /** Empty at first. Another one after everything was brought back from a backup: then clients do not take what is newer with them for outdated. */
  readonly fingerprint: string
  renewFingerprint(): void
  /** The id of the root of a folder that was granted, where it was there once. */
  rootOf(folder: string): NodeId | undefined
  rememberRoot(folder: string, root: NodeId): void
}

const FILE = 'host.json'

/** Reads it from `directory`, or makes it. Throws `folder-unusable` for a damaged file: with another name, all clients would begin anew. */
export function openHostState(directory: string, random: Random): HostState {
  const file = join(directory, FILE)
  let kept: Kept = read(file) ?? { instance: `sl${randomHex(random, 5)}`, fingerprint: '', roots: {} }
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
    rootOf: folder => (Object.hasOwn(kept.roots, folder) ? kept.roots[folder] : undefined),
    rememberRoot(folder, root) {
      if (kept.roots[folder] === root) return
      kept = { ...kept, roots: { ...kept.roots, [folder]: root } }
      write()
    },
  }
}

interface Kept {
  readonly instance: string
  readonly fingerprint: string
  readonly roots: Readonly<Record<string, NodeId>>
}

function read(file: string): Kept | undefined {
  const text = textOf(file)
  if (text === undefined) return undefined
  const { instance, fingerprint, roots } = parsed(text)
  if (typeof instance === 'string' && /^[a-z][a-z0-9]{1,31}$/.test(instance) && typeof fingerprint === 'string')
    return { instance, fingerprint, roots: rootsIn(roots) }
  throw new SyncError('folder-unusable', `${file} is damaged. Bring it back from a backup.`)
}

function rootsIn(value: unknown): Kept['roots'] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(entries.filter(([, root]) => Number.isSafeInteger(root) && (root as number) > 0))
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
