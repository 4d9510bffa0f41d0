// Where changes on a disk are not noticed at once: in a folder, or in a directory that is a remote of it.
import type { Trouble } from '../../api/shapes/diagnosis.ts'
import type { SyncError } from '../../model/errors.ts'
import { troubleOf } from './path-troubles.ts'

export interface Watched {
  /** Undefined where nothing is wrong. */
  readonly watchFault: SyncError | undefined
  readonly remotes: readonly { readonly id: string; readonly watchFault: SyncError | undefined }[]
}

export function watchTroubles(folder: string, { watchFault, remotes }: Watched): readonly Trouble[] {
  return [
    ...told({ folder }, watchFault),
    ...remotes.flatMap(({ id, watchFault: fault }) => told({ folder, remote: id }, fault)),
  ]
}

function told(at: Pick<Trouble, 'folder' | 'remote'>, fault: SyncError | undefined): readonly Trouble[] {
  if (fault === undefined) return []
  const cause = 'watching'
  return [troubleOf([...Object.values(at), cause], { severity: 'some', cause, sentence: fault.message, ...at })]
}
