// The folder's own disk as a replica whose faults are the folder's: a full disk here ends the run with another status than one there.
import { SyncError } from '../model/errors.ts'
import type { Replica, Tried } from '../replica/replica.ts'

/** `disk` with every fault of the whole side turned into one of the folder. */
export function folderDisk(disk: Replica): Replica {
  const { id, label, can, checksum, readMany, stageMany, located, stageFrom, commitMany } = disk
  return {
    id,
    label,
    can,
    observe: (seen, signal) => disk.observe(seen, signal),
    look: (path, signal) => mapped(disk.look(path, signal)),
    read: (path, expect, from, signal, chunks) => disk.read(path, expect, from, signal, chunks),
    stage: (source, resume, signal) => mapped(disk.stage(source, resume, signal)),
    discard: (staged, signal) => mapped(disk.discard(staged, signal)),
    commit: (change, signal) => mapped(disk.commit(change, signal)),
    flush: (signal, also) => mapped(disk.flush(signal, also)),
    close: () => disk.close(),
    ...(checksum && { checksum: (...wanted) => mapped(checksum.apply(disk, wanted)) }),
    ...(readMany && { readMany: (...wanted) => each(readMany.apply(disk, wanted)) }),
    ...(stageMany && { stageMany: (...wanted) => each(stageMany.apply(disk, wanted)) }),
    ...(located && { located: wanted => located.call(disk, wanted) }),
    ...(stageFrom && {
      stageFrom: (...wanted) => {
        const staged = stageFrom.apply(disk, wanted)
        return staged && each(staged)
      },
    }),
    ...(commitMany && { commitMany: (...wanted) => each(commitMany.apply(disk, wanted)) }),
  }
}

/** `error`, when it concerns the whole side, as an error of the folder. A disk that has no room for one entry has none for the next. */
export function ofFolder(error: unknown): unknown {
  if (!(error instanceof SyncError)) return error
  const isFull = error.code === 'quota-exceeded'
  if (error.scope !== 'replica' && !isFull) return error
  const code = isFull || error.code === 'disk-full' ? 'disk-full' : 'folder-unusable'
  return new SyncError(code, error.message, { cause: error, path: error.path, retry: error.retry })
}

async function mapped<T>(act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (error) {
    throw ofFolder(error)
  }
}

async function each<T>(act: Promise<readonly Tried<T>[]>): Promise<readonly Tried<T>[]> {
  return (await mapped(act)).map(tried => (tried instanceof SyncError ? (ofFolder(tried) as SyncError) : tried))
}
