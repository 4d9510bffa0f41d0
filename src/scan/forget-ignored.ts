// What was left alone and is not there any more: nobody deleted it, so nobody may hear that it was.
import type { FolderIndex } from '../index/folder-index.ts'
import { type Path, ROOT } from '../model/path.ts'
import type { IgnoreRules } from './ignore-rules.ts'

/** As if nothing had ever been at `place` and below: what another side has there is new here then, and comes. */
export function forgetIgnored(place: Path, index: FolderIndex): void {
  for (const remote of index.remotes()) index.pair(remote).forget([place])
  index.dropIgnored(place)
}

/**
 * Forgets what the rules do not leave alone any more. To be called when everything was looked at under these rules: what is there has
 * rows of its own by then.
 */
export function forgetNoLongerIgnored(index: FolderIndex, { verdict }: Pick<IgnoreRules, 'verdict'>): void {
  const gone: Path[] = []
  for (const { path, state } of index.rowsBelow(ROOT)) {
    if (state.kind !== 'blocked' || state.why !== 'ignored') continue
    // Nobody knows any more whether it was a directory.
    if (verdict(path, 'directory') === 'kept' && verdict(path, 'other') === 'kept') gone.push(path)
  }
  if (gone.length === 0) return
  index.transaction(() => {
    for (const path of gone) forgetIgnored(path, index)
  })
}
