// Faults of the disk that holds the blobs, as sentences.
import { isTooManyFiles, SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'

export function diskFault(error: unknown, root: string): unknown {
  const code = codeOf(error)
  if (error instanceof SyncError || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SyncError('disk-full', `The disk of ${root} is full. Make room and try again.`, { cause: error })
  }
  if (isTooManyFiles(error)) {
    return new SyncError('too-many-files', `The contents in ${root} cannot be opened: too many files are open.`, {
      cause: error,
    })
  }
  return new SyncError('io', `The contents in ${root} cannot be read or written (${code}). Check the disk.`, {
    cause: error,
  })
}

export function noSuchBlob(cause?: unknown): SyncError {
  return new SyncError('missing', 'The content is not there any more.', { cause })
}

/** What arrived does not add up to what was announced. */
export function wrongLength(expected: number, found: string): SyncError {
  return new SyncError('protocol', `${expected} bytes were announced, ${found} arrived. Send it again.`)
}

export function wrongChecksum(): SyncError {
  return new SyncError('corrupt', 'What arrived is not what was sent: its checksum differs. Send it again.')
}
