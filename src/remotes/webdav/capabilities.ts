// What a replica on this server can do, from what was found out about it.
import type { Capabilities } from '../../replica/replica.ts'
import type { Traits } from './traits.ts'

/** Files up to this size wait in memory for their commit, and go up in one request. */
export const SMALL_FILE_BYTES = 1024 * 1024
export const PARALLEL = 12
export const HIDES_DOTS = 'the server does not show names that start with a dot'

export function capabilitiesOf(traits: Traits): Capabilities {
  return {
    directoryStamps: 'none',
    ids: false,
    // Even where If-Match is heeded, servers check it before they take the body, not when they put it in place.
    guard: 'check-then-act',
    moves: 'trees',
    removesTrees: false,
    sums: [],
    setsMtime: traits.mtimeProperty !== '' ? 'always' : traits.mtime === 'header' ? 'with-content' : 'never',
    mtimePrecisionNs: 1_000_000_000n,
    modes: false,
    symlinks: false,
    emptyDirectories: true,
    names: {
      caseSensitive: traits.caseSensitive,
      normalizes: traits.normalizes,
      maxNameBytes: 255,
      ...(traits.hidesDots ? { refuses: name => (name.startsWith('.') ? HIDES_DOTS : undefined) } : {}),
    },
    smallFileBytes: SMALL_FILE_BYTES,
    parallel: PARALLEL,
  }
}
