// Giving a conflict's loser its own name, here, right before what beat it takes the old one.
import type { Expect } from '../model/entry.ts'
import { assert } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Ends } from './ends.ts'

/** Renames the local file or link at `path` to `as` and remembers where it came from. */
export async function setAside(
  path: Path,
  as: Path,
  expect: Expect,
  ends: Ends,
  signal: AbortSignal,
): Promise<'done' | 'stale'> {
  assert(expect !== 'absent', `nothing to set aside at ${path}`)
  const kind = ends.index.row(path)?.state.kind === 'symlink' ? 'symlink' : 'file'
  const committed = await ends.local.commit({ do: 'move', from: path, to: as, kind, expect }, signal)
  if (committed.as === 'stale') return 'stale'
  ends.index.recordConflict({ path: as, origin: path, at: ends.world.clock.now() })
  return 'done'
}
