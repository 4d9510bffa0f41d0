// What one server does and does not do: found out once by trying, and remembered.
import type { Memory } from '../../replica/replica.ts'

export interface Traits {
  /** PUT refuses when `If-Match` names another state. */
  readonly ifMatch: boolean
  /** DELETE refuses when `If-Match` names another state. */
  readonly ifMatchOnDelete: boolean
  /** PUT refuses to replace with `If-None-Match: *`. */
  readonly ifNoneMatch: boolean
  /** How a modification time can be set, found out by reading it again. */
  readonly mtime: 'header' | 'proppatch' | 'both' | 'none'
  /** The property that PROPPATCH sets it by. */
  readonly mtimeProperty: string
  /** MOVE with `Overwrite: F` refuses to replace. */
  readonly moveGuarded: boolean
  /** Every rewrite changes the etag, also one of the same size within a second. */
  readonly precise: boolean
  /** A file that is being PUT shows only when it is complete. */
  readonly atomicPut: boolean
  /** PUT makes missing directories by itself. */
  readonly makesParents: boolean
  /** Listings leave out names that start with a dot (nginx). */
  readonly hidesDots: boolean
  readonly caseSensitive: boolean
  readonly normalizes: boolean
}

/** What is assumed before anything was tried, and where nothing may be. */
export const CAUTIOUS: Traits = {
  ifMatch: false,
  ifMatchOnDelete: false,
  ifNoneMatch: false,
  mtime: 'none',
  mtimeProperty: '',
  moveGuarded: false,
  precise: false,
  atomicPut: false,
  makesParents: true,
  hidesDots: false,
  caseSensitive: true,
  normalizes: false,
}

const KEY = 'webdav-traits'
const VERSION = 1

/** The traits remembered of the same software (`fingerprint`); undefined when it has to be tried again. */
export function recallTraits(memory: Memory, fingerprint: string): Traits | undefined {
  const kept = parsed(memory.get(KEY)) as { version?: unknown; fingerprint?: unknown; traits?: unknown } | null
  if (kept?.version !== VERSION || kept.fingerprint !== fingerprint) return undefined
  return areTraits(kept.traits) ? kept.traits : undefined
}

/** What another version wrote, or a damaged index holds, may be anything. */
function areTraits(value: unknown): value is Traits {
  if (typeof value !== 'object' || value === null) return false
  const found = value as Readonly<Record<string, unknown>>
  const complete = Object.entries(CAUTIOUS).every(([name, cautious]) => typeof found[name] === typeof cautious)
  return complete && ['header', 'proppatch', 'both', 'none'].includes(String(found['mtime']))
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

export function rememberTraits(memory: Memory, fingerprint: string, traits: Traits): void {
  memory.set(KEY, JSON.stringify({ version: VERSION, fingerprint, traits }))
}
