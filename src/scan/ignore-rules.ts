// Which paths the user wants left alone. The contract; `ignore.ts` parses and matches.
import type { Path } from '../model/path.ts'

export type Verdict =
  /** Syncs. */
  | 'kept'
  /** Left alone on both sides. */
  | 'ignored'
  /** Ignored, and may be removed with its directory. */
  | 'junk'

export interface IgnoreRules {
  verdict(path: Path, kind: 'directory' | 'other'): Verdict
  /** Whether something below an ignored directory may still be kept (`!` rules), so that it must be entered. */
  mayHoldKept(directory: Path): boolean
  /** Changes whenever the rules do. */
  readonly fingerprint: string
}
