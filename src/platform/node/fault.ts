// System faults: named after the path in the tree, and made fit for the way between threads.
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../tree.ts'

/** A fault as plain data. */
export interface Fault {
  readonly message: string
  readonly code: string | undefined
  readonly syscall: string | undefined
}

/** A system fault at `path` of the tree, instead of at the descriptor it was reached through. What a caller's own check has thrown, and bugs, stay as they are. */
export function faultAt(error: unknown, path: string): Error {
  if (error instanceof SyncError) return error
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  return errorOfFault({ message: `${code}: ${path}`, code, syscall: (error as { syscall?: string }).syscall }, path)
}

export function faultOfError(error: unknown): Fault {
  const { message, syscall } = error as { message?: string; syscall?: string }
  return { message: message ?? String(error), code: codeOf(error), syscall }
}

export function errorOfFault(fault: Fault, path: string): Error {
  return Object.assign(new Error(fault.message), { code: fault.code, syscall: fault.syscall, path })
}
