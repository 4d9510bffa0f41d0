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
  const text = memory.get(KEY)
  if (text === undefined) return undefined
  try {
    const kept = JSON.parse(text) as { version?: unknown; fingerprint?: unknown; traits?: Traits }
    return kept.version === VERSION && kept.fingerprint === fingerprint ? kept.traits : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function rememberTraits(memory: Memory, fingerprint: string, traits: Traits): void {
  memory.set(KEY, JSON.stringify({ version: VERSION, fingerprint, traits }))
}
