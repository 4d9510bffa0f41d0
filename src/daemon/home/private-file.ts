// Small files of the program that are nobody else's to read, replaced whole: after a power cut there is the old one or the new one.
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'

const MODE = 0o600

/** Undefined when there is none. Throws `io` or `denied`. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fault(file, 'read', error)
  }
}

/**
 * Durable when the promise resolves. `check` is called when all is ready, right before the file is replaced: false leaves it as it is, and
 * the result is 'left'.
 */
export async function replaceFile(
  file: string,
  text: string,
  check: () => Promise<boolean> = async () => true,
): Promise<'replaced' | 'left'> {
  // Beside it, so that it is on the same disk; its name cannot be foreseen, and what is there is never followed.
  const staged = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeNew(staged, text)
    if (!(await check())) {
      await rm(staged, { force: true })
      return 'left'
    }
    await rename(staged, file)
    await flushDirectory(dirname(file))
    return 'replaced'
  } catch (error) {
    await rm(staged, { force: true })
    throw error instanceof SyncError ? error : fault(file, 'written', error)
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  await withHandle(await open(file, 'wx', MODE), async handle => {
    await handle.writeFile(text)
    await handle.sync()
  })
}

/** Without it, the new name may be lost with the power. Windows knows no such thing. */
async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  await withHandle(await open(directory, 'r'), handle => handle.sync())
}

async function withHandle(handle: FileHandle, act: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await act(handle)
  } finally {
    await handle.close()
  }
}

function fault(file: string, what: 'read' | 'written', cause: unknown): SyncError {
  const code = codeOf(cause)
  const why = code ?? String(cause)
  if (code === 'ENOSPC') return new SyncError('disk-full', `The disk is full: ${file} cannot be ${what}.`, { cause })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new SyncError('denied', `${file} cannot be ${what} (${why}). Check its permissions.`, {
      cause,
      scope: 'folder',
    })
  return new SyncError('io', `${file} cannot be ${what} (${why}).`, { cause, scope: 'folder' })
}
