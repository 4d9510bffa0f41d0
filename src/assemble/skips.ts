// What a watcher need not tell of.
import type { Path } from '../model/path.ts'
import type { ExplainedRules } from '../scan/ignore.ts'

/** What is left alone whether it is a file or a directory. */
export function skipsOf(ignore: ExplainedRules): (path: Path) => boolean {
  return path =>
    ignore.verdict(path, 'other') !== 'kept' &&
    ignore.verdict(path, 'directory') !== 'kept' &&
    !ignore.mayHoldKept(path)
}
