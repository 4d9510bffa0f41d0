// What a watcher need not tell of.
import type { Path } from '../model/path.ts'
import type { ExplainedRules } from '../scan/ignore.ts'
import { SHARED_RULES, SYNCTHING_RULES } from '../scan/load-ignore.ts'

/** What is left alone whether it is a file or a directory; not the rules themselves, also where they do not sync. */
export function skipsOf(ignore: ExplainedRules): (path: Path) => boolean {
  const rules = new Set<string>([SHARED_RULES, SYNCTHING_RULES])
  return path =>
    !rules.has(path) &&
    ignore.verdict(path, 'other') !== 'kept' &&
    ignore.verdict(path, 'directory') !== 'kept' &&
    !ignore.mayHoldKept(path)
}
