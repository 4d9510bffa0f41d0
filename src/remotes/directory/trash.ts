// Takes away what is replaced or removed, and brings it back when it turns out to be something else than what was expected.
import type { Path } from '../../model/path.ts'
import type { KeptWhy, Revision, Revisions } from '../../revisions/revisions.ts'

export interface Kept {
  readonly revision: Revision
  /** Puts it back, unless something else is in its place by then: then it stays in the trash. */
  putBack(): Promise<void>
}

/** Moves what is at `path` to the trash. */
export async function keepIn(revisions: Revisions, path: Path, why: KeptWhy): Promise<Kept> {
  const revision = await revisions.keep(path, why)
  return { revision, putBack: () => unlessTaken(revisions.take(revision, path)) }
}

async function unlessTaken(puttingBack: Promise<void>): Promise<void> {
  try {
    await puttingBack
  } catch (error) {
    if ((error as { code?: string }).code !== 'changed') throw error
  }
}
