// Directories of this machine, for whoever chooses one. Only administrators ask.
import { readdir, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { ApiError } from '../../api/errors.ts'
import type { DirectoryListing } from '../../api/shapes/set-up.ts'
import { codeOf } from '../../platform/tree.ts'
import type { FolderConfig } from '../config/config.ts'

const MAX_TOLD = 5000
const OURS = '.syncline'

/** Throws `invalid` for what is no absolute path, `not-found` and `forbidden` for what cannot be looked into. */
export async function listDirectories(
  asked: string | undefined,
  folders: readonly FolderConfig[],
): Promise<DirectoryListing> {
  const home = homedir()
  if (asked !== undefined && (!isAbsolute(asked) || asked.includes('\0')))
    throw new ApiError('invalid', 'The path of a directory is absolute.')
  const path = resolve(asked ?? home)
  const names = await directoriesIn(path)
  const parent = dirname(path)
  return {
    path,
    home,
    ...(parent === path ? {} : { parent }),
    directories: names.slice(0, MAX_TOLD).map(name => entryOf(path, name, folders)),
    isCut: names.length > MAX_TOLD,
  }
}

function entryOf(place: string, name: string, folders: readonly FolderConfig[]) {
  const path = join(place, name)
  const folder = folders.find(each => each.path === path)
  return { name, path, isHidden: name.startsWith('.'), ...(folder === undefined ? {} : { folder: folder.id }) }
}

async function directoriesIn(path: string): Promise<readonly string[]> {
  const found = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw faultOf(path, error)
  })
  const names: string[] = []
  for (const entry of found) {
    if (entry.name === OURS) continue
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(join(path, entry.name)))))
      names.push(entry.name)
  }
  const collator = new Intl.Collator(undefined, { numeric: true })
  return names.sort(collator.compare)
}

/** A link that leads nowhere, or where we may not go, is none. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(await realpath(path))).isDirectory()
  } catch {
    return false
  }
}

function faultOf(path: string, error: unknown): ApiError {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM')
    return new ApiError('forbidden', `${path} may not be looked into by the user that Syncline runs as.`, {
      cause: error,
    })
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ApiError('not-found', `There is no directory ${path}.`, { cause: error })
  return new ApiError('not-found', `${path} cannot be looked into (${code ?? String(error)}).`, { cause: error })
}
